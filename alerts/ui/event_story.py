"""What became of an event, told in order: it happened, it came, and what each rule, message and attempt made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.notifications.models import Attempt, Decision, Notification
from alerts.subscriptions.models import Batch, DigestItem
from alerts.ui import formats
from alerts.ui.batches import events_of, events_url
from alerts.ui.hush_story import Hushes, hushes_of
from alerts.ui.outcomes import OUTCOMES, STATES, VERDICTS, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.events.models import SystemEvent

MOST_BATCHES = 30
Step = dict[str, Any]


class Story(NamedTuple):
    """The steps for components/timeline.html, whether any rule wanted the event, and whether somebody was told."""

    steps: list[Step]
    asked: bool
    told: bool


def story_of(event: SystemEvent) -> Story:
    """Return what became of an event. Three queries, some more where policies told of it or it was kept quiet."""
    decisions = Decision.objects.filter(account=event.account_id, event_id=event.pk).order_by("pk")
    later = Prefetch("bundle__batches", Batch.objects.order_by("number"))
    digests = ("batch__digest_items__digest__group", "batch__digest_items__told_in__notifications__attempts")
    told = ("notifications__attempts", "batch__notifications__attempts", *digests, later)
    found = list(decisions.select_related("batch").prefetch_related(*told))
    verdicts = {each.verdict for each in found}
    hushes = hushes_of(found)
    steps = [*_beginning(event), *(_decision(each, hushes) for each in found), *_waiting(event)]
    return Story(steps, bool(verdicts - {Decision.Verdict.UNSELECTED}), Decision.Verdict.TOLD in verdicts)


def _beginning(event: SystemEvent) -> list[Step]:
    origins = {
        "estate": _("Seen by this installation itself."),
        "cloudevents": _("Sent here as a CloudEvent."),
        "cloudmonitor.read": _("Read from CloudMonitor by a source, and kept as it was."),
        "cloudmonitor.history": _("Read from CloudMonitor by a source that was connected later: nobody was told."),
        "cloudmonitor": _("Sent here by CloudMonitor, and kept as it was."),
        "mirror": _("Seen by comparing two readings of the cloud account."),
        "test": _("Sent as a test: nothing of it happened."),
    }
    came = next((words for origin, words in origins.items() if event.origin.startswith(origin)), event.origin)
    return [
        {"at": event.occurred_at, "title": _("Happened"), "tone": "info", "icon": "zap"},
        {"at": event.received_at, "title": _("Became a system event"), "text": came, "tone": "info", "icon": "inbox"},
    ]


def _waiting(event: SystemEvent) -> list[Step]:
    if event.dispatched_at:
        return []
    return [{"title": _("The alert rules have not looked at it yet"), "tone": "busy", "icon": "clock"}]


def _decision(decision: Decision, hushes: Hushes) -> Step:
    tone, icon = VERDICTS[decision.verdict]
    verdict = decision.get_verdict_display()
    named = _("Alert rule %(rule)s: %(verdict)s") % {"rule": decision.rule_name, "verdict": verdict}
    if decision.policy_name:
        named = _("Subscription policy %(policy)s: %(verdict)s") % {"policy": decision.policy_name, "verdict": verdict}
    return {
        "at": decision.decided_at,
        "title": named if decision.rule_name or decision.policy_name else verdict,
        "url": _source_url(decision),
        "text": reason_of(decision),
        "tone": tone,
        "icon": icon,
        "steps": [
            *hushes.get(decision.pk, ()), *(_notification(each) for each in decision.notifications.all()),
            *_batches(decision),
        ],
    }  # fmt: skip


def _batches(decision: Decision) -> list[Step]:
    """Return the message that told of it with the others of its bundle, and what the bundle said after that."""
    first = decision.batch
    if first is None:
        return []
    digests = [_digest(each) for each in first.digest_items.all()]
    if not decision.policy_name:
        return digests
    later = decision.bundle.batches.all() if decision.bundle else ()
    return [_batch(first, first.notifications.all()), *digests,
            *(_batch(each) for each in later if each.number > first.number)][:MOST_BATCHES]  # fmt: skip


def _batch(batch: Batch, notifications: Iterable[Notification] = ()) -> Step:
    return {
        "at": batch.made_at,
        "title": _("%(kind)s: %(events)s") % {"kind": batch.get_kind_display(), "events": events_of(batch)},
        "url": events_url(batch),
        "tone": "good",
        "icon": "layers",
        "steps": [_notification(each) for each in notifications],
    }


def _digest(item: DigestItem) -> Step:
    told, group = item.told_in, {"group": item.digest.group.name}
    if told is None:
        return {
            "at": item.digest.due_at, "title": _("Waits for the digest of “%(group)s”") % group, "tone": "busy",
            "url": reverse("cloudmonitor:contact_groups"), "icon": "clock",
        }  # fmt: skip
    return {
        "at": told.made_at, "title": _("Told in the digest of “%(group)s”") % group, "tone": "good",
        "url": events_url(told), "icon": "layers",
        "steps": [_notification(each) for each in told.notifications.all()],
    }  # fmt: skip


def _source_url(decision: Decision) -> str:
    if decision.policy_id:
        return reverse("cloudmonitor:subscription_policy", args=[decision.policy_id])
    if not decision.rule_id:
        return ""
    # The rule of a test may be a trial, which has no panel.
    if decision.test:
        return reverse("cloudmonitor:alert_rule_tested", args=[decision.rule_id, decision.event_id])
    return reverse("cloudmonitor:alert_rule_modify", args=[decision.rule_id])


def _notification(notification: Notification) -> Step:
    tone, icon = STATES[notification.state]
    channel = BY_KIND[notification.channel].label if notification.channel in BY_KIND else notification.channel
    return {
        "at": notification.finished_at or notification.created_at,
        "title": _("%(channel)s to %(recipient)s: %(state)s")
        % {
            "channel": channel,
            "recipient": notification.recipient,
            "state": notification.get_state_display(),
        },
        "url": reverse("cloudmonitor:notification", args=[notification.pk]),
        "text": notification.masked,
        "tone": tone,
        "icon": icon,
        "steps": [*(_attempt(each) for each in sorted(notification.attempts.all(), key=lambda one: one.number)),
                  *_next_attempt(notification)],
    }  # fmt: skip


def _attempt(attempt: Attempt) -> Step:
    tone, icon = OUTCOMES[attempt.outcome]
    said = _("Attempt %(number)s: %(outcome)s after %(duration)s") % {
        "number": attempt.number,
        "outcome": attempt.get_outcome_display(),
        "duration": formats.duration(attempt.duration),
    }
    answer = " ".join(part for part in (attempt.code, attempt.detail) if part)
    return {"at": attempt.started_at, "title": said, "text": answer[:500], "tone": tone, "icon": icon}


def _next_attempt(notification: Notification) -> list[Step]:
    if notification.state != Notification.State.PENDING:
        return []
    said = _("Waits for its next attempt") if notification.tries else _("Waits for its first attempt")
    return [{"at": notification.due_at, "title": said, "tone": "busy", "icon": "clock"}]
