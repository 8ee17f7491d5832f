"""Silence ends: when a window of a silence is over, what it hid is written down and told, once.

A window is looked at a minute after its end, when what happened in it has been decided. Its row is locked meanwhile, so
that of several workers one tells; killed in between, nothing is written and the next one does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from alerts.notifications import letters
from alerts.notifications.audience import audiences_of
from alerts.notifications.decide import rules_with_recipients
from alerts.notifications.direct import Letter, language_of, send_directly
from alerts.notifications.facts import title_of
from alerts.notifications.models import Decision, Notification
from alerts.notifications.recipients import recipients_of
from alerts.notifications.wording import wording_of
from alerts.silences.keep import next_end
from alerts.silences.models import Silence, SilenceWindow
from alerts.subscriptions.models import SubscriptionPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from alerts.notifications.recipients import Recipient

SETTLED = timedelta(minutes=1)
MOST, MOST_NAMES = 50, 20
MOMENT = timedelta(microseconds=1)
UNBOTHERED = ("voice", "sms")
"""Channels that are not bothered with the end of a silence."""
ENDED: Mapping[str, letters.Words] = {
    "en": letters.Words(
        "Silence “{silence}” hid {hidden} system event{plural}",
        (
            "A window of the silence “{silence}” of the account “{account}” is over: {start} to {end} UTC.",
            "Nobody was told of {hidden} system event{plural}: {names}.",
            "Reason of the silence: {reason} ({author})",
        ),
        "Open the silence",
        (),
    ),
    "zh-hans": letters.Words(
        "静默“{silence}”屏蔽了 {hidden} 个系统事件",
        (
            "账号“{account}”的静默“{silence}”的一个时段已结束：{start} 至 {end} UTC。",
            "其间有 {hidden} 个系统事件未通知任何人：{names}。",
            "静默原因：{reason}（{author}）",
        ),
        "打开静默",
        (),
    ),
}


def tell_ends(*, now: datetime) -> int:
    """Say of up to fifty windows that are over what they hid; return how many."""
    with transaction.atomic():
        due = Silence.objects.untold(before=now - SETTLED).select_related("account")
        found = list(due.select_for_update(skip_locked=True, of=("self",))[:MOST])
        for silence in found:
            _tell(silence, now=now)
    return len(found)


def _tell(silence: Silence, *, now: datetime) -> None:
    end = silence.untold_end
    assert end is not None
    hidden = _hidden_until(silence, end)
    first = hidden.order_by("occurred_at").values_list("occurred_at", flat=True).first() or end
    start = next((each.start for each in silence.schedule().between(end - MOMENT, end) if each.end == end), end)
    counted = hidden.order_by().values("event_name").annotate(count=Count("event_id", distinct=True))
    names = dict(counted.order_by("-count", "event_name").values_list("event_name", "count")[:MOST_NAMES])
    total = hidden.aggregate(count=Count("event_id", distinct=True))["count"]
    window, new = SilenceWindow.objects.get_or_create(
        silence=silence, ends_at=end, defaults={"starts_at": min(start, first), "hidden": total, "names": names}
    )
    if new and window.hidden:
        _notify(silence, window, _would_have_been_told(hidden), now=now)
    silence.untold_end = next_end(silence, after=end)
    silence.save(update_fields=["untold_end"])


def _hidden_until(silence: Silence, end: datetime) -> QuerySet[Decision]:
    """Return what a silence hid since the end of its window before; one that was moved may have hid outside this."""
    hidden = Decision.objects.filter(silence_id=silence.pk, verdict=Decision.Verdict.SILENCED, occurred_at__lt=end)
    windows = SilenceWindow.objects.filter(silence=silence, ends_at__lt=end).order_by("-ends_at")
    before = windows.values_list("ends_at", flat=True).first()
    return hidden.filter(occurred_at__gte=before) if before else hidden


def _would_have_been_told(hidden: QuerySet[Decision]) -> list[Recipient]:
    """Return everybody whom rules and policies would have told of hidden events, each destination once."""
    hidden = hidden.order_by()
    rules = hidden.exclude(rule=None).values_list("rule", flat=True).distinct()
    found = [each for rule in rules_with_recipients(rules).values() for each in recipients_of(rule)]
    asked = set(hidden.exclude(policy=None).values_list("policy", "level").distinct())
    policies = SubscriptionPolicy.objects.filter(pk__in={policy for policy, _ in asked})
    audiences = audiences_of(policies.select_related("configuration")) if asked else {}
    found += [each for policy, level in asked if policy in audiences for each in audiences[policy].people(level)]
    return list({each.destination: each for each in found}.values())


def _notify(silence: Silence, window: SilenceWindow, told: Iterable[Recipient], *, now: datetime) -> None:
    """Tell people in writing; systems and telephones are told nothing."""
    for recipient in told:
        if recipient.contact and recipient.channel not in UNBOTHERED:
            letter = _letter(silence, window, recipient)
            send_directly(silence.account, recipient, letter, purpose=Notification.Purpose.NOTICE, now=now)


def _letter(silence: Silence, window: SilenceWindow, recipient: Recipient) -> Letter:
    assert recipient.contact is not None
    words = wording_of(language_of(recipient.contact.language))
    return letters.letter(
        ENDED,
        language=recipient.contact.language,
        url=settings.SITE_URL + reverse("cloudmonitor:silence", args=[silence.pk]),
        silence=silence.name,
        account=silence.account.name,
        reason=silence.reason,
        author=silence.author,
        start=f"{window.starts_at:%Y-%m-%d %H:%M}",
        end=f"{window.ends_at:%Y-%m-%d %H:%M}",
        hidden=str(window.hidden),
        plural="" if window.hidden == 1 else "s",
        names=", ".join(f"{title_of(name, words)} {count}" for name, count in window.names.items()),
    )
