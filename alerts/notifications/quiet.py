"""What a hush is: why an event is not told although somebody wants to hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.notifications.models import Decision

if TYPE_CHECKING:
    from alerts.events.models import SystemEvent
    from alerts.rules.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Hush:
    """Why an event is not told: the verdict, the code of the reason, and the silence, if it is one.

    `other` is the event that is told in its stead; so it concerns only whoever hears of that one too.
    """

    verdict: Decision.Verdict
    reason: str
    silence_id: int | None = None
    other: SystemEvent | None = None

    def concerns(self, pattern: Pattern) -> bool:
        """Tell whether it keeps the event from whoever asks for this pattern."""
        return self.other is None or pattern.matches(self.other)
