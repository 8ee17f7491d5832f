"""Effective hours: when an alert rule may tell anybody, by the clock on the wall of an IANA zone. Pure.

An event counts at the time at which it happened, not at which it arrived. A window that ends before it starts runs over
midnight, and belongs to the day on which it starts. Every moment has one wall time, also in the hour that the end of
summer time brings twice; the hour that its start leaves out has no moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime, time

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to, not including, `end`, on `weekdays` (1 Monday … 7 Sunday). None and empty mean always."""

    start: time | None = None
    end: time | None = None
    weekdays: tuple[int, ...] = ()
    zone: str = "UTC"

    @property
    def always(self) -> bool:
        """Whether there is no moment outside."""
        return (self.start is None or self.start == self.end) and not self.weekdays

    @property
    def tz(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.zone)

    def cover(self, moment: datetime) -> bool:
        """Tell whether a moment lies within."""
        if self.always:
            return True
        local = moment.astimezone(self.tz)
        started, clock = local, local.time()
        if self.start is not None and self.end is not None and self.start != self.end:
            if self.start < self.end:
                inside = self.start <= clock < self.end
            else:
                inside = clock >= self.start or clock < self.end
                started = local - DAY if clock < self.end else local
            if not inside:
                return False
        return not self.weekdays or started.isoweekday() in self.weekdays
