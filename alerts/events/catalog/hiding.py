"""What one event says better than another: pairs of event types on the same resource, of which only one is to be told.

Inhibition. The event that is hidden stays in every list; only nobody is told of it who hears of the other. What was
told before the other came stays told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

WHILE_KEPT = timedelta(days=90)
"""As long as events are kept: what is deleted stays deleted."""
CLIMB = timedelta(hours=1)
NEVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Hiding:
    """`name` hides `hidden` on the same resource, if it happens at most so much earlier, or so much later than that."""

    name: str
    hidden: str
    earlier: timedelta
    later: timedelta


def _end(name: str, hidden: str) -> Hiding:
    """Return that an end hides what was said of it before. What comes after it is about another of the same name."""
    return Hiding(name, hidden, NEVER, WHILE_KEPT)


def _lines(quota: str) -> Hiding:
    """Return that reaching the upper line of a quota hides reaching the lower one shortly before or after."""
    return Hiding(f"Instance:{quota}:NinetyPercent", f"Instance:{quota}:SeventyPercent", CLIMB, CLIMB)


HIDING: Final[tuple[Hiding, ...]] = (
    _end("Key:DeleteKey:Success", "Key:ScheduleKeyDeletion:Success"),
    _end("Secret:DeleteSecret:Success", "Secret:ScheduleSecretDeletion:Success"),
    _end("ClientKey:DeleteClientKey:Success", "ClientKey:Expiration:Reminder"),
    _lines("QPSUsage"),
    _lines("AccessManagementUsage"),
    _lines("KeyUsage"),
    _lines("SecretUsage"),
)

HIDERS: Mapping[str, tuple[Hiding, ...]] = MappingProxyType(
    {hidden: tuple(each for each in HIDING if each.hidden == hidden) for hidden in {each.hidden for each in HIDING}}
)
"""What may hide an event of this name."""
