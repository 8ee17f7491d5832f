"""The report of a backtest: which messages there would have been, when, and to whom. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NIGHT_BEGINS, NIGHT_ENDS = 22, 7


class PastMessage(NamedTuple):
    """A message that would have been sent: when, of what kind, of how many events, and to whom."""

    at: datetime
    kind: str
    level: str
    events: int
    people: tuple[str, ...]
    systems: tuple[str, ...]
    digested: bool = False


@dataclass(slots=True)
class Report:
    """What came of it. `events` are those that the policy selects, `by_hour` these by their hour and level."""

    looked_at: int = 0
    events: int = 0
    outside: int = 0
    by_hour: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    messages: list[PastMessage] = field(default_factory=list)

    def at_night(self, zone: str) -> int:
        """Return how many messages would have come between 22 and 7 o'clock of a zone, digests aside."""
        tz = ZoneInfo(zone)
        local = (each.at.astimezone(tz).hour for each in self.messages if not each.digested)
        return sum(hour >= NIGHT_BEGINS or hour < NIGHT_ENDS for hour in local)

    def by_person(self) -> list[tuple[str, int]]:
        """Return who would have got how many messages, the most first."""
        return _by_name(Counter(each.people for each in self.messages if not each.digested))

    def by_system(self) -> list[tuple[str, int]]:
        """Return which push channels would have got how many, the most first."""
        return _by_name(Counter(each.systems for each in self.messages))


def _by_name(told: Mapping[tuple[str, ...], int]) -> list[tuple[str, int]]:
    """Return who is told how often, the most first, of how often the same ones are told together."""
    found: Counter[str] = Counter()
    for names, count in told.items():
        for name in names:
            found[name] += count
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


class Series(NamedTuple):
    """One slice of time: its start, the events in it by level, and the messages in it."""

    start: datetime
    events: Mapping[str, int]
    messages: Sequence[PastMessage]


def series_of(report: Report, *, start: datetime, end: datetime, slices: int = 60) -> list[Series]:
    """Return a report as equal slices of time, for a picture of it; events by the hour in which they lie."""
    width = (end - start) / slices
    events: list[Counter[str]] = [Counter() for _each in range(slices)]
    messages: dict[int, list[PastMessage]] = defaultdict(list)
    for (hour, level), count in report.by_hour.items():
        events[_slice(hour - start, width, slices)][level] += count
    for each in report.messages:
        messages[_slice(each.at - start, width, slices)].append(each)
    return [Series(start + number * width, events[number], messages[number]) for number in range(slices)]


def _slice(after: timedelta, width: timedelta, slices: int) -> int:
    return min(max(0, after // width), slices - 1)
