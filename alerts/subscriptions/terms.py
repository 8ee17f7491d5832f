"""Terms: what a policy's engine goes by, as plain values. A bundle keeps those with which it began. Pure.

All spans are whole seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alerts.rules.hours import DAY, Hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COUNT, DIRECT_MUTED, ALWAYS = "COUNT", "DIRECT_MUTED", "ALWAYS"
DAYS_AHEAD = 9


@lru_cache
def seconds(count: int) -> timedelta:
    """Return so many seconds as a length of time; a replay asks for the few that its terms know a million times."""
    return timedelta(seconds=count)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation: `after` the one before it, the contact group with this key is told."""

    after: int
    group: int


@dataclass(frozen=True, slots=True)
class Terms:
    """How a bundle lives. `repeat` 0 means never; the steps are gone through `rounds` times."""

    denoise: str = DIRECT_MUTED
    count: int = 5
    period: int = 300
    mute: int = 300
    wait: int = 0
    interval: int = 0
    repeat: int = 0
    repeat_most: int = 10
    steps: tuple[Step, ...] = ()
    rounds: int = 1
    hours: Hours = field(default_factory=Hours)

    @property
    def quiet(self) -> timedelta:
        """How long nothing is told after a message, but for repeats, escalation and recovery."""
        return seconds(max(self.interval, 0 if self.denoise == ALWAYS else self.mute))

    def as_json(self) -> dict[str, Any]:
        """Return the terms as they are stored."""
        told = asdict(self)
        start, end = self.hours.start, self.hours.end
        told["hours"] = {
            "start": start.isoformat() if start else None,
            "end": end.isoformat() if end else None,
            "weekdays": list(self.hours.weekdays),
            "zone": self.hours.zone,
        }
        return told

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Terms:
        """Return stored terms."""
        hours = stored["hours"]
        start, end = (time.fromisoformat(hours[name]) if hours[name] else None for name in ("start", "end"))
        told = {**stored, "hours": Hours(start, end, tuple(hours["weekdays"]), hours["zone"])}
        return cls(**(told | {"steps": tuple(Step(**each) for each in stored["steps"])}))


def opening_of(hours: Hours, *, now: datetime) -> datetime:
    """Return the first moment from `now` on that lies within the hours; `now` where there is none within nine days.

    Where summer time leaves out the hour in which they start, they start with the first moment after it.
    """
    if hours.cover(now):
        return now
    return min((each for each in _starts(hours, now=now) if each > now and hours.cover(each)), default=now)


def _starts(hours: Hours, *, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(hours.tz).date()
    for days in range(-1, DAYS_AHEAD):
        for clock in {hours.start or time(), time()}:
            yield _moment(datetime.combine(today + days * DAY, clock, tzinfo=hours.tz))


def _moment(wall: datetime) -> datetime:
    """Return the moment of a wall time in UTC; of one that is left out, the first moment after the gap."""
    moment = wall.astimezone(UTC)
    if moment.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    before = wall.replace(fold=1).astimezone(UTC)
    while before.astimezone(wall.tzinfo).utcoffset() != moment.astimezone(wall.tzinfo).utcoffset():
        before += timedelta(minutes=1)
    return before
