"""Counts from the hourly rollup: totals, histogram and what there is to choose from, without scanning events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Trunc
from django.utils.timezone import localtime

from alerts.events.filters import Seen
from alerts.events.find import newest
from alerts.events.forms import Period
from alerts.events.identity import EPOCH, moment_of
from alerts.events.models import EventCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import SystemEventFilter
    from alerts.events.models import SystemEventQuerySet

HOUR = timedelta(hours=1)
MOST_BARS = 60
WIDTHS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 2 * 24 * 60)
)
SHORT = MOST_BARS * WIDTHS[2]
"""Up to this length a range is drawn in bars of less than an hour, which the hourly counts cannot give."""
SAMPLE = 10_000
"""Matches that a keyword search looks at for its count and histogram; beyond that it says "10,000+"."""

ROLLUP_FIELDS = ("product", "event_type", "level", "name", "region", "status")


@dataclass(frozen=True, slots=True)
class Tally:
    """Events by (moment, level), their total, and whether there are more than were looked at.

    `ids` are the matches themselves, newest first, where the search had to look at each of them.
    """

    by_moment: Mapping[tuple[datetime, str], int]
    total: int
    capped: bool = False
    ids: tuple[UUID, ...] = ()

    def by_hour(self) -> Mapping[datetime, int]:
        """Return how many there are in each hour that has any."""
        hours: Counter[datetime] = Counter()
        for (moment, _level), count in self.by_moment.items():
            hours[moment.replace(minute=0, second=0, microsecond=0)] += count
        return hours


def tally(search: SystemEventFilter, account: CloudAccount) -> Tally:
    """Count what a valid search finds."""
    if search.counted_by_rollup():
        return _from_rollup(search, account)
    rows = newest(search, limit=SAMPLE + 1)
    capped, rows = len(rows) > SAMPLE, rows[:SAMPLE]
    counted = Counter((moment_of(identity), level) for identity, level in rows)
    return Tally(counted, len(rows), capped=capped, ids=tuple(identity for identity, _level in rows))


def _from_rollup(search: SystemEventFilter, account: CloudAccount) -> Tally:
    period = search.period_asked()
    short = period.end - period.start <= SHORT
    inner = Period(period.end, period.end) if short else _whole_hours(period)
    counted: Counter[tuple[datetime, str]] = Counter()
    if inner.start < inner.end:
        hours = _narrowed(EventCount.objects.filter(account=account), search)
        hours = hours.filter(hour__gte=inner.start, hour__lt=inner.end)
        for hour, level, count in hours.values_list("hour", "level").annotate(n=Sum("count")).order_by():
            counted[hour, level] += count
        # Tests are not in the hourly counts; whoever searches for events finds them all the same.
        counted.update(_scanned(search.qs.between(inner.start, inner.end).tests()))
    for start, end in _edges(period, inner):
        counted.update(_scanned(search.qs.between(start, end)))
    return Tally(counted, counted.total())


def _narrowed(rows: Any, search: SystemEventFilter) -> Any:
    for field in ROLLUP_FIELDS:
        value = search.form.cleaned_data.get(field)
        if value:
            rows = search.filters[field].filter(rows, value)
    return rows


def _whole_hours(period: Period) -> Period:
    start = period.start.replace(minute=0, second=0, microsecond=0)
    end = period.end.replace(minute=0, second=0, microsecond=0)
    return Period(start if start == period.start else start + HOUR, end)


def _edges(period: Period, inner: Period) -> Iterable[tuple[datetime, datetime]]:
    if inner.start >= inner.end:
        return ((period.start, period.end),)
    return ((period.start, inner.start), (inner.end, period.end))


def _scanned(events: SystemEventQuerySet) -> dict[tuple[datetime, str], int]:
    minutes = events.annotate(minute=Trunc("occurred_at", "minute", tzinfo=UTC)).values_list("minute", "level")
    return {(minute, level): count for minute, level, count in minutes.annotate(n=Count("pk")).order_by()}


def slots(period: Period, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a period into at most some sixty slots of a round width, oldest first; days are those of the user's zone."""
    end = min(period.end, now) if period.start < now else period.end
    length = end - period.start
    width = next((each for each in WIDTHS if length / each <= MOST_BARS), WIDTHS[-1])
    # Whole hours only: the counts are those of hours in UTC.
    ahead = (localtime(period.start).utcoffset() or HOUR * 0) // HOUR * HOUR
    first = EPOCH - ahead + (period.start - EPOCH + ahead) // width * width
    found = []
    while first < end:
        found.append((first, first + width))
        first += width
    return found or [(period.start, period.end)]


KINDS = "product, region, name, event_type, level, status"
DIFFERENT_KINDS = f"""
    WITH RECURSIVE kind AS (
        (SELECT {KINDS} FROM events_eventcount WHERE account_id = %(account)s ORDER BY {KINDS} LIMIT 1)
        UNION ALL
        SELECT following.* FROM kind CROSS JOIN LATERAL (
            SELECT {KINDS} FROM events_eventcount
            WHERE account_id = %(account)s AND ({KINDS}) > ({", ".join(f"kind.{name}" for name in KINDS.split(", "))})
            ORDER BY {KINDS} LIMIT 1
        ) AS following
    )
    SELECT product, name, region, status, event_type FROM kind
"""  # noqa: S608 - made of the constants above only
"""Every kind of event once. Goes from kind to kind along an index: a DISTINCT would read every hour of each."""


def seen_in(account: CloudAccount) -> Seen:
    """Return what the account's events that are kept have in them."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT_KINDS, {"account": account.pk})
        found = cursor.fetchall()
    columns = list(zip(*found, strict=True)) if found else [()] * 5
    return Seen(*(sorted(set(column)) for column in columns))
