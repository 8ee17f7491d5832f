"""What a silence would hide: of what is wrong now, and of the last seven days. Reads and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.models import Decision
from alerts.notifications.past import SAMPLING, Past, at_most, past_of
from alerts.silences.outlook import earlier
from alerts.silences.schedule import Recurring, cover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.rules.pattern import Pattern
    from alerts.silences.schedule import Schedule

WEEK = timedelta(days=7)
MOST_LASTING = 500
"""Incidents that last now of which the newest event is looked at."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """What a silence would hide.

    `past` is what its pattern matched in seven days, `hidden` how many of these lie in its windows: all of them where
    it is for once, for that is asked as if it had been there. `told` is of how many of them somebody was told; None
    where there are too many to say. `lasting` are the incidents that last now and are told of by such an event; they
    are hidden `now` only if a window is open.
    """

    past: Past
    hidden: int
    told: int | None
    newest: Sequence[SystemEvent]
    lasting: Sequence[Incident]
    now: bool


def would_hide(pattern: Pattern, schedule: Schedule | None, *, account: str, now: datetime) -> Hiding:
    """Return what a silence would hide; without a schedule, if it were always. Raises Slow when that takes too long."""
    past = past_of(pattern, account=account, now=now, back=WEEK)
    before = earlier(schedule) if isinstance(schedule, Recurring) else None
    inside = [event for event in past.events if before is None or cover(before, event.occurred_at)]
    share = len(inside) / len(past.events) if past.events else 0.0
    hidden = len(inside) if past.whole else round(past.total * share)
    newest = [event for event in past.newest if before is None or cover(before, event.occurred_at)]
    told = _told(account, inside) if past.whole else None
    return Hiding(past, hidden, told, newest, _lasting(pattern, account), schedule is None or cover(schedule, now))


def _told(account: str, events: Sequence[SystemEvent]) -> int:
    told = Decision.objects.filter(account=account, event_id__in=[event.id for event in events])
    with at_most(SAMPLING, by_index=False):
        return told.filter(verdict=Decision.Verdict.TOLD).order_by().values("event_id").distinct().count()


def _lasting(pattern: Pattern, account: str) -> list[Incident]:
    incidents = list(Incident.objects.filter(account=account).lasting().order_by("-pk")[:MOST_LASTING])
    with at_most(SAMPLING):
        events = SystemEvent.objects.in_bulk([incident.last_event_id for incident in incidents])
    return [each for each in incidents if each.last_event_id in events and pattern.matches(events[each.last_event_id])]
