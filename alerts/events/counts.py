"""Counts from the hourly rollup: totals, histogram and what there is to choose from, without scanning events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import Trunc

from alerts.events.filters import Period, Seen
from alerts.events.identity import moment_of
from alerts.events.models import EventCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import SystemEventFilter
    from alerts.events.models import SystemEventQuerySet

HOUR = timedelta(hours=1)
MOST_BARS = 60
WIDTHS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 2 * 24 * 60)
)
SAMPLE = 10_000
"""Matches that a keyword search looks at for its count and histogram; beyond that it says "10,000+"."""

ROLLUP_FIELDS = ("product", "event_type", "level", "name", "region", "status")


@dataclass(frozen=True, slots=True)
class Tally:
    """Events by (moment, level), their total, and whether there are more than were looked at."""

    by_moment: Mapping[tuple[datetime, str], int]
    total: int
    capped: bool = False


def tally(search: SystemEventFilter, account: CloudAccount) -> Tally:
    """Count what a valid search finds."""
    if search.counted_by_rollup():
        return _from_rollup(search, account)
    rows = list(search.qs.order_by("-id").values_list("id", "level")[: SAMPLE + 1])
    counted = Counter((moment_of(identity), level) for identity, level in rows[:SAMPLE])
    return Tally(counted, min(len(rows), SAMPLE), capped=len(rows) > SAMPLE)


def _from_rollup(search: SystemEventFilter, account: CloudAccount) -> Tally:
    period = search.period_asked()
    # A short range is drawn in bars of less than an hour, which the hourly counts cannot give.
    inner = (
        _whole_hours(period) if period.end - period.start > MOST_BARS * WIDTHS[2] else Period(period.end, period.end)
    )
    counted: Counter[tuple[datetime, str]] = Counter()
    if inner.start < inner.end:
        hours = _narrowed(EventCount.objects.filter(account=account), search)
        hours = hours.filter(hour__gte=inner.start, hour__lt=inner.end)
        for hour, level, count in hours.values_list("hour", "level").annotate(n=Sum("count")).order_by():
            counted[hour, level] += count
    for start, end in _edges(period, inner):
        counted.update(_scanned(search.qs.between(start, end)))
    return Tally(counted, counted.total())


def _narrowed(rows: object, search: SystemEventFilter) -> object:
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
    minutes = events.annotate(minute=Trunc("occurred_at", "minute")).values_list("minute", "level")
    return {(minute, level): count for minute, level, count in minutes.annotate(n=Count("pk")).order_by()}


def slots(period: Period, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a period into at most some sixty slots of a round width, oldest first."""
    end = min(period.end, now) if period.start < now else period.end
    length = end - period.start
    width = next((each for each in WIDTHS if length / each <= MOST_BARS), WIDTHS[-1])
    epoch = datetime.fromtimestamp(0, tz=period.start.tzinfo)
    first = epoch + (period.start - epoch) // width * width
    found = []
    while first < end:
        found.append((first, first + width))
        first += width
    return found or [(period.start, period.end)]


def seen_in(account: CloudAccount, *, now: datetime) -> Seen:
    """Return what the account's events of the last 90 days have in them."""
    rows = EventCount.objects.filter(Q(account=account, hour__gt=now - timedelta(days=91)))
    found = list(rows.values_list("product", "name", "region", "status", "event_type").distinct().order_by())
    columns = list(zip(*found, strict=True)) if found else [()] * 5
    return Seen(*(sorted(set(column)) for column in columns))
