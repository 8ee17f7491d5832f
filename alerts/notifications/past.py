"""The past of a pattern: which events of the last 90 days it matches, told within a fraction of a second.

What is selective is read whole, by the indexes, one slice of time after the other. What is not is judged by a sample
that is spread evenly over the events, and says so. Both ask `Pattern.matches`. Nothing here writes, every question has
a time limit and uses one processor at most, so that looking back never holds up what is being delivered.
"""

from __future__ import annotations

import time
from bisect import bisect
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from django.db.models import Q, Sum
from psycopg.errors import QueryCanceled

from alerts.events.find import BY_ID, around, slices
from alerts.events.forms import Period
from alerts.events.identity import first_id
from alerts.events.models import EventCount, SystemEvent
from alerts.events.partitions import RETENTION
from alerts.rules.pattern import Pattern
from alerts.rules.query import counted, counted_q, pattern_q

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.events.models import SystemEventQuerySet

HOUR = timedelta(hours=1)
MOST_READ = 2_000
"""Matches that are read whole; a pattern with more of them is judged by a sample."""
SAMPLE, STRETCHES = 1_000, 50
"""About how many events a sample has, and in how many stretches of time they lie."""
READING, SAMPLING = 0.25, 1.0
"""Seconds that reading whole may take, and that one question for a sample may."""
NEWEST = 5
NEITHER_TEXT_NOR_CONTENT = ("content", "search_text")

Counts = dict[tuple[datetime, str], float]
"""Events by the hour in which they lie, and their level."""


class Slow(Exception):
    """The database did not answer in time."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a pattern matched.

    `events` are the matches that were read, oldest first: all of them where `whole`, else those of the sample, which
    has `looked_at` events. `counts` and `total` are exact where `counted`, else estimated from the sample.
    """

    counts: Mapping[tuple[datetime, str], float]
    events: Sequence[SystemEvent]
    newest: Sequence[SystemEvent]
    whole: bool
    counted: bool
    looked_at: int = 0

    @property
    def total(self) -> int:
        """How many there are, or are thought to be."""
        return round(sum(self.counts.values()))


def past_of(pattern: Pattern, *, account: str, now: datetime, back: timedelta = RETENTION) -> Past:
    """Return what the pattern matched in the time before `now`: 90 days unless told.

    Raises Slow when even a sample takes too long.
    """
    period = Period(now - back, now)
    events = _events_of(pattern, account=account)
    # Hourly counts are dear to add up. What asks for more than a kind is looked for first: most often it is found.
    pool = _counts(pattern, account=account, period=period) if counted(pattern) else None
    found: list[SystemEvent] = []
    if pool is None or sum(pool.values()) <= MOST_READ:
        found, done = _read(events, pattern, period)
        if done:
            return Past(_by_hour(found), found[::-1], found[:NEWEST], whole=True, counted=True)
    return _sampled(events, pattern, pool or _counts(pattern, account=account, period=period), found)


def _events_of(pattern: Pattern, *, account: str) -> SystemEventQuerySet:
    events = SystemEvent.objects.filter(account=account, test_of=None)
    if pattern.sql_filter:
        return events
    return events.defer(*(NEITHER_TEXT_NOR_CONTENT[:1] if pattern.keywords else NEITHER_TEXT_NOR_CONTENT))


def _counts(pattern: Pattern, *, account: str, period: Period) -> Counts:
    """Return how many events there are of the kinds that the pattern asks for: at least as many as it matches."""
    rows = EventCount.objects.filter(counted_q(pattern), account=account, hour__gt=period.start - HOUR)
    rows = rows.filter(hour__lt=period.end)
    with at_most(SAMPLING, by_index=False):
        return {(hour, level): n for hour, level, n in rows.values_list("hour", "level").annotate(n=Sum("count"))}


def _read(events: SystemEventQuerySet, pattern: Pattern, period: Period) -> tuple[list[SystemEvent], bool]:
    """Return the matches, newest first, and whether they are all: there may be too many, or too little time."""
    found: list[SystemEvent] = []
    wanted, ends = events.filter(pattern_q(pattern)), time.monotonic() + READING
    try:
        for start, end in slices(period):
            with at_most(ends - time.monotonic()):
                part = list(wanted.between(start, end).order_by(BY_ID.desc())[: MOST_READ + 1 - len(found)])
            found += [event for event in part if pattern.matches(event)]
            if len(found) > MOST_READ:
                return found, False
    except Slow:
        return found, False
    return found, True


def _sampled(events: SystemEventQuerySet, pattern: Pattern, pool: Counts, found: Sequence[SystemEvent]) -> Past:
    """Return what a sample says. `found` are the newest matches, as far as they could be read."""
    hours: Counter[datetime] = Counter()
    for (hour, _level), count in pool.items():
        hours[hour] += int(count)
    kinds = events.filter(counted_q(pattern))
    seen, every = _drawn(kinds, hours)
    matched = [event for event in seen if pattern.matches(event)]
    if every:
        return Past(_by_hour(matched), matched, matched[: -NEWEST - 1 : -1], whole=True, counted=True)
    if counted(pattern):
        with at_most(SAMPLING):
            near = around(hours, wanted=NEWEST, before=None, after=None)
            newest = list(kinds.filter(near).newest_first()[:NEWEST])
        return Past(pool, matched, newest, whole=False, counted=True, looked_at=len(seen))
    share = sum(pool.values()) / max(len(seen), 1)
    estimated = {key: count * share for key, count in _by_hour(matched).items()}
    if sum(estimated.values()) < len(found):  # too rare for the sample: at least these there are
        estimated, matched = _by_hour(found), list(found[::-1])
    last = found[:NEWEST] or matched[: -NEWEST - 1 : -1]
    return Past(estimated, matched, last, whole=False, counted=False, looked_at=len(seen))


def _drawn(kinds: SystemEventQuerySet, hours: Mapping[datetime, int]) -> tuple[list[SystemEvent], bool]:
    """Return a sample of events, of which there are so many in each hour, oldest first, and whether it is all."""
    if not hours:
        return [], True
    every = sum(hours.values()) <= SAMPLE
    parts = [(min(hours), max(hours) + HOUR)] if every else stretches(hours)
    within = reduce(or_, (Q(pk__gte=first_id(start), pk__lt=first_id(end)) for start, end in parts))
    with at_most(SAMPLING):
        return sorted(kinds.filter(within).order_by()[: 2 * SAMPLE], key=lambda event: event.id), every


def sample_of(*, account: str, now: datetime) -> tuple[list[SystemEvent], bool]:
    """Return a sample of the account's events of the last 90 days, and whether it is all of them. May raise Slow."""
    hours: Counter[datetime] = Counter()
    for (hour, _level), count in _counts(Pattern(), account=account, period=Period(now - RETENTION, now)).items():
        hours[hour] += int(count)
    return _drawn(SystemEvent.objects.filter(account=account, test_of=None), hours)


def _by_hour(events: Sequence[SystemEvent]) -> Counts:
    return dict(
        Counter((event.occurred_at.replace(minute=0, second=0, microsecond=0), event.level) for event in events)
    )


def stretches(hours: Mapping[datetime, int]) -> list[tuple[datetime, datetime]]:
    """Return stretches of time that hold about `SAMPLE` of these events, each of them as likely as any other.

    They begin at every n-th event, not at every n-th hour: a storm has as much to say as it has events.
    """
    ordered = sorted(hours)
    ends = list(accumulate(hours[hour] for hour in ordered))
    found: list[tuple[datetime, datetime]] = []
    for number in range(STRETCHES):
        place = (number + 0.5) / STRETCHES * ends[-1]
        at = bisect(ends, place)
        hour, count = ordered[at], hours[ordered[at]]
        length = min(1.0, SAMPLE / STRETCHES / count)
        start = hour + HOUR * min((place - ends[at] + count) / count, 1 - length)
        if found and start < found[-1][1]:
            start = found[-1][1]
        if (end := min(start + HOUR * length, hour + HOUR)) > start:
            found.append((start, end))
    return found


@contextmanager
def at_most(seconds: float, *, by_index: bool = True) -> Iterator[None]:
    """Raise Slow when a question to the database takes longer. It is asked with one processor.

    `by_index` has indexes used wherever there are any: what the database guesses of rare texts is far too much.
    """
    if seconds <= 0:
        raise Slow
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true),"
                " set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true),"
                " set_config('enable_seqscan', %s, true)",
                [f"{max(1, round(seconds * 1000))}ms", "off" if by_index else "on"],
            )
            yield
            for name in ("statement_timeout", "max_parallel_workers_per_gather", "jit", "enable_seqscan"):
                cursor.execute(f"SET LOCAL {name} TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise Slow from error
        raise
