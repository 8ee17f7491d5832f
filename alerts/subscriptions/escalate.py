"""Escalate: who is told next when nothing is cleared and nobody has acknowledged. Pure.

The first step counts from the first message, each further one from the step before it, and a further round from the
last step of the round before. An acknowledgement that ends starts from the first step again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.subscriptions.terms import opening_of, seconds

if TYPE_CHECKING:
    from alerts.subscriptions.terms import Step, Terms


def next_step(climbed: int, *, terms: Terms) -> Step | None:
    """Return the step that follows so many steps; None after the last round."""
    if climbed >= len(terms.steps) * terms.rounds:
        return None
    return terms.steps[climbed % len(terms.steps)]


def climbs_at(climbed: int, *, since: datetime | None, terms: Terms) -> datetime | None:
    """Return when the next step is due, not before the effective hours; None when there is none."""
    step = next_step(climbed, terms=terms)
    if step is None or since is None:
        return None
    return opening_of(terms.hours, now=since + seconds(step.after))
