"""Find: the newest events that answer a search, however rare they are among the others.

The newest few of something frequent are found by walking the ids from the newest on. For something rare that walk
would read every event there is, and the database cannot know beforehand. So a rare text is looked up in its own index,
one slice of time after the other; and where the hourly counts say in which hours the matches are, only those are read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db.models import BinaryField, F, Func, Q

from alerts.events.identity import first_id, moment_of
from alerts.events.partitions import WIDTH, week_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from alerts.events.filters import SystemEventFilter
    from alerts.events.forms import Period

FIRST_SLICES = (timedelta(days=1), timedelta(days=3))
HOUR = timedelta(hours=1)
MOST_RANGES = 100
# Orders as `id` does, in a way that no index offers: so that the planner first finds the rows, then sorts them.
BY_ID = Func(F("id"), function="uuid_send", output_field=BinaryField())


def slices(period: Period) -> Iterator[tuple[datetime, datetime]]:
    """Cut a period into a day, two more, and then the weeks of the partitions, newest first."""
    edges = [period.end, *(period.end - length for length in FIRST_SLICES)]
    edge = week_of(edges[-1])
    while edge > period.start:
        edges.append(edge)
        edge -= WIDTH
    edges = [edge for edge in edges if edge > period.start] + [period.start]
    yield from ((start, end) for end, start in pairwise(edges))


def newest(search: SystemEventFilter, *, limit: int, before: UUID | None = None) -> list[tuple[UUID, str]]:
    """Return (id, level) of the newest events that answer a valid search by text or resource, at most `limit`."""
    found: list[tuple[UUID, str]] = []
    events = search.qs if before is None else search.qs.filter(pk__lt=before)
    if search.form.cleaned_data.get("resource"):
        return list(events.order_by("-id").values_list("id", "level")[:limit])
    for start, end in slices(search.period_asked()):
        if before is None or first_id(start) < before:
            part = events.between(start, end).order_by(BY_ID.desc()).values_list("id", "level")
            found += part[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def oldest(search: SystemEventFilter, *, limit: int, after: UUID) -> list[UUID]:
    """Return the ids of the first events after the one of the id `after` that answer a search by text or resource."""
    found: list[UUID] = []
    events = search.qs.filter(pk__gt=after)
    for start, end in reversed(list(slices(search.period_asked()))):
        if first_id(end) > after:
            found += events.between(start, end).order_by(BY_ID).values_list("id", flat=True)[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def around(hours: Mapping[datetime, int], *, wanted: int, before: UUID | None, after: UUID | None) -> Q:
    """Return the condition that keeps to the hours which hold the `wanted` matches next to a cursor.

    `hours` counts the matches of every hour that has any. Without a cursor the newest are meant. Returns an empty
    condition where that would name too many hours, and one that nothing fulfils where there is nothing to find.
    """
    cursor = after or before
    cut = moment_of(cursor).replace(minute=0, second=0, microsecond=0) if cursor else None
    ordered = sorted(hours, reverse=after is None)
    if cut:
        ordered = [hour for hour in ordered if (hour >= cut if after else hour <= cut)]
    chosen, held = [], 0
    for hour in ordered:
        if held >= wanted:
            break
        chosen.append(hour)
        # How many of the cursor's own hour lie beyond it is not known.
        held += 0 if hour == cut else hours[hour]
    ranges = _merged(sorted(chosen))
    if len(ranges) > MOST_RANGES:
        ranges = [(ranges[0][0], ranges[-1][1])]
    return _within(ranges)


def _merged(hours: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    ranges: list[tuple[datetime, datetime]] = []
    for hour in hours:
        if ranges and ranges[-1][1] == hour:
            ranges[-1] = (ranges[-1][0], hour + HOUR)
        else:
            ranges.append((hour, hour + HOUR))
    return ranges


def _within(ranges: Sequence[tuple[datetime, datetime]]) -> Q:
    condition = Q()
    for start, end in ranges:
        condition |= Q(pk__gte=first_id(start), pk__lt=first_id(end))
    return condition if ranges else Q(pk__in=[])
