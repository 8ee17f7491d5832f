"""The engine: what a bundle makes of an event or of a moment. Pure, without a clock: live rows and backtest call it.

`step(state, signal, now=…, terms=…)` answers with the new state, what is to be said, and when to look again. A bundle
goes through: counted or waiting (nothing told yet), told (quiet, repeats, escalation), closed.

* An event waits `wait` seconds for others, at least until the quiet time after the last message is over. What was told
  already on the same resource is muted instead, and told by the next repeat, if there are repeats.
* While an incident of the bundle lasts and is not held (acknowledged, snoozed), it repeats and escalates, in effective
  hours only. When a hold ends, the bundle repeats once and its escalation starts from the first step.
* When none of its incidents lasts any more, it says so once and closes. One without incidents closes when it has been
  quiet; one that is over before anything was told says both in one message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from alerts.subscriptions.denoise import Counted, Heap, count, heap_of, is_news
from alerts.subscriptions.escalate import climbs_at, next_step
from alerts.subscriptions.state import State
from alerts.subscriptions.terms import COUNT, opening_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.subscriptions.terms import Terms

FIRST, MORE, REPEAT, ESCALATION, RECOVERY = "FIRST", "MORE", "REPEAT", "ESCALATION", "RECOVERY"
COUNTED, GATHERED, MUTED = "COUNTED", "GATHERED", "MUTED"
RECOVERED, QUIET, TOO_FEW, MERGED = "recovered", "quiet", "too-few", "merged"


class Situation(NamedTuple):
    """How the incidents of a bundle stand: whether one lasts, and whether all of those are held, until when."""

    lasting: bool = False
    held: bool = False
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that the bundle's policy selects. `fresh`: no message named its cause yet; `opens`: an incident did."""

    at: datetime
    level: str
    event: str
    fresh: bool = True
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed, or an incident has changed. `room_at`: nothing but escalation and recovery before that."""

    situation: Callable[[], Situation]
    room_at: datetime | None = None


class Speech(NamedTuple):
    """What is to be said: the kind of message, its number in the bundle, what it tells of, and to which step's group.

    `over`: everything that it tells of is over already.
    """

    kind: str
    number: int
    heap: Heap
    step: int = 0
    group: int = 0
    over: bool = False


class Outcome(NamedTuple):
    """What came of a step. `due_at`: when to step again; `closing`: why the bundle is closed, empty while it is not."""

    state: State
    speeches: tuple[Speech, ...] = ()
    due_at: datetime | None = None
    verdict: str = ""
    closing: str = ""


def step(state: State, signal: Arrival | Tick, *, now: datetime, terms: Terms) -> Outcome:
    """Return what a bundle makes of a signal. An event alone says nothing: what it makes due is said by the next tick.

    An event that is due at once has `due_at` equal to `now`.
    """
    if isinstance(signal, Arrival):
        new, verdict = _gathered(state, signal, now=now, terms=terms)
        return Outcome(new, (), due_of(new, terms=terms), verdict)
    return _ticked(state, signal, now=now, terms=terms)


def overflows(state: State, *, room_at: datetime | None, now: datetime) -> bool:
    """Tell whether a bundle that has told nothing yet has to wait for room: it then goes along with all others."""
    due = state.waiting is not None and state.due is not None and state.due <= now
    return due and room_at is not None and room_at > now and state.told_at is None and not state.held


def _gathered(state: State, event: Arrival, *, now: datetime, terms: Terms) -> tuple[State, str]:
    new = Counted(event.at, event.level, event.event, event.fresh)
    if event.opens:
        state = state.but(tracked=True, lasting=True, held=False)
    if state.waiting is None:
        counted, enough = count(state.counted, new, terms=terms)
        if not enough:
            return state.but(counted=counted), COUNTED
    else:
        counted = (new,)
    heap = heap_of(counted)
    state = state.but(counted=(), total=heap.with_(state.total))
    if state.waiting is None and not _speaks(state, counted, now=now, terms=terms):
        return state.but(muted=heap.with_(state.muted)), MUTED
    due = state.due or max(now + timedelta(seconds=terms.wait), state.quiet_until or now)
    return state.but(waiting=heap.with_(state.waiting), due=due), GATHERED


def _speaks(state: State, counted: tuple[Counted, ...], *, now: datetime, terms: Terms) -> bool:
    """Tell whether events lead to a message of their own: they are news, or repeat what was told long enough ago."""
    if is_news(counted, told=state.told_at is not None, terms=terms):
        return True
    return not terms.repeat and (state.quiet_until is None or now >= state.quiet_until)


def _ticked(state: State, tick: Tick, *, now: datetime, terms: Terms) -> Outcome:
    was_held = state.held
    if state.tracked:
        seen = tick.situation()
        state = state.but(lasting=seen.lasting, held=seen.lasting and seen.held, held_until=seen.held_until)
    over = state.tracked and not state.lasting
    if over and state.told_at is not None:
        return _recovered(state)
    if was_held and state.lasting and not state.held:
        return _resumed(state, now=now, terms=terms)
    state, speeches = _due_speeches(state, tick, now=now, terms=terms, over=over)
    if over and not state.waiting and not state.counted:
        return Outcome(state, speeches, None, closing=RECOVERED)
    closing = _closing(state, now=now, terms=terms)
    return Outcome(state, speeches, None if closing else due_of(state, terms=terms, room_at=tick.room_at), "", closing)


def _recovered(state: State) -> Outcome:
    speech = Speech(RECOVERY, state.number + 1, _all(state))
    return Outcome(state.but(number=speech.number), (speech,), None, closing=RECOVERED)


def _resumed(state: State, *, now: datetime, terms: Terms) -> Outcome:
    """Begin anew: whoever took it on has not ended it."""
    kind = FIRST if state.told_at is None else REPEAT
    state = state.but(climbed=0, climb_from=now, repeats=0)
    state, speech = _said(state, kind, _all(state), now=now, terms=terms)
    return Outcome(state, (speech,), due_of(state, terms=terms))


def _all(state: State) -> Heap:
    assert state.total is not None
    return state.total


def _due_speeches(
    state: State, tick: Tick, *, now: datetime, terms: Terms, over: bool
) -> tuple[State, tuple[Speech, ...]]:
    """Say what is due: one message at most, for what is told by it need not be repeated or escalated at once."""
    free = tick.room_at is None or now >= tick.room_at
    if state.waiting and state.due and state.due <= now and free:
        if state.held:
            return state.but(waiting=None, due=None, muted=state.waiting.with_(state.muted)), ()
        kind = FIRST if state.told_at is None else MORE
        state, speech = _said(state, kind, state.waiting.with_(state.muted), now=now, terms=terms, over=over)
        return state, (speech,)
    climbs = _climbs_at(state, terms=terms)
    if climbs and climbs <= now:
        return _climbed(state, now=now, terms=terms)
    repeats = _repeats_at(state, terms=terms)
    if repeats and repeats <= now and free:
        state, speech = _said(state, REPEAT, _all(state), now=now, terms=terms)
        return state.but(repeats=state.repeats + 1), (speech,)
    return state, ()


def _said(
    state: State, kind: str, heap: Heap, *, now: datetime, terms: Terms, over: bool = False
) -> tuple[State, Speech]:
    speech = Speech(kind, state.number + 1, heap, over=over)
    begun = state.but(climb_from=now, climbed=0) if kind == FIRST else state
    news = begun.but(repeats=0) if kind == MORE else begun
    quiet_until = now + terms.quiet
    told = news.but(
        number=speech.number, waiting=None, due=None, muted=None, told_at=now, quiet_until=quiet_until, repeat_from=now
    )
    return told, speech


def _climbed(state: State, *, now: datetime, terms: Terms) -> tuple[State, tuple[Speech, ...]]:
    up = next_step(state.climbed, terms=terms)
    assert up is not None
    speech = Speech(ESCALATION, state.number + 1, _all(state), step=state.climbed + 1, group=up.group)
    return state.but(number=speech.number, climbed=state.climbed + 1, climb_from=now), (speech,)


def _climbs_at(state: State, *, terms: Terms) -> datetime | None:
    if state.told_at is None or not state.lasting or state.held:
        return None
    return climbs_at(state.climbed, since=state.climb_from, terms=terms)


def _repeats_at(state: State, *, terms: Terms) -> datetime | None:
    """Return when the next repeat is due: something lasts, or happened again, and nobody has taken it on."""
    if not terms.repeat or state.repeats >= terms.repeat_most or state.repeat_from is None or state.held:
        return None
    if not (state.lasting or state.muted):
        return None
    return opening_of(terms.hours, now=state.repeat_from + timedelta(seconds=terms.repeat))


def _rests_at(state: State, *, terms: Terms) -> datetime | None:
    """Return when a bundle has nothing left to say, if nothing happens until then; None while something lasts."""
    if state.waiting or state.lasting:
        return None
    if state.told_at is None:
        return state.counted[-1].at + timedelta(seconds=terms.period) if state.counted else None
    if _repeats_at(state, terms=terms):
        return None
    quiet = state.quiet_until or state.told_at
    return max(quiet, state.told_at + timedelta(seconds=terms.repeat))


def _closing(state: State, *, now: datetime, terms: Terms) -> str:
    rests = _rests_at(state, terms=terms)
    if rests is None or rests > now:
        return ""
    return TOO_FEW if state.told_at is None and terms.denoise == COUNT else QUIET


def due_of(state: State, *, terms: Terms, room_at: datetime | None = None) -> datetime | None:
    """Return when a bundle has to be looked at next, if nothing happens until then."""
    waits, repeats = (state.due if state.waiting else None), _repeats_at(state, terms=terms)
    if room_at:
        waits, repeats = (max(each, room_at) if each else None for each in (waits, repeats))
    held = state.held_until if state.held else None
    known = (waits, repeats, held, _climbs_at(state, terms=terms), _rests_at(state, terms=terms))
    return min((each for each in known if each), default=None)
