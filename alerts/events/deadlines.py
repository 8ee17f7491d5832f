"""Deadlines: end dates told by facts, and the reminders that come due before them.

A reminder is bound to (resource, end date, days): the row of the end date remembers the nearest one that was sent, so
a restart repeats nothing, a date that moves starts anew, and a date that returns goes on where it was. A reminder of
the cloud's own that came here counts as sent, for the days of which it stands nearest.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.events.catalog import BY_NAME, EventType, due
from alerts.events.imported import told_by_the_cloud
from alerts.events.models import Deadline
from alerts.events.partitions import RETENTION
from alerts.events.record import Draft, listed_at
from alerts.events.triggers import DueIn, Reminder
from alerts.facts.collect import ESTATE
from alerts.sources.base import parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.estate.models import ClientKey

OBSERVED = "kms.client-key.observed"
DELETED = "kms.client-key.deleted"
BATCH = 500
CLOUDS_SLACK = timedelta(days=1)
"""How much earlier than at the very moment the cloud may remind."""


def follow_client_keys(keys: Sequence[ClientKey]) -> None:
    """Make each client key's end date its live deadline; none when the key is deleted or has no end date.

    The caller holds the locks of the client keys' rows, so two workers agree on which date is the live one.
    """
    for event_type, trigger in due(OBSERVED):
        _follow(keys, event_type, trigger)


def _follow(keys: Sequence[ClientKey], event_type: EventType, trigger: DueIn) -> None:
    wanted = {(key.account_id, key.arn): key for key in keys}
    accounts, arns = {uid for uid, _ in wanted}, {arn for _, arn in wanted}
    found: dict[tuple[str, str], dict[datetime, Deadline]] = defaultdict(dict)
    for row in Deadline.objects.filter(account__in=accounts, resource__in=arns, name=event_type.name):
        found[row.account_id, row.resource][row.ends_at] = row
    over: list[Deadline] = []
    revived: list[tuple[Deadline, ClientKey]] = []
    for where, key in wanted.items():
        ends_at = None if key.deleted_at else key.not_after
        over += [row for row in found[where].values() if row.active and row.ends_at != ends_at]
        if ends_at is None or key.observed_at is None:
            continue
        known = found[where].get(ends_at)
        row = known or Deadline(account_id=key.account_id, resource=key.arn, name=event_type.name, ends_at=ends_at)
        if known is None or not known.active:
            row.seen_at = key.observed_at
            revived.append((row, key))
    _revive(revived, event_type, trigger)
    rows = [row for row, _key in revived]
    _write(over, [row for row in rows if not row.pk], [row for row in rows if row.pk])


def _revive(rows: Sequence[tuple[Deadline, ClientKey]], event_type: EventType, trigger: DueIn) -> None:
    """Make these the live ones, from the reminder on that is the next one whoever sent those before."""
    if not rows:
        return
    told = told_by_the_cloud(
        {row.account_id for row, _ in rows}, resources={row.resource for row, _ in rows}, names=[event_type.name],
        since=min(row.seen_at for row, _ in rows) - RETENTION,
    )  # fmt: skip
    for row, key in rows:
        moments = told.get((row.account_id, row.resource, event_type.name), ())
        windows = [trigger.window_at(at + CLOUDS_SLACK, ends_at=row.ends_at) for at in moments]
        row.reminded = min((days for days in (row.reminded, *windows) if days is not None), default=None)
        row.active, row.data = True, _described(key)
        row.due_at = trigger.next_at(ends_at=row.ends_at, seen_at=row.seen_at, reminded=row.reminded)


def _write(over: Iterable[Deadline], new: Sequence[Deadline], returned: Sequence[Deadline]) -> None:
    # First what is over: a resource has one live deadline at a time.
    Deadline.objects.filter(pk__in=[row.pk for row in over]).update(active=False, due_at=None)
    Deadline.objects.bulk_create(new)
    _rewrite(returned, ["active", "seen_at", "data", "due_at"])


def _rewrite(rows: Sequence[Deadline], fields: Sequence[str]) -> None:
    # An upsert of rows that are there: many times faster than `bulk_update`.
    Deadline.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


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
    # A name that has left the catalogue says nothing any more, and must not stop the others.
    waiting = Deadline.objects.due(now=now).filter(name__in=BY_NAME)
    rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    for row in rows:
        event_type = BY_NAME[row.name]
        trigger = event_type.trigger
        assert isinstance(trigger, DueIn)
        reminder = trigger.due(ends_at=row.ends_at, seen_at=row.seen_at, reminded=row.reminded, now=now)
        if reminder:
            drafts.append(_draft(row, event_type, reminder, now=now))
            row.reminded = reminder.days
        row.due_at = trigger.next_at(ends_at=row.ends_at, seen_at=row.seen_at, reminded=row.reminded)
    _rewrite(rows, ["reminded", "due_at"])
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
    return Draft.of_type(
        event_type,
        account=row.account_id,
        region=resource.region,
        resource=row.resource,
        instance_name=resource.id,
        occurred_at=occurred_at,
        note=note,
        content=content,
        occurrence=occurrence,
        origin=ESTATE,
    )
