"""Schedules: when a silence hides, as half-open windows [start, end) of UTC. Pure; no clock.

A recurring silence is reckoned by the clock on the wall of its zone: a window starts at its wall time and ends at the
wall time that its duration later says. The two days on which clocks change have these rules:

* A start or an end that the clock leaves out is the moment at which it jumps.
* A start that the clock shows twice is the first of both, such an end the last: the window holds the whole hour.
* So a window has an hour less or more on those days, and one that lies in the missing hour alone does not take place.
* A day that a month does not have (the 31st, 29 February) has no window in that month.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from alerts.silences.recurrence import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
AHEAD = 10
"""Years in which the next windows are looked for."""
LAST_YEAR = 2100
"""No window begins later: no calendar, and no clock of a zone, is known so far ahead."""


class Window(NamedTuple):
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


class Change(NamedTuple):
    """A change of clocks: when, and by how much they are set forward (negative: back)."""

    at: datetime
    forward: timedelta


class Schedule(Protocol):
    """When a silence hides."""

    def between(self, start: datetime, end: datetime) -> list[Window]:
        """Return the windows that have a moment in [start, end), in their order."""

    def following(self, moment: datetime, count: int) -> list[Window]:
        """Return the next windows that end after a moment, the one that is open first."""


def cover(schedule: Schedule, moment: datetime) -> bool:
    """Tell whether a moment lies within a window."""
    return bool(schedule.between(moment, moment + timedelta(microseconds=1)))


@dataclass(frozen=True, slots=True)
class Once:
    """One window."""

    start: datetime
    end: datetime

    def between(self, start: datetime, end: datetime) -> list[Window]:
        """Return the window if it has a moment in [start, end)."""
        inside = self.start < self.end and self.start < end and start < self.end
        return [Window(self.start, self.end)] if inside else []

    def following(self, moment: datetime, count: int) -> list[Window]:
        """Return the window unless it is over."""
        return [Window(self.start, self.end)][:count] if max(moment, self.start) < self.end else []


@dataclass(frozen=True, slots=True)
class Recurring:
    """Windows that begin on the days of `rule` (an RRULE) from `first` on, a naive time on the wall of `zone`.

    Each is `lasts` long by that clock. None begins at or after `until`, and one that is open then ends then.
    """

    rule: str
    first: datetime
    lasts: timedelta
    zone: str
    until: datetime | None = None

    def between(self, start: datetime, end: datetime) -> list[Window]:
        """Return the windows that have a moment in [start, end), in their order."""
        if end.year < self.first.year - 1 or start.year > LAST_YEAR + 1:
            return []  # so far away that the clock of the zone may have no such year
        zone = ZoneInfo(self.zone)
        # A clock is set by a day at most, so this finds every window that may matter; `_window` tells which do.
        earliest = start.astimezone(zone).replace(tzinfo=None) - self.lasts - DAY
        latest = end.astimezone(zone).replace(tzinfo=None) + DAY
        found = []
        for wall in self.starts(earliest, latest):
            window = self.window(wall)
            if window and window.start < end and start < window.end:
                found.append(window)
        return found

    def following(self, moment: datetime, count: int) -> list[Window]:
        """Return the next windows that end after a moment, the one that is open first."""
        wall = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        found: list[Window] = []
        for each in self.starts(wall - self.lasts - DAY, _years_after(max(wall, self.first))):
            window = self.window(each)
            if window and window.end > moment:
                found.append(window)
            if len(found) == count:
                break
        return found

    def window(self, wall: datetime) -> Window | None:
        """Return the window that begins at this wall time; None where there is no moment in it."""
        zone = ZoneInfo(self.zone)
        start, end = moment_of(wall, zone, last=False), moment_of(wall + self.lasts, zone, last=True)
        if self.until:
            end = min(end, self.until)
        return Window(start, end) if start < end else None

    def starts(self, earliest: datetime, latest: datetime) -> Iterator[datetime]:
        """Yield the wall times (naive) from `earliest` to `latest` at which windows begin."""
        for year in range(max(earliest, self.first).year, min(latest.year, LAST_YEAR) + 1):
            starts = starts_of(self.rule, self.first, year)
            for wall in starts[bisect_left(starts, earliest) :]:
                if wall > latest:
                    return
                yield wall


def _years_after(wall: datetime) -> datetime:
    """Return the end of the last year in which a next window is looked for."""
    return datetime(min(wall.year + AHEAD, LAST_YEAR), 12, 31, 23, 59, 59)  # noqa: DTZ001 - time on the wall


@lru_cache(2048)
def starts_of(rule: str, first: datetime, year: int) -> tuple[datetime, ...]:
    """Return the wall times of a year at which windows begin, from `first` on."""
    return kept(rule).starts(first, year=year)


def moment_of(wall: datetime, zone: ZoneInfo, *, last: bool) -> datetime:
    """Return the moment (UTC) at which the clock shows `wall`: of two the last or the first, of none the jump."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early > late:  # the clock leaves this time out: the offset before the jump is smaller than the one after it
        return _jump(late, early, zone)
    return late if last else early


def skipped(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clock leaves this time out."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in (before, after] from which on the offset is that of `after`, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        before, after = (before, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, after)
    return after.replace(microsecond=0)


def changes_of(zone: str, start: datetime, end: datetime) -> Iterator[Change]:
    """Yield when the clocks of a zone change between two moments."""
    place = ZoneInfo(zone)
    day = start.astimezone(UTC)
    while day < end:
        following = day + DAY
        before, after = day.astimezone(place).utcoffset(), following.astimezone(place).utcoffset()
        if before is not None and after is not None and before != after:
            yield Change(_jump(day, following, place), after - before)
        day = following
