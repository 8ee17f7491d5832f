"""The engine: what a bundle makes of an event or of a moment. Pure, without a clock: live rows and backtest call it.

`step(state, signal, now=…, terms=…)` answers with the new state, what is to be said, and when to look again. A bundle
goes through: counted or waiting (nothing told yet), told (quiet, repeats, escalation), closed.

* An event waits `wait` seconds for others, at least until the quiet time after the last message is over. What was told
  already on the same resource is muted instead, and told by the next repeat, if there are repeats.
* While an incident of the bundle lasts and is not held (acknowledged, snoozed), it repeats and escalates, in effective
  hours only. When a hold ends, the bundle repeats once and its escalation starts from the first step.
* When none of its incidents lasts any more, it says so once and closes; what waits and belongs to no incident is told
  before that. One without incidents closes when it has been quiet; one that is over before anything was told says both
  in one message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from alerts.subscriptions.denoise import Counted, Heap, count, heap_of, is_news
from alerts.subscriptions.escalate import climbs_at, next_step
from alerts.subscriptions.state import State
from alerts.subscriptions.terms import COUNT, opening_of, seconds

if TYPE_CHECKING:
    from alerts.subscriptions.terms import Terms

FIRST, MORE, REPEAT, ESCALATION, RECOVERY = "FIRST", "MORE", "REPEAT", "ESCALATION", "RECOVERY"
COUNTED, GATHERED, MUTED = "COUNTED", "GATHERED", "MUTED"
RECOVERED, QUIET, TOO_FEW, MERGED = "recovered", "quiet", "too-few", "merged"


class Situation(NamedTuple):
    """How the incidents of a bundle stand: whether one lasts, and whether all of those are held, until when."""

    lasting: bool = False
    held: bool = False
    held_until: datetime | None = None


class Arrival(NamedTuple):
    """An event that the bundle's policy selects. `fresh`: no message named its cause yet; `opens`: an incident did."""

    at: datetime
    level: str
    event: str
    fresh: bool = True
    opens: bool = False


class Tick(NamedTuple):
    """Time has passed, or an incident has changed. `room_at`: nothing but escalation and recovery before that."""

    situation: Callable[[], Situation]
    room_at: datetime | None = None


class Speech(NamedTuple):
    """What is to be said: the kind of message, its number in the bundle, what it tells of, and to which step's group.

    `over`: everything that it tells of is over already, and nothing else happened.
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
    return advance(state.but(), signal, now=now, terms=terms)


def advance(state: State, signal: Arrival | Tick, *, now: datetime, terms: Terms) -> Outcome:
    """Do the same, and let the state given become the new one: for whoever takes very many steps and keeps no other."""
    if isinstance(signal, Arrival):
        verdict = _gather(state, signal, now=now, terms=terms)
        return Outcome(state, (), due_of(state, terms=terms), verdict)
    return _tick(state, signal, now=now, terms=terms)


def overflows(state: State, *, room_at: datetime | None, now: datetime) -> bool:
    """Tell whether a bundle that has told nothing yet has to wait for room: it then goes along with all others."""
    due = state.waiting is not None and state.due is not None and state.due <= now
    return due and room_at is not None and room_at > now and state.told_at is None and not state.held


def _gather(state: State, event: Arrival, *, now: datetime, terms: Terms) -> str:
    counted: tuple[Counted, ...] = (Counted(event.at, event.level, event.event, event.fresh),)
    if event.opens:
        state.tracked, state.lasting, state.held = True, True, False
    if state.waiting is None:
        counted, enough = count(state.counted, counted[0], terms=terms)
        if not enough:
            state.counted, state.counted_until = counted, now + seconds(terms.period)
            return COUNTED
    heap = heap_of(counted)
    state.counted, state.total = (), heap.with_(state.total)
    if state.waiting is None and not _speaks(state, counted, now=now, terms=terms):
        state.muted = heap.with_(state.muted)
        return MUTED
    state.due = state.due or max(now + seconds(terms.wait), state.quiet_until or now)
    state.waiting, state.loose = heap.with_(state.waiting), state.loose or not event.opens
    return GATHERED


def _speaks(state: State, counted: tuple[Counted, ...], *, now: datetime, terms: Terms) -> bool:
    """Tell whether events lead to a message of their own: they are news, or repeat what was told long enough ago."""
    if is_news(counted, told=state.told_at is not None, terms=terms):
        return True
    return not terms.repeat and (state.quiet_until is None or now >= state.quiet_until)


def _tick(state: State, tick: Tick, *, now: datetime, terms: Terms) -> Outcome:
    was_held = state.held
    if state.tracked:
        state.lasting, held, state.held_until = tick.situation()
        state.held = state.lasting and held
    over = state.tracked and not state.lasting
    if over and state.told_at is not None:
        return Outcome(state, _recover(state, now=now, terms=terms), None, closing=RECOVERED)
    if was_held and state.lasting and not state.held:
        return _resume(state, now=now, terms=terms)
    speeches = _say_what_is_due(state, tick, now=now, terms=terms, over=over)
    if over and not state.waiting and not state.counted:
        return Outcome(state, speeches, None, closing=RECOVERED)
    repeats = _repeats_at(state, terms=terms)
    rests = _rests_at(state, repeats=repeats, terms=terms)
    if rests and rests <= now:
        few = state.told_at is None and terms.denoise == COUNT
        return Outcome(state, speeches, None, closing=TOO_FEW if few else QUIET)
    return Outcome(state, speeches, _next_of(state, repeats=repeats, rests=rests, terms=terms, room_at=tick.room_at))


def _recover(state: State, *, now: datetime, terms: Terms) -> tuple[Speech, ...]:
    """Say that it is over, and before that what came meanwhile and is no part of what is over: a deletion, say."""
    loose = state.waiting.with_(state.muted) if state.waiting and state.loose else None
    news = (_say(state, MORE, loose, now=now, terms=terms),) if loose else ()
    state.number += 1
    return (*news, Speech(RECOVERY, state.number, _all(state)))


def _resume(state: State, *, now: datetime, terms: Terms) -> Outcome:
    """Begin anew: whoever took it on has not ended it."""
    kind = FIRST if state.told_at is None else REPEAT
    state.climbed, state.climb_from, state.repeats = 0, now, 0
    speech = _say(state, kind, _all(state), now=now, terms=terms)
    return Outcome(state, (speech,), due_of(state, terms=terms))


def _all(state: State) -> Heap:
    assert state.total is not None
    return state.total


def _say_what_is_due(state: State, tick: Tick, *, now: datetime, terms: Terms, over: bool) -> tuple[Speech, ...]:
    """Say what is due: one message at most, for what is told by it need not be repeated or escalated at once."""
    free = tick.room_at is None or now >= tick.room_at
    if state.waiting and state.due and state.due <= now and free:
        heap = state.waiting.with_(state.muted)
        if state.held:
            state.waiting, state.due, state.muted, state.loose = None, None, heap, False
            return ()
        kind, over = FIRST if state.told_at is None else MORE, over and not state.loose
        return (_say(state, kind, heap, now=now, terms=terms, over=over),)
    climbs = _climbs_at(state, terms=terms)
    if climbs and climbs <= now:
        return (_climb(state, now=now, terms=terms),)
    repeats = _repeats_at(state, terms=terms) if free else None
    if repeats and repeats <= now:
        state.repeats += 1
        return (_say(state, REPEAT, _all(state), now=now, terms=terms),)
    return ()


def _say(state: State, kind: str, heap: Heap, *, now: datetime, terms: Terms, over: bool = False) -> Speech:
    if kind == FIRST:
        state.climb_from, state.climbed = now, 0
    elif kind == MORE:
        state.repeats = 0
    state.number += 1
    state.waiting = state.due = state.muted = None
    state.loose = False
    state.told_at = state.repeat_from = now
    state.quiet_until = now + terms.quiet
    return Speech(kind, state.number, heap, over=over)


def _climb(state: State, *, now: datetime, terms: Terms) -> Speech:
    up = next_step(state.climbed, terms=terms)
    assert up is not None
    state.number += 1
    state.climbed += 1
    state.climb_from = now
    return Speech(ESCALATION, state.number, _all(state), step=state.climbed, group=up.group)


def _climbs_at(state: State, *, terms: Terms) -> datetime | None:
    if not terms.steps or state.told_at is None or not state.lasting or state.held:
        return None
    return climbs_at(state.climbed, since=state.climb_from, terms=terms)


def _repeats_at(state: State, *, terms: Terms) -> datetime | None:
    """Return when the next repeat is due: something lasts, or happened again, and nobody has taken it on."""
    if not terms.repeat or state.repeats >= terms.repeat_most or state.repeat_from is None or state.held:
        return None
    if not (state.lasting or state.muted):
        return None
    return opening_of(terms.hours, now=state.repeat_from + seconds(terms.repeat))


def _rests_at(state: State, *, repeats: datetime | None, terms: Terms) -> datetime | None:
    """Return when a bundle has nothing left to say, if nothing happens until then; None while something lasts."""
    if state.waiting or state.lasting:
        return None
    if state.told_at is None:
        if not state.counted:
            return None
        ends = state.counted[-1].at + seconds(terms.period)
        return max(ends, state.counted_until or ends)
    if repeats:
        return None
    quiet = state.quiet_until or state.told_at
    return max(quiet, state.told_at + seconds(terms.repeat))


def due_of(state: State, *, terms: Terms, room_at: datetime | None = None) -> datetime | None:
    """Return when a bundle has to be looked at next, if nothing happens until then."""
    repeats = _repeats_at(state, terms=terms)
    rests = _rests_at(state, repeats=repeats, terms=terms)
    return _next_of(state, repeats=repeats, rests=rests, terms=terms, room_at=room_at)


def _next_of(
    state: State, *, repeats: datetime | None, rests: datetime | None, terms: Terms, room_at: datetime | None
) -> datetime | None:
    waits = state.due if state.waiting else None
    if room_at:
        waits, repeats = (max(each, room_at) if each else None for each in (waits, repeats))
    held = state.held_until if state.held else None
    known = [each for each in (waits, repeats, held, _climbs_at(state, terms=terms), rests) if each]
    return min(known, default=None)
