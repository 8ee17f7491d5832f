"""Deadlines: end dates told by facts, and the reminders that come due before them.

A reminder is bound to (resource, end date, days): the row of the end date remembers the nearest one that was sent, so
a restart repeats nothing, a date that moves starts anew, and a date that returns goes on where it was.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alerts.events.catalog import BY_NAME, EventType, due
from alerts.events.models import Deadline
from alerts.events.record import Draft, listed_at
from alerts.events.triggers import DueIn, Reminder
from alerts.facts.collect import ESTATE
from alerts.sources.base import parse_resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.estate.models import ClientKey

OBSERVED = "kms.client-key.observed"
DELETED = "kms.client-key.deleted"
BATCH = 500


def follow_client_key(key: ClientKey) -> None:
    """Make the client key's end date the live deadline; none when the key is deleted or has no end date.

    The caller holds the client key's row lock, so two workers agree on which date is the live one.
    """
    for event_type, trigger in due(OBSERVED):
        _follow(key, event_type, trigger)


def _follow(key: ClientKey, event_type: EventType, trigger: DueIn) -> None:
    mine = Deadline.objects.filter(account=key.account_id, resource=key.arn, name=event_type.name)
    ends_at = None if key.deleted_at else key.not_after
    mine.filter(active=True).exclude(ends_at=ends_at).update(active=False, due_at=None)
    if ends_at is None or key.observed_at is None or mine.filter(active=True).exists():
        return
    known = mine.filter(ends_at=ends_at).first()
    reminded = known.reminded if known else None
    next_at = trigger.next_at(ends_at=ends_at, seen_at=key.observed_at, reminded=reminded)
    Deadline.objects.update_or_create(
        account_id=key.account_id,
        resource=key.arn,
        name=event_type.name,
        ends_at=ends_at,
        defaults={"active": True, "seen_at": key.observed_at, "due_at": next_at, "data": _described(key)},
    )


def _described(key: ClientKey) -> dict[str, object]:
    return {
        "clientKeyId": key.client_key_id,
        "aapName": key.access_point.name if key.access_point else "",
        "notBefore": _iso(key.not_before),
        "notAfter": _iso(key.not_after),
    }


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def remind(*, now: datetime) -> list[Draft]:
    """Claim the deadlines that are due and return their reminders as drafts; call inside a transaction."""
    drafts = []
    rows = list(Deadline.objects.due(now=now).select_for_update(skip_locked=True)[:BATCH])
    for row in rows:
        event_type = BY_NAME[row.name]
        trigger = event_type.trigger
        assert isinstance(trigger, DueIn)
        known = {"ends_at": row.ends_at, "seen_at": row.seen_at}
        reminder = trigger.due(**known, reminded=row.reminded, now=now)
        if reminder:
            drafts.append(_draft(row, event_type, reminder, now=now))
            row.reminded = reminder.days
        row.due_at = trigger.next_at(**known, reminded=row.reminded)
    Deadline.objects.bulk_update(rows, ["reminded", "due_at"])
    return drafts


def _draft(row: Deadline, event_type: EventType, reminder: Reminder, *, now: datetime) -> Draft:
    occurred_at, note = listed_at(reminder.occurred_at, now=now)
    resource = parse_resource(row.resource)
    occurrence = f"{_iso(row.ends_at)}/{reminder.days}"
    content: Mapping[str, object] = {
        "eventId": occurrence,
        **row.data,
        "remainingDays": reminder.days,
        "missedReminders": list(reminder.missed),
    }
    return Draft(
        account=row.account_id,
        product=event_type.product,
        name=event_type.name,
        event_type=event_type.event_type,
        level=event_type.level,
        status=event_type.status,
        region=resource.region,
        resource=row.resource,
        instance_name=resource.id,
        occurred_at=occurred_at,
        note=note,
        content=content,
        occurrence=occurrence,
        origin=ESTATE,
        titles=(event_type.title, event_type.title_zh),
    )
