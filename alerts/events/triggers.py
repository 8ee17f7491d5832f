"""When a fact becomes an event: the pure kinds of trigger.

`Occurs` for what was done, `Reaches` and `FallsBack` for usage against a quota, `DueIn` for a deadline that comes near,
`Raised` for what the console itself finds. A trigger is a function of the fact, of the state before it and of the time;
it reads no clock and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Occurs:
    """Fires once for each fact of the type."""

    fact: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One usage sample as `Reaches` sees it. `fired` tells whether it has already raised the event."""

    used: float
    quota: float
    fired: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How usage stands to one line after a sample: above it, and if so, whether that has been announced by then."""

    above: bool = False
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """The standing after each sample, and the indexes of the samples that have to fire now.

    -1 stands for the sample with which an excursion began that was under way before the first one.
    """

    standings: tuple[Standing, ...]
    firing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reaches:
    """Fires on the upward crossing of `share` percent of a quota; re-arms below `share - margin` percent.

    A quota of zero means that there is no limit to come near to: such a sample neither fires nor re-arms.
    """

    fact: str
    resource_type: str
    share: int

    def is_above(self, sample: Sample, *, before: bool, margin: int) -> bool:
        """Return the state after a sample. Compares products, so that 90 % of a quota is exact."""
        if sample.quota <= 0:
            return before
        line = self.share - margin if before else self.share
        return sample.used * 100 >= line * sample.quota

    def replay(self, samples: Sequence[Sample], *, before: Standing, margin: int) -> Replay:
        """Walk over samples in the order of their time and say which of them have to fire now.

        An excursion lasts from the sample that crosses the line until the one that re-arms it. It is announced once,
        by its first sample; where another one of it has already fired (because an earlier one came late), that is its
        announcement.
        """
        above = self._states(samples, before=before.above, margin=margin)
        standings = [Standing()] * len(samples)
        firing = []
        for start, end in _excursions(above, under_way=before.above):
            told = start < 0 and before.announced
            inside = range(max(start, 0), end)
            if not told and not any(samples[index].fired for index in inside):
                firing.append(start)
                told = True
            for index in inside:
                told = told or samples[index].fired
                standings[index] = Standing(above=True, announced=told)
        return Replay(standings=tuple(standings), firing=tuple(firing))

    def _states(self, samples: Sequence[Sample], *, before: bool, margin: int) -> list[bool]:
        states = []
        for sample in samples:
            before = self.is_above(sample, before=before, margin=margin)
            states.append(before)
        return states


def _excursions(above: Sequence[bool], *, under_way: bool) -> Iterator[tuple[int, int]]:
    """Yield (first index, index after the last) of every run of True; -1 is the start of one `under_way` before."""
    start = -1 if under_way else None
    for index, state in enumerate(above):
        if state and start is None:
            start = index
        elif not state and start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(above)


@dataclass(frozen=True, slots=True)
class FallsBack:
    """Fires when usage that had reached `share` percent of a quota is re-armed, as `Reaches` of that share says."""

    fact: str
    resource_type: str
    share: int


@dataclass(frozen=True, slots=True)
class Raised:
    """Fires for no fact: some stage of the line raises it by its name."""

    fact: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due: how many days before the end, the moment it stands for, and the ones it missed."""

    days: int
    occurred_at: datetime
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DueIn:
    """Fires at exactly each of `days` before the end that a fact tells of."""

    fact: str
    days: tuple[int, ...]

    def open_lines(
        self, *, ends_at: datetime, seen_at: datetime, reminded: int | None
    ) -> Iterator[tuple[datetime, int]]:
        """Yield (moment, days) of every reminder still to come, as known at `seen_at`.

        A deadline first seen inside a window gets that window's reminder, at the moment it was seen; the windows that
        were over by then are not made up for, and nothing is said of a deadline that had already passed.
        """
        left = sorted(days for days in self.days if reminded is None or days < reminded)
        entered = [days for days in left if ends_at - timedelta(days=days) <= seen_at]
        for days in left:
            if days not in entered:
                yield ends_at - timedelta(days=days), days
            elif days == entered[0] and seen_at < ends_at:
                yield seen_at, days

    def window_at(self, at: datetime, *, ends_at: datetime) -> int | None:
        """Return the days of the reminder for which a moment stands, None before the first one and after the end."""
        return min((days for days in self.days if ends_at - timedelta(days=days) <= at < ends_at), default=None)

    def due(self, *, ends_at: datetime, seen_at: datetime, reminded: int | None, now: datetime) -> Reminder | None:
        """Return the nearest reminder that is due at `now`, naming the ones that nobody was there to send."""
        lines = self.open_lines(ends_at=ends_at, seen_at=seen_at, reminded=reminded)
        passed = sorted((days, at) for at, days in lines if at <= now)
        if not passed:
            return None
        days, at = passed[0]
        return Reminder(days=days, occurred_at=at, missed=tuple(sorted((d for d, _ in passed[1:]), reverse=True)))

    def next_at(self, *, ends_at: datetime, seen_at: datetime, reminded: int | None) -> datetime | None:
        """Return the moment of the next reminder, or None when there is none left."""
        return min((at for at, _ in self.open_lines(ends_at=ends_at, seen_at=seen_at, reminded=reminded)), default=None)


Trigger = Occurs | Reaches | FallsBack | DueIn | Raised
