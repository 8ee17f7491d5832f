"""Hushes of silences, and of the catalogue: what a silence hides, and what another event says better."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from alerts.events.catalog.hiding import HIDERS
from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision
from alerts.notifications.quiet import Hush
from alerts.silences.book import silenced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Known = dict[tuple[str, str, str], list[tuple[datetime, UUID]]]
"""When which events happened, by account, resource and name."""


def hushed_by_silences(events: Sequence[SystemEvent], *, now: datetime) -> Mapping[UUID, Hush]:
    """Return the events that a silence hides, by the time at which they happened."""
    del now  # a window counts by the time of the event
    return {
        event: Hush(Decision.Verdict.SILENCED, f"silence:{silence}", silence_id=silence)
        for event, silence in silenced(events).items()
    }


def hidden_by_others(events: Sequence[SystemEvent], *, now: datetime) -> Mapping[UUID, Hush]:
    """Return the events that another one on the same resource says better, as far as that one is known by now.

    It counts from its arrival on, whether or not anybody has decided about it: so both in one batch, or in two in
    either order, come out the same; only what was told before the other came stays told.
    """
    del now
    wanted = [event for event in events if event.name in HIDERS]
    known = _hiders_of(wanted) if wanted else {}
    chosen = {event.id: other for event in wanted if (other := _nearest(event, known))}
    others = SystemEvent.objects.in_bulk(set(chosen.values())) if chosen else {}
    return {
        event: Hush(Decision.Verdict.INHIBITED, f"hidden-by:{other}", other=others[other])
        for event, other in chosen.items()
        if other in others
    }


def _hiders_of(wanted: Sequence[SystemEvent]) -> Known:
    pairs = [hiding for name in {event.name for event in wanted} for hiding in HIDERS[name]]
    times = [event.occurred_at for event in wanted]
    found = SystemEvent.objects.real().between(
        min(times) - max(each.earlier for each in pairs),
        max(times) + max(each.later for each in pairs) + timedelta(milliseconds=1),
    )
    rows = found.filter(
        account__in={event.account_id for event in wanted},
        resource__in={event.resource for event in wanted},
        name__in={each.name for each in pairs},
    )
    known: Known = defaultdict(list)
    for account, resource, name, at, pk in rows.values_list("account", "resource", "name", "occurred_at", "pk"):
        known[account, resource, name].append((at, pk))
    return known


def _nearest(event: SystemEvent, known: Known) -> UUID | None:
    """Return the event that hides this one: of several the nearest in time."""
    found = [
        (abs(at - event.occurred_at), pk)
        for hiding in HIDERS[event.name]
        for at, pk in known.get((event.account_id, event.resource, hiding.name), ())
        if event.occurred_at - hiding.earlier <= at <= event.occurred_at + hiding.later
    ]
    return min(found)[1] if found else None
