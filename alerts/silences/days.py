"""Days: those of one year on which a recurrence begins a window. Pure.

A rule goes by periods: days, weeks, months or years, every so many of them. Each is looked at by itself: its days that
the rule names are its set, and BYSETPOS chooses from the set. So a year costs a few milliseconds, whatever the rule
says, and a rule that never comes is not searched to the end of all years.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

DAY, WEEK = 1, 7
DECEMBER = 12


class Weekday(NamedTuple):
    """A day of the week, Monday is 0; with an ordinal only the so-manieth of its month or year (-1: the last one)."""

    number: int
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a rule names of days; an empty part leaves all. `week_start` is the weekday with which weeks begin."""

    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def days_in(year: int, *, frequency: str, interval: int, parts: Parts, first: date) -> list[date]:
    """Return the days of a year, in order, on which windows begin; the first period is that of `first`."""
    yearly = frequency == "YEARLY" and not parts.months
    found = []
    for start, length in PERIODS[frequency](year, first, interval, parts.week_start):
        days = (start + timedelta(days=number) for number in range(length))
        named = [day for day in days if _named(day, parts, yearly=yearly)]
        found += [day for day in _chosen(named, parts.positions) if day.year == year and day >= first]
    return found


def _named(day: date, parts: Parts, *, yearly: bool) -> bool:
    if parts.months and day.month not in parts.months:
        return False
    if parts.month_days:
        length = monthrange(day.year, day.month)[1]
        if day.day not in parts.month_days and day.day - length - 1 not in parts.month_days:
            return False
    return not parts.weekdays or _is_weekday(day, parts.weekdays, yearly=yearly)


def _is_weekday(day: date, weekdays: Sequence[Weekday], *, yearly: bool) -> bool:
    ordinals = [each.ordinal for each in weekdays if each.number == day.weekday()]
    if 0 in ordinals or not ordinals:
        return bool(ordinals)
    before = day.timetuple().tm_yday - 1 if yearly else day.day - 1
    after = (date(day.year, 12, 31) - day).days if yearly else monthrange(day.year, day.month)[1] - day.day
    return before // WEEK + 1 in ordinals or -(after // WEEK) - 1 in ordinals


def _chosen(days: Sequence[date], positions: Sequence[int]) -> Sequence[date]:
    """Return the days at these positions, counted from 1, or from the end; one that the set does not have is none."""
    if not positions:
        return days
    places = {position - 1 if position > 0 else len(days) + position for position in positions}
    return [day for place, day in enumerate(days) if place in places]


def _daily(year: int, first: date, interval: int, _week_start: int) -> Iterator[tuple[date, int]]:
    begin = date(year, 1, 1)
    yield from _every(begin, (first - begin).days % interval, interval, DAY)


def _weekly(year: int, first: date, interval: int, week_start: int) -> Iterator[tuple[date, int]]:
    begin, zero = (day - timedelta(days=(day.weekday() - week_start) % WEEK) for day in (date(year, 1, 1), first))
    yield from _every(begin, (zero - begin).days % (interval * WEEK), interval * WEEK, WEEK)


def _every(begin: date, offset: int, step: int, length: int) -> Iterator[tuple[date, int]]:
    # A year and the week in which it begins: what belongs to other years is left out with the days.
    for days in range(offset, 366 + WEEK, step):
        yield begin + timedelta(days=days), length


def _monthly(year: int, first: date, interval: int, _week_start: int) -> Iterator[tuple[date, int]]:
    for month in range(1, DECEMBER + 1):
        if ((year - first.year) * DECEMBER + month - first.month) % interval == 0:
            yield date(year, month, 1), monthrange(year, month)[1]


def _yearly(year: int, first: date, interval: int, _week_start: int) -> Iterator[tuple[date, int]]:
    if (year - first.year) % interval == 0:
        yield date(year, 1, 1), (date(year, 12, 31) - date(year, 1, 1)).days + 1


PERIODS: Mapping[str, Callable[[int, date, int, int], Iterator[tuple[date, int]]]] = {
    "DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly,
}  # fmt: skip
"""The periods (first day, days) of a rule that have a day in a year."""


def most_days(frequency: str, parts: Parts) -> int:
    """Return an upper bound of the days in one period that a rule names."""
    if frequency == "DAILY":
        return 1
    if frequency == "WEEKLY":
        return len({each.number for each in parts.weekdays}) or 1
    return 31 if frequency == "MONTHLY" else 31 * (len(set(parts.months)) or DECEMBER)


def longest_month(months: Sequence[int]) -> int:
    """Return the days of the longest of these months, in a leap year; of all, if there are none."""
    return max((monthrange(2000, month)[1] for month in months), default=31)
