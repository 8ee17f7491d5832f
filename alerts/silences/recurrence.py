"""Recurrence: the rules by which a silence comes again, a strict part of the RRULE of RFC 5545. Pure.

A rule says on which days windows begin. At what time of day, in which zone, from when on and until when, the silence
says in fields of its own; so the parts for these are refused, and so is what would come more than once a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from dateutil import rrule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FREQUENCIES: Mapping[str, Literal[0, 1, 2, 3]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
TOO_OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")
ELSEWHERE = ("COUNT", "UNTIL", "DTSTART", "BYHOUR", "BYMINUTE", "BYSECOND")
DAYS: Mapping[str, rrule.weekday] = {
    "MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU,
}  # fmt: skip
DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
LONGEST = 200
MOST_STARTS = 10_000
"""Windows of one silence that are looked at: those of 27 years, if there is one on every day."""


class RecurrenceError(ValueError):
    """Says why a text is no such rule: a code (see `alerts.silences.words`), and the part where it fails."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(f"{code}: {part}")
        self.code, self.part = code, part


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was read. `parts` are what dateutil's `rrule` takes; `text` is the rule as it is stored."""

    text: str
    frequency: str
    interval: int = 1
    parts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def starts(self, first: datetime, *, until: datetime) -> tuple[datetime, ...]:
        """Return the wall times (naive) at which windows begin, from `first` up to `until`, at most ten thousand."""
        found = rrule.rrule(
            FREQUENCIES[self.frequency], dtstart=first, until=until, interval=self.interval, **self.parts
        )
        return tuple(islice(found, MOST_STARTS))


@lru_cache(1024)
def read(text: str) -> Recurrence:
    """Return the rule that a text is. Raises RecurrenceError."""
    text = text.strip().upper().removeprefix("RRULE:")
    if len(text) > LONGEST:
        raise RecurrenceError("long", text[:20])
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
    parts: dict[str, Any] = {}
    for name, value in given.items():
        if name in READERS:
            key, reader = READERS[name]
            parts[key] = reader(name, value)
    _check(frequency, parts, given)
    return Recurrence(text, frequency, _number("INTERVAL", given.get("INTERVAL", "1"), 1, 366), parts)


def _check(frequency: str, parts: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """Refuse parts that make no sense together (RFC 5545, 3.3.10)."""
    if frequency in ("DAILY", "WEEKLY") and any(day.n for day in parts.get("byweekday", ())):
        raise RecurrenceError("ordinal", f"BYDAY={given['BYDAY']}")
    if frequency == "WEEKLY" and "bymonthday" in parts:
        raise RecurrenceError("month-day", f"BYMONTHDAY={given['BYMONTHDAY']}")
    if "bysetpos" in parts and not parts.keys() & {"byweekday", "bymonthday", "bymonth"}:
        raise RecurrenceError("position", f"BYSETPOS={given['BYSETPOS']}")


def _number(name: str, text: str, low: int, high: int) -> int:
    value = int(text) if NUMBER.fullmatch(text) else 0
    if value == 0 or not low <= value <= high:
        raise RecurrenceError("number", f"{name}={text}")
    return value


def _numbers(low: int, high: int) -> Callable[[str, str], tuple[int, ...]]:
    def take(name: str, text: str) -> tuple[int, ...]:
        return tuple(dict.fromkeys(_number(name, each, low, high) for each in text.split(",")))

    return take


def _days(name: str, text: str) -> tuple[rrule.weekday, ...]:
    found = []
    for each in text.split(","):
        fits = DAY.fullmatch(each)
        ordinal = int(fits[1] or 0) if fits else 99
        if fits is None or abs(ordinal) > 53 or (fits[1] and ordinal == 0):
            raise RecurrenceError("day", f"{name}={each}")
        found.append(DAYS[fits[2]](ordinal) if ordinal else DAYS[fits[2]])
    return tuple(found)


def _begin(name: str, text: str) -> rrule.weekday:
    if text not in DAYS:
        raise RecurrenceError("day", f"{name}={text}")
    return DAYS[text]


READERS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "BYDAY": ("byweekday", _days),
    "BYMONTHDAY": ("bymonthday", _numbers(-31, 31)),
    "BYMONTH": ("bymonth", _numbers(1, 12)),
    "BYSETPOS": ("bysetpos", _numbers(-366, 366)),
    "WKST": ("wkst", _begin),
}
