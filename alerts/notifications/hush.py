"""Hush: what keeps an event from being told although somebody wants to hear of it. The event itself always stays.

Each reason is one function of earlier stages, which takes the events that are decided together; the first that finds
one wins. What is hushed moves no mute, so the next event of the kind is told as if this one had never been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from alerts.notifications.hushes_of_incidents import hushed_by_incidents
from alerts.notifications.hushes_of_silences import hidden_by_others, hushed_by_silences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.events.models import SystemEvent
    from alerts.notifications.quiet import Hush


Reason = Callable[..., "Mapping[UUID, Hush]"]
REASONS: tuple[Reason, ...] = (
    hushed_by_incidents,
    hushed_by_silences,
    hidden_by_others,  # last: it may concern only some of those who ask
)


def hushed(events: Sequence[SystemEvent], *, now: datetime) -> dict[UUID, Hush]:
    """Return why events are not told, by id. Tests are never hushed: whoever makes one waits for it."""
    real = [event for event in events if event.test_of is None]
    found: dict[UUID, Hush] = {}
    for reason in REASONS:
        found |= {pk: hush for pk, hush in reason(real, now=now).items() if pk not in found}
    return found
