"""State: where a bundle stands between two steps of its engine, and the form in which it is stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.subscriptions.denoise import Counted, Heap

if TYPE_CHECKING:
    from collections.abc import Mapping

MOMENTS = ("due", "told_at", "quiet_until", "repeat_from", "climb_from", "held_until", "counted_until")
HEAPS = ("waiting", "muted", "total")


@dataclass(slots=True)
class State:
    """What was counted, what waits, what was told. The engine makes the next one of a copy, or of one that is its own.

    `counted`: events that are not enough yet. `waiting`: what is told at `due`. `muted`: repetitions since the last
    message. `total`: everything that ever waited or was muted. `number`: messages so far; `told_at`: when the last one
    with news, or the last repeat, was. `repeat_from`: from when the repeat interval counts; `climbed` and `climb_from`:
    how many steps of the escalation were taken, and from when the next one counts. `tracked`: whether an incident began
    in here; `lasting`: whether one lasts, as far as is known; `held`: whether all that last are acknowledged or
    snoozed, which ends at `held_until` at the latest. `counted_until`: until when what counts waits for more, by the
    clock, for events may come late. `loose`: whether something that waits belongs to no incident, so that no end of one
    tells of it.
    """

    counted: tuple[Counted, ...] = ()
    waiting: Heap | None = None
    due: datetime | None = None
    muted: Heap | None = None
    total: Heap | None = None
    number: int = 0
    told_at: datetime | None = None
    quiet_until: datetime | None = None
    repeats: int = 0
    repeat_from: datetime | None = None
    climbed: int = 0
    climb_from: datetime | None = None
    tracked: bool = False
    lasting: bool = False
    held: bool = False
    held_until: datetime | None = None
    counted_until: datetime | None = None
    loose: bool = False

    def but(self, **new: Any) -> State:
        """Return the same with other values; `dataclasses.replace` takes several times as long."""
        made = State(
            self.counted, self.waiting, self.due, self.muted, self.total, self.number, self.told_at, self.quiet_until,
            self.repeats, self.repeat_from, self.climbed, self.climb_from, self.tracked, self.lasting, self.held,
            self.held_until, self.counted_until, self.loose,
        )  # fmt: skip
        for name, value in new.items():
            setattr(made, name, value)
        return made

    def with_(self, other: State, *, due: datetime) -> State:
        """Return this with everything that waits in another one, to be told at `due` at the latest."""
        assert other.waiting is not None
        return self.but(
            waiting=other.waiting.with_(self.waiting), total=other.waiting.with_(self.total),
            due=min(due, self.due or due), tracked=self.tracked or other.tracked,
            lasting=self.lasting or other.lasting, loose=self.loose or other.loose,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Return the state as it is stored; what is as at the beginning is left out."""
        blank = State()
        stored = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _plain(value) for name, value in stored.items() if value != getattr(blank, name)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> State:
        """Return a stored state."""
        told = dict(stored)
        for name in MOMENTS:
            if name in told:
                told[name] = datetime.fromisoformat(told[name])
        for name in HEAPS:
            if name in told:
                events, since, until, level, newest = told[name]
                told[name] = Heap(events, datetime.fromisoformat(since), datetime.fromisoformat(until), level, newest)
        if "counted" in told:
            told["counted"] = tuple(Counted(datetime.fromisoformat(at), *more) for at, *more in told["counted"])
        return cls(**told)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
