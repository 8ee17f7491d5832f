"""When a fact becomes an event: three pure kinds of trigger.

`Occurs` for what was done, `Reaches` for usage against a quota, `DueIn` for a deadline that comes near. A trigger is
a function of the fact, of the state before it and of the time; it reads no clock and writes nothing.
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
    """One usage sample as `Reaches` sees it: its size, and what was already said about it.

    `above` is the state after it, as computed when it was last looked at; `fired` whether it raised the event.
    """

    used: float
    quota: float
    fired: bool = False


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

    def replay(self, samples: Sequence[Sample], *, before: bool, margin: int) -> Replay:
        """Walk over samples in the order of their time and say which of them have to fire now.

        An excursion lasts from the sample that crosses the line until the one that re-arms it. It is announced once:
        where one of its samples already fired (because an earlier one came late), nothing fires again. An excursion
        that was under way `before` the first sample has been announced by what came before.
        """
        states: list[bool] = []
        firing: list[int] = []
        above, start, announced = before, -1, True
        for index, sample in enumerate(samples):
            was, above = above, self.is_above(sample, before=above, margin=margin)
            states.append(above)
            if above and not was:
                start, announced = index, sample.fired
            elif above:
                announced = announced or sample.fired
            elif was and not announced:
                firing.append(start)
                announced = True
        if above and not announced:
            firing.append(start)
        return Replay(states=tuple(states), firing=tuple(firing))


@dataclass(frozen=True, slots=True)
class Replay:
    """The state after each sample, and the indexes of the samples that fire."""

    states: tuple[bool, ...]
    firing: tuple[int, ...]


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


Trigger = Occurs | Reaches | DueIn
