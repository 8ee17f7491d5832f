"""Backtest: what a policy would have said of events of the past. Pure; the engine that decides about live events runs.

The clock is that of the events: each counts as known when it happened. Incidents open and close as the catalogue says.
Nobody acknowledges, nothing is silenced, and nobody's contacts change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Protocol

from alerts.events.catalog import BY_NAME
from alerts.events.language import Eventlike
from alerts.subscriptions.backtest_report import PastMessage, Report
from alerts.subscriptions.denoise import GOOD_NEWS, Window
from alerts.subscriptions.engine import (
    ESCALATION,
    RECOVERY,
    Arrival,
    Outcome,
    Situation,
    Speech,
    Tick,
    advance,
    due_of,
    overflows,
)
from alerts.subscriptions.merge import DIMENSIONS, STORM
from alerts.subscriptions.state import State

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from alerts.rules.pattern import Pattern
    from alerts.subscriptions.terms import Terms

LASTS, ENDED = Situation(lasting=True), Situation(lasting=False)
HOUR = timedelta(hours=1)
Trouble = tuple[str, str]
"""Resource and cause of an incident."""


class PastEvent(Eventlike, Protocol):
    """An event with its time."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Whom a policy tells, by name. `people` and `mails` by event level, `groups` by group and level."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mails: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    systems: tuple[str, ...] = ()
    digested: frozenset[str] = frozenset()
    """Levels of which people hear in a digest instead."""
    recovery: bool = True

    def reach(self, level: str) -> bool:
        """Tell whether anybody is told of this level."""
        return bool(self.people.get(level) or self.systems)


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy, as far as a backtest knows it."""

    pattern: Pattern
    terms: Terms
    merge_by: tuple[str, ...] = ()
    voices: Voices = field(default_factory=Voices)


@dataclass(slots=True, eq=False)
class _Bundle:
    """A bundle of the past: its state, its causes, what lasts of its incidents, and who heard of it.

    A cause is told when it came before the last message: `causes` says after how many messages each came. `heard` holds
    the people of each message, in order.
    """

    key: Hashable
    state: State = field(default_factory=State)
    causes: dict[tuple[str, str], int] = field(default_factory=dict)
    messages: int = 0
    troubles: set[Trouble] = field(default_factory=set)
    heard: dict[tuple[str, ...], None] = field(default_factory=dict)
    due_at: datetime | None = None
    closed: bool = False

    def situation(self) -> Situation:
        """Return whether something of it lasts."""
        return LASTS if self.troubles else ENDED


class Replay:
    """Feeds events, oldest first, to a policy; `finish` lets time pass to its end and gives the report."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.report = plan, Report()
        self._matches = plan.pattern.matcher()
        self._shared = tuple(read for name, read in DIMENSIONS.items() if name in plan.merge_by)
        self._open: dict[Hashable, _Bundle] = {}
        self._queue: list[tuple[datetime, int, _Bundle]] = []
        self._lasting: set[Trouble] = set()
        self._holders: dict[Trouble, list[_Bundle]] = defaultdict(list)
        self._mails = Window()
        self._turns = 0
        self._hour = self._hour_ends = datetime.min.replace(tzinfo=UTC)

    def feed(self, events: Iterable[PastEvent]) -> None:
        """Let these events happen."""
        for event in events:
            self.report.looked_at += 1
            self._pass_until(event.occurred_at)
            worry = event.level != GOOD_NEWS  # what ends something and is none is told as what it is, before the end
            told = not worry and self._correlate(event)
            if self._matches(event):
                self._select(event, told=told)
            if worry:
                self._correlate(event)

    def finish(self, *, end: datetime) -> Report:
        """Let time pass until the end, and return what came of it all."""
        self._pass_until(end)
        return self.report

    def _pass_until(self, moment: datetime) -> None:
        while self._queue and self._queue[0][0] <= moment:
            due_at, _turn, bundle = heappop(self._queue)
            if not bundle.closed and bundle.due_at == due_at:
                self._tick(bundle, now=due_at)

    def _correlate(self, event: PastEvent) -> bool:
        """Open and close incidents; return whether a recovery tells of the event."""
        known = BY_NAME.get(event.name)
        if known is None:
            return False
        if known.opens:
            self._lasting.add((event.resource, known.opens))
        ended = [self._end((event.resource, cause), now=event.occurred_at) for cause in known.closes]
        return any(ended)

    def _end(self, trouble: Trouble, *, now: datetime) -> bool:
        if trouble not in self._lasting:
            return False
        self._lasting.remove(trouble)
        told = False
        for bundle in self._holders.pop(trouble, ()):
            bundle.troubles.discard(trouble)
            told |= not bundle.closed and bundle.state.told_at is not None
            if not bundle.closed and not bundle.troubles:
                self._tick(bundle, now=now)
        return told and (self.plan.voices.recovery or not self.plan.voices.people)

    def _select(self, event: PastEvent, *, told: bool) -> None:
        report, at = self.report, event.occurred_at
        report.events += 1
        if not self._hour <= at < self._hour_ends:
            self._hour = at.replace(minute=0, second=0, microsecond=0)
            self._hour_ends = self._hour + HOUR
        report.by_hour[self._hour, event.level] += 1
        if not self.plan.terms.hours.cover(at):
            report.outside += 1
        elif self.plan.voices.reach(event.level) and not told:
            self._arrive(event)

    def _arrive(self, event: PastEvent) -> None:
        bundle, at, cause = self._bundle_for(event), event.occurred_at, (event.name, event.resource)
        known = BY_NAME.get(event.name)
        opens = known is not None and bool(known.opens)
        if known and opens:
            self._hold(bundle, (event.resource, known.opens))
        fresh = bundle.causes.setdefault(cause, bundle.messages) == bundle.messages
        arrival = Arrival(at, event.level, "", fresh, opens)  # no report names an event
        self._move(bundle, advance(bundle.state, arrival, now=at, terms=self.plan.terms))
        if bundle.due_at and bundle.due_at <= at:
            self._tick(bundle, now=at)

    def _hold(self, bundle: _Bundle, trouble: Trouble) -> None:
        if trouble not in bundle.troubles:
            bundle.troubles.add(trouble)
            self._holders[trouble].append(bundle)

    def _bundle_for(self, event: PastEvent) -> _Bundle:
        key: Hashable = tuple(read(event) for read in self._shared)
        if key not in self._open and self.plan.merge_by and self._room_at(event.level, now=event.occurred_at):
            key = STORM
        if key not in self._open:
            self._open[key] = _Bundle(key)
        return self._open[key]

    def _room_at(self, level: str, *, now: datetime) -> datetime | None:
        return self._mails.room_at(mails=self.plan.voices.mails.get(level, 0), now=now)

    def _tick(self, bundle: _Bundle, *, now: datetime) -> None:
        told_of = bundle.state.waiting or bundle.state.total
        room = self._room_at(told_of.level, now=now) if told_of else None
        if room and self.plan.merge_by and bundle.key != STORM and overflows(bundle.state, room_at=room, now=now):
            self._overflow(bundle, due=room)
            return
        outcome = advance(bundle.state, Tick(bundle.situation, room), now=now, terms=self.plan.terms)
        bundle.due_at = None
        self._move(bundle, outcome)
        for speech in outcome.speeches:
            self._say(bundle, speech, now=now)
        if outcome.closing:
            bundle.closed = True
            self._open.pop(bundle.key, None)

    def _overflow(self, bundle: _Bundle, *, due: datetime) -> None:
        """Let a bundle go along with all others that are above the storm limit."""
        storm = self._open.setdefault(STORM, _Bundle(STORM))
        storm.causes |= {cause: storm.messages for cause in bundle.causes if cause not in storm.causes}
        for trouble in bundle.troubles - storm.troubles:
            storm.troubles.add(trouble)
            self._holders[trouble].append(storm)
        state = storm.state.with_(bundle.state, due=due)
        self._move(storm, Outcome(state, (), due_of(state, terms=self.plan.terms)))
        bundle.closed = True
        self._open.pop(bundle.key, None)

    def _move(self, bundle: _Bundle, outcome: Outcome) -> None:
        bundle.state = outcome.state
        if outcome.due_at != bundle.due_at:
            bundle.due_at = outcome.due_at
            if outcome.due_at:
                self._turns += 1
                heappush(self._queue, (outcome.due_at, self._turns, bundle))

    def _say(self, bundle: _Bundle, speech: Speech, *, now: datetime) -> None:
        voices, level = self.plan.voices, speech.heap.level
        people, systems, digested = self._listeners(bundle, speech)
        if speech.kind != ESCALATION:
            bundle.messages += 1
        if not (people or systems):
            return
        if not digested:
            bundle.heard[people] = None
        if speech.kind not in (ESCALATION, RECOVERY) and not digested:
            self._mails.spend(voices.mails.get(level, 0), now=now)
        self.report.messages.append(
            PastMessage(now, speech.kind, level, speech.heap.events, people, systems, digested and not systems)
        )

    def _listeners(self, bundle: _Bundle, speech: Speech) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        voices, level = self.plan.voices, speech.heap.level
        if speech.kind == RECOVERY:
            told = dict.fromkeys(name for names in bundle.heard for name in names) if voices.recovery else ()
            return tuple(told), voices.systems, False
        if speech.kind == ESCALATION:
            return voices.groups.get(speech.group, {}).get(level, ()), (), False
        return voices.people.get(level, ()), voices.systems, level in voices.digested
