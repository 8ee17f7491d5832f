"""Outlook: what comes of a schedule: its next windows, and what it does on the days on which clocks change. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.silences.recurrence import kept
from alerts.silences.schedule import DAY, Recurring, Window, changes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.silences.schedule import Change

SHOWN, YEAR = 5, timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change of clocks makes of one window: `longer` by so much (negative: shorter); without one, nothing."""

    wall: datetime
    window: Window | None
    longer: timedelta


@dataclass(frozen=True, slots=True)
class ClockDay:
    """A day on which clocks change, and the windows that this changes."""

    change: Change
    effects: tuple[Effect, ...]


def next_windows(schedule: Recurring, *, now: datetime) -> list[Window]:
    """Return the next five windows."""
    return schedule.following(now, SHOWN)


def clock_days(schedule: Recurring, *, now: datetime) -> list[ClockDay]:
    """Return the next two days on which the clocks of its zone change, within a year."""
    changes = list(changes_of(schedule.zone, now, now + YEAR))[:2]
    return [ClockDay(change, tuple(_effects(schedule, change))) for change in changes]


def _effects(schedule: Recurring, change: Change) -> Sequence[Effect]:
    noon = change.at.astimezone(ZoneInfo(schedule.zone)).replace(tzinfo=None)
    found = []
    for wall in schedule.starts(noon - schedule.lasts - DAY, noon + DAY):
        window = Recurring(schedule.rule, schedule.first, schedule.lasts, schedule.zone).window(wall)
        longer = (window.end - window.start if window else timedelta(0)) - schedule.lasts
        if longer and (schedule.until is None or change.at < schedule.until):
            found.append(Effect(wall, window, longer))
    return found


def earlier(schedule: Recurring) -> Recurring:
    """Return the schedule as if it had begun a step of its recurrence, and a week at least, before.

    So it tells what windows it would have had lately, and every other week stays the same other week.
    """
    rule, first = kept(schedule.rule), schedule.first
    text = rule.text.rstrip(";")
    if rule.frequency in ("DAILY", "WEEKLY"):
        days = rule.interval * (7 if rule.frequency == "WEEKLY" else 1)
        first -= timedelta(days=days * (10 // days + 1))
    else:
        # The day of the first window, which the rule takes unless it names one, must not move with the start.
        if not (rule.parts.weekdays or rule.parts.month_days):
            text += f";BYMONTHDAY={first.day}"
            text += f";BYMONTH={first.month}" if rule.frequency == "YEARLY" and not rule.parts.months else ""
        months = rule.interval * (12 if rule.frequency == "YEARLY" else 1)
        year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
        first = first.replace(year=max(year, 1), month=month + 1, day=1)
    return Recurring(text, first, schedule.lasts, schedule.zone)
