"""Denoise: when something is worth a message, how long it is quiet after one, and how many mails a policy may send.

Pure. The three options are those of "Manage event subscriptions": so many times within a period and then mute; at once
and then mute; at once every time. Counting goes by the time of the events, muting by the clock.

What is muted is a repetition: the kind of event on the resource was told already. Another resource, or another kind of
event, is news: it waits for the end of the mute period and is told then, so that a mute never swallows a new cause.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from alerts.subscriptions.terms import ALWAYS, COUNT, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.subscriptions.terms import Terms

MOST_MAILS = 50
MINUTE = timedelta(minutes=1)
STORM_WINDOW = timedelta(minutes=5)
"""The system's storm limit: at most 50 mails of a policy in any five minutes."""
GOOD_NEWS = "INFO"
"""The level of events that, when they end something, are told by its recovery. A deletion ends much and is none."""
RANKS = {"INFO": 1, "WARN": 2, "CRITICAL": 3}


class Heap(NamedTuple):
    """Some events: how many, from when to when, the highest level, and the newest one."""

    events: int
    since: datetime
    until: datetime
    level: str
    newest: str

    def with_(self, other: Heap | None) -> Heap:
        """Return both together."""
        if other is None:
            return self
        newer = other if other.until > self.until else self
        return Heap(
            self.events + other.events, min(self.since, other.since), newer.until, higher(self.level, other.level),
            newer.newest,
        )  # fmt: skip


class Counted(NamedTuple):
    """One event that counts, and whether its cause was not told of yet."""

    at: datetime
    level: str
    event: str
    fresh: bool


def higher(one: str, other: str) -> str:
    """Return the higher one of two event levels; an unknown one is the lowest."""
    return other if RANKS.get(other, 0) > RANKS.get(one, 0) else one


def count(counted: Sequence[Counted], new: Counted, *, terms: Terms) -> tuple[tuple[Counted, ...], bool]:
    """Return what counts together with a new event, and whether that is enough to be told."""
    if terms.denoise != COUNT:
        return (new,), True
    everything = sorted((*counted, new), key=lambda each: each.at)
    begin = everything[-1].at - seconds(terms.period)
    within = tuple(each for each in everything if each.at > begin)[-terms.count :]
    return within, len(within) >= terms.count


def heap_of(counted: Sequence[Counted]) -> Heap:
    """Return these events as a heap."""
    first, *others = (Heap(1, each.at, each.at, each.level, each.event) for each in counted)
    for other in others:
        first = first.with_(other)
    return first


def is_news(counted: Sequence[Counted], *, told: bool, terms: Terms) -> bool:
    """Tell whether events are more than a repetition of what was told."""
    return not told or terms.denoise == ALWAYS or any(each.fresh for each in counted)


def room_at(recent: Iterable[tuple[datetime, int]], *, mails: int, now: datetime) -> datetime | None:
    """Return when a policy may send so many mails, after those of `recent` (when, how many); None for now.

    It is whole minutes away: else everything that waits would look again each time that one mail leaves the window.
    A message that has more mails than the limit goes when no others are in the window.
    """
    live = sorted(each for each in recent if each[0] > now - STORM_WINDOW and each[1])
    used = sum(number for _at, number in live)
    if not used or used + mails <= MOST_MAILS:
        return None
    for at, number in live:
        used -= number
        if not used or used + mails <= MOST_MAILS:
            return now - (now - at - STORM_WINDOW) // MINUTE * MINUTE
    return None


class Window:
    """The mails of a policy within the storm window, for a clock that only goes on."""

    def __init__(self) -> None:
        self._sent: deque[tuple[datetime, int]] = deque()
        self._used = 0

    def spend(self, mails: int, *, now: datetime) -> None:
        """Count the mails of a message."""
        if mails:
            self._sent.append((now, mails))
            self._used += mails

    def room_at(self, *, mails: int, now: datetime) -> datetime | None:
        """Return what `room_at` says of them."""
        begin = now - STORM_WINDOW
        while self._sent and self._sent[0][0] <= begin:
            self._used -= self._sent.popleft()[1]
        if not self._used or self._used + mails <= MOST_MAILS:
            return None
        return room_at(self._sent, mails=mails, now=now)
