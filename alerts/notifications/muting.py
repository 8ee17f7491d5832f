"""Muting: a rule tells once of one kind of event on one resource, then keeps quiet for its mute period.

`audible` is the pure half, which preview and backtest call too; the rows of mutes are the half that remembers.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from alerts.notifications.models import Mute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from alerts.events.models import SystemEvent
    from alerts.rules.book import Entry

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Cause = tuple[int, str, str]
"""What a mute silences: this rule, this kind of event, this resource."""
Match = tuple["Entry", "SystemEvent"]


def audible(times: Iterable[datetime], *, told_at: datetime, period: timedelta) -> tuple[list[bool], datetime]:
    """Tell for each time, oldest first, whether it is told of, and when the rule told last after all of them.

    A late event from before the last one is told of as well, unless it lies within a period before it.
    """
    told = []
    for moment in times:
        told.append(not told_at - period <= moment < told_at + period)
        told_at = max(told_at, moment) if told[-1] else told_at
    return told, told_at


def unmuted(matches: Iterable[Match]) -> set[tuple[int, UUID]]:
    """Return (rule, event) of the matches that no mute silences, by the time of the events. Moves the mutes on."""
    by_cause: dict[Cause, list[Match]] = defaultdict(list)
    for entry, event in matches:
        by_cause[entry.rule, event.name, event.resource].append((entry, event))
    told: set[tuple[int, UUID]] = set()
    rows = _locked_mutes(by_cause)
    for cause, row in rows.items():
        found = sorted(by_cause[cause], key=lambda match: match[1].id)
        period = timedelta(seconds=found[0][0].mute_for)
        heard, row.told_at = audible((event.occurred_at for _, event in found), told_at=row.told_at, period=period)
        told |= {(entry.rule, event.id) for (entry, event), loud in zip(found, heard, strict=True) if loud}
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


def _locked_mutes(causes: Iterable[Cause]) -> dict[Cause, Mute]:
    # Every worker takes the rows in the same order, so two of them wait for each other and never deadlock.
    wanted = sorted(causes)
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
    return {cause: found[cause] for cause in wanted}
