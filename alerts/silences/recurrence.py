"""Recurrence: the rules by which a silence comes again, a strict part of the RRULE of RFC 5545. Pure.

A rule says on which days windows begin. At what time of day, in which zone, from when on and until when, the silence
says in fields of its own; so the parts for these are refused, and so is what would come more than once a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alerts.silences.days import Parts, Weekday, days_in, longest_month, most_days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TOO_OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")
ELSEWHERE = ("COUNT", "UNTIL", "DTSTART", "BYHOUR", "BYMINUTE", "BYSECOND")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
LONGEST = 200
WEEKS_OF_A_MONTH = 5


class RecurrenceError(ValueError):
    """Says why a text is no such rule: a code (see `alerts.silences.words`), and the part where it fails."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(f"{code}: {part}")
        self.code, self.part = code, part


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was read; `text` is the rule as it is stored."""

    text: str
    frequency: str
    interval: int = 1
    parts: Parts = field(default_factory=Parts)

    def starts(self, first: datetime, *, year: int) -> tuple[datetime, ...]:
        """Return the wall times (naive) of a year at which windows begin, from `first` on."""
        parts = self._filled(first)
        days = days_in(year, frequency=self.frequency, interval=self.interval, parts=parts, first=first.date())
        return tuple(datetime.combine(day, first.time()) for day in days)

    def _filled(self, first: datetime) -> Parts:
        """Return the parts with what a rule that names no day takes from its first one (RFC 5545, 3.3.10)."""
        parts = self.parts
        if parts.weekdays or parts.month_days or self.frequency == "DAILY":
            return parts
        if self.frequency == "WEEKLY":
            return replace(parts, weekdays=(Weekday(first.weekday()),))
        months = parts.months or ((first.month,) if self.frequency == "YEARLY" else ())
        return replace(parts, month_days=(first.day,), months=months)


def read(text: str) -> Recurrence:
    """Return the rule that somebody wrote. Raises RecurrenceError."""
    text = text.strip().upper().removeprefix("RRULE:")
    if len(text) > LONGEST:
        raise RecurrenceError("long", text[:20])
    return kept(text)


@lru_cache(1024)
def kept(text: str) -> Recurrence:
    """Return the rule that a text is which is kept, or was made of one; it may be longer. Raises RecurrenceError."""
    given: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        name, equals, value = part.partition("=")
        if not equals or not value or not name:
            raise RecurrenceError("form", part)
        if name in given:
            raise RecurrenceError("twice", name)
        given[name] = value
    return _ruled(text, given)


def _ruled(text: str, given: Mapping[str, str]) -> Recurrence:
    frequency = given.get("FREQ", "")
    for name in given:
        if name in ELSEWHERE:
            raise RecurrenceError("elsewhere", name)
        if name not in READERS and name not in ("FREQ", "INTERVAL"):
            raise RecurrenceError("unknown", name)
    if not frequency:
        raise RecurrenceError("frequency-missing", text)
    if frequency not in FREQUENCIES:
        raise RecurrenceError("often" if frequency in TOO_OFTEN else "frequency", f"FREQ={frequency}")
    taken = ((READERS[name], name, value) for name, value in given.items() if name in READERS)
    parts = Parts(**{key: reader(name, value) for (key, reader), name, value in taken})
    _check(frequency, parts, given)
    _check_comes(frequency, parts, given)
    return Recurrence(text, frequency, _number("INTERVAL", given.get("INTERVAL", "1"), 1, 366), parts)


def _check(frequency: str, parts: Parts, given: Mapping[str, str]) -> None:
    """Refuse parts that make no sense together (RFC 5545, 3.3.10)."""
    if frequency in ("DAILY", "WEEKLY") and any(day.ordinal for day in parts.weekdays):
        raise RecurrenceError("ordinal", f"BYDAY={given['BYDAY']}")
    if frequency == "WEEKLY" and parts.month_days:
        raise RecurrenceError("month-day", f"BYMONTHDAY={given['BYMONTHDAY']}")
    if parts.positions and not (parts.weekdays or parts.month_days or parts.months):
        raise RecurrenceError("position", f"BYSETPOS={given['BYSETPOS']}")


def _check_comes(frequency: str, parts: Parts, given: Mapping[str, str]) -> None:
    """Refuse a part with which no window ever comes; of several values one that is possible is enough."""
    longest = longest_month(parts.months)
    if parts.month_days and all(abs(day) > longest for day in parts.month_days):
        raise RecurrenceError("never-day", f"BYMONTHDAY={given['BYMONTHDAY']}")
    in_months = frequency == "MONTHLY" or parts.months
    if in_months and parts.weekdays and all(abs(day.ordinal) > WEEKS_OF_A_MONTH for day in parts.weekdays):
        raise RecurrenceError("never-ordinal", f"BYDAY={given['BYDAY']}")
    most = most_days(frequency, parts)
    if parts.positions and all(abs(position) > most for position in parts.positions):
        raise RecurrenceError("never-position", f"BYSETPOS={given['BYSETPOS']}")


def _number(name: str, text: str, low: int, high: int) -> int:
    value = int(text) if NUMBER.fullmatch(text) else 0
    if value == 0 or not low <= value <= high:
        raise RecurrenceError("number", f"{name}={text}")
    return value


def _numbers(low: int, high: int) -> Callable[[str, str], tuple[int, ...]]:
    def take(name: str, text: str) -> tuple[int, ...]:
        return tuple(dict.fromkeys(_number(name, each, low, high) for each in text.split(",")))

    return take


def _days(name: str, text: str) -> tuple[Weekday, ...]:
    found = []
    for each in text.split(","):
        fits = DAY.fullmatch(each)
        ordinal = int(fits[1] or 0) if fits else 99
        if fits is None or abs(ordinal) > 53 or (fits[1] and ordinal == 0):
            raise RecurrenceError("day", f"{name}={each}")
        found.append(Weekday(DAYS.index(fits[2]), ordinal))
    return tuple(found)


def _begin(name: str, text: str) -> int:
    if text not in DAYS:
        raise RecurrenceError("day", f"{name}={text}")
    return DAYS.index(text)


READERS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "BYDAY": ("weekdays", _days),
    "BYMONTHDAY": ("month_days", _numbers(-31, 31)),
    "BYMONTH": ("months", _numbers(1, 12)),
    "BYSETPOS": ("positions", _numbers(-366, 366)),
    "WKST": ("week_start", _begin),
}
