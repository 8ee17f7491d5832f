"""Events by kind: exact numbers, from the hourly counts where whole hours lie in the range, else from the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum

from alerts.events.counts import ROLLUP_FIELDS, SAMPLE
from alerts.events.find import newest
from alerts.events.models import EventCount, SystemEvent
from alerts.openapi.cms.event_search import lately

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import SystemEventFilter
    from alerts.events.forms import Period
    from alerts.events.models import SystemEventQuerySet

HOUR = timedelta(hours=1)
Kind = tuple[str, ...]


def kinds_of(
    search: SystemEventFilter, account: CloudAccount, *, fields: Sequence[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield how many events of each kind a valid search finds, most first, with these fields of the newest one.

    A kind is product, type, level, name, region and status. A search by text counts its newest ten thousand matches.
    """
    counted = _from_counts(search, account) if search.counted_by_rollup() else _from_matches(search)
    for kind, number in counted.most_common():
        events = search.qs.filter(**dict(zip(ROLLUP_FIELDS, kind, strict=True)))
        newest_of = partial(_newest, events, fields)
        period = search.period_asked()
        if found := lately(newest_of, period, 0, 1) or newest_of(period):
            yield number, found[0]


def _newest(events: SystemEventQuerySet, fields: Sequence[str], period: Period) -> list[dict[str, Any]]:
    return list(events.between(period.start, period.end).newest_first().values(*fields)[:1])


def _from_matches(search: SystemEventFilter) -> Counter[Kind]:
    ids = [identity for identity, _level in newest(search, limit=SAMPLE)]
    return Counter(SystemEvent.objects.filter(pk__in=ids).values_list(*ROLLUP_FIELDS))


def _from_counts(search: SystemEventFilter, account: CloudAccount) -> Counter[Kind]:
    period = search.period_asked()
    first, last = _hour(period.start + HOUR - timedelta(microseconds=1)), _hour(period.end)
    if first >= last:
        return _scanned(search, period.start, period.end)
    rows: Any = EventCount.objects.filter(account=account, hour__gte=first, hour__lt=last)
    for field in ROLLUP_FIELDS:
        if value := search.form.cleaned_data.get(field):
            rows = search.filters[field].filter(rows, value)
    found: Counter[Kind] = Counter()
    for *kind, number in rows.values_list(*ROLLUP_FIELDS).annotate(number=Sum("count")).order_by():
        found[tuple(kind)] += number
    return found + _scanned(search, period.start, first) + _scanned(search, last, period.end)


def _scanned(search: SystemEventFilter, start: datetime, end: datetime) -> Counter[Kind]:
    kinds = search.qs.between(start, end).values_list(*ROLLUP_FIELDS).annotate(number=Count("pk")).order_by()
    return Counter({tuple(kind): number for *kind, number in kinds})


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
