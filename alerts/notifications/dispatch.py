"""Dispatch: every rule decides about every event, and each decision to tell becomes notifications. The third verb.

A batch of events is claimed, matched against the enabled rules of its accounts, and what comes of it is written in one
transaction. An event that breaks its batch is set aside, so that it never stops the ones behind it.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision, Mute, Notification
from alerts.notifications.recipients import Recipient, recipients_of
from alerts.rules.models import AlertRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

log = logging.getLogger(__name__)

BATCH = 500
LONGEST_WAIT = timedelta(hours=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
MuteKey = tuple[int, str, str]
Verdict = Decision.Verdict


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that wants to hear of an event."""

    rule: AlertRule
    event: SystemEvent

    @property
    def mute_key(self) -> MuteKey:
        """The cause that a mute silences: this rule, this kind of event, this resource."""
        return self.rule.pk, self.event.name, self.event.resource


def dispatch_batch(*, now: datetime) -> int:
    """Decide about up to 500 events; return how many were worked on."""
    try:
        with transaction.atomic():
            return _dispatch(_claimed(now=now), now=now)
    except Exception:
        log.exception("a batch of events could not be dispatched; trying them one by one")
        return _one_by_one(now=now)


def _claimed(*, now: datetime, **only: object) -> list[SystemEvent]:
    waiting = SystemEvent.objects.undispatched(now=now).filter(**only)
    return list(waiting.select_for_update(skip_locked=True)[:BATCH])


def _dispatch(events: Sequence[SystemEvent], *, now: datetime) -> int:
    if events:
        decisions = decide(_matches(events), now=now)
        Decision.objects.bulk_create(decisions)
        told = [decision for decision in decisions if decision.verdict == Verdict.TOLD]
        Notification.objects.bulk_create(_notifications(told, now=now))
        ids = [event.id for event in events]
        SystemEvent.objects.filter(id__gte=ids[0], id__lte=ids[-1], id__in=ids).update(dispatched_at=now)
    return len(events)


def enabled_rules(accounts: Iterable[str]) -> Mapping[str, list[AlertRule]]:
    """Return the enabled rules of these accounts with everything that tells where they go."""
    rules = AlertRule.objects.filter(account__in=set(accounts), state=AlertRule.State.ENABLED).order_by("pk")
    found: dict[str, list[AlertRule]] = defaultdict(list)
    for rule in rules.prefetch_related("targets__group__contacts__addresses", "targets__rule"):
        found[rule.account_id].append(rule)
    return found


def _matches(events: Sequence[SystemEvent]) -> list[Match]:
    rules = enabled_rules(event.account_id for event in events)
    patterns = [(rule, rule.pattern()) for each in rules.values() for rule in each]
    return [
        Match(rule, event)
        for event in events
        for rule, pattern in patterns
        if rule.account_id == event.account_id and pattern.matches(event)
    ]


def decide(matches: Sequence[Match], *, now: datetime) -> list[Decision]:
    """Return what each rule makes of each event: told, muted, or nobody to tell. Moves the mutes on."""
    destinations = {match.rule.pk: len(recipients_of(match.rule)) for match in matches}
    audible = [match for match in matches if destinations[match.rule.pk]]
    told_ids = _unmuted(audible)
    return [
        _decision(match, destinations[match.rule.pk], told=(match.rule.pk, match.event.id) in told_ids, now=now)
        for match in matches
    ]


def _decision(match: Match, destinations: int, *, told: bool, now: datetime) -> Decision:
    verdict, reason = Verdict.TOLD, ""
    if not destinations:
        verdict, reason = Verdict.NOBODY, "no-recipient"
    elif not told:
        verdict, reason = Verdict.MUTED, f"muted:{match.rule.mute_for}"
    event = match.event
    return Decision(
        account_id=event.account_id,
        event_id=event.id,
        rule=match.rule,
        rule_name=match.rule.name,
        rule_version=match.rule.version,
        event_name=event.name,
        resource=event.resource,
        level=event.level,
        verdict=verdict,
        reason=reason,
        occurred_at=event.occurred_at,
        decided_at=now,
    )


def _unmuted(matches: Iterable[Match]) -> set[tuple[int, UUID]]:
    """Return (rule, event) of the matches that no mute silences, by the time of the events."""
    by_key: dict[MuteKey, list[Match]] = defaultdict(list)
    for match in matches:
        by_key[match.mute_key].append(match)
    told: set[tuple[int, UUID]] = set()
    rows = _locked_mutes(by_key)
    for key, row in rows.items():
        for match in sorted(by_key[key], key=lambda each: each.event.id):
            period = timedelta(seconds=match.rule.mute_for)
            if not row.told_at - period <= match.event.occurred_at < row.told_at + period:
                row.told_at = max(row.told_at, match.event.occurred_at)
                told.add((match.rule.pk, match.event.id))
    _write_mutes([*rows.values()])
    return told


def _write_mutes(rows: Sequence[Mute]) -> None:
    # In one plain statement: `bulk_update` of some hundred rows takes longer than everything else here together.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_mute AS mute SET told_at = row.told_at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS row (id, told_at) WHERE mute.id = row.id",
            ([row.pk for row in rows], [row.told_at for row in rows]),
        )


def _locked_mutes(keys: Iterable[MuteKey]) -> dict[MuteKey, Mute]:
    # Every worker takes the rows in the same order, so two of them wait for each other and never deadlock.
    wanted = sorted(keys)
    if not wanted:
        return {}
    Mute.objects.bulk_create(
        [Mute(rule_id=rule, event_name=name, resource=resource, told_at=NEVER) for rule, name, resource in wanted],
        ignore_conflicts=True,
    )
    rows = Mute.objects.select_for_update().filter(
        rule__in={rule for rule, _, _ in wanted}, resource__in={resource for _, _, resource in wanted}
    )
    found = {
        (row.rule_id, row.event_name, row.resource): row for row in rows.order_by("rule_id", "event_name", "resource")
    }
    return {key: found[key] for key in wanted}


def _notifications(decisions: Sequence[Decision], *, now: datetime) -> list[Notification]:
    known: dict[int, list[Recipient]] = {}
    made = []
    for decision in decisions:
        rule = decision.rule
        assert rule is not None
        recipients = known.setdefault(rule.pk, recipients_of(rule))
        made += [_notification(decision, recipient, now=now) for recipient in recipients]
    return made


def _notification(decision: Decision, recipient: Recipient, *, now: datetime) -> Notification:
    contact = recipient.contact
    return Notification(
        account_id=decision.account_id,
        decision=decision,
        level=decision.level,
        channel=recipient.channel,
        contact=contact,
        recipient=recipient.name,
        address=json.dumps(dict(recipient.address)),
        destination=recipient.destination,
        masked=recipient.masked[:256],
        language=contact.language if contact else "en",
        time_zone=contact.time_zone if contact else "UTC",
        created_at=now,
        due_at=now,
    )


def _one_by_one(*, now: datetime) -> int:
    worked = 0
    for pk in list(SystemEvent.objects.undispatched(now=now).values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                worked += _dispatch(_claimed(now=now, pk=pk), now=now)
        except Exception:
            log.exception("event %s could not be dispatched", pk)
            failures = SystemEvent.objects.values_list("failures", flat=True).get(pk=pk)
            wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures + 1, 12)))
            SystemEvent.objects.filter(pk=pk).update(failures=failures + 1, retry_at=now + wait)
    return worked
