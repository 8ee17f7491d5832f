"""Follow: what one more event means for an incident. Pure: rows in memory, no clock, no database.

Events may come late and in any order. What counts is their own time: an incident lasts while the newest event that
opens it is newer than the newest that closes it, and an event from before an end never opens anything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.events.catalog import LEVELS
from alerts.incidents.models import Incident, IncidentEntry, IncidentTerms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from alerts.events.models import SystemEvent

Kind = IncidentEntry.Kind
State = Incident.State
Recovery = Incident.Recovery
SUMMED = frozenset({Kind.REPEATED, Kind.FLAPPING})
"""What is one line however often it happens."""


@dataclass(frozen=True, slots=True)
class End:
    """An event that closes: its time, its place among facts of the same time, and its id and name."""

    at: datetime
    place: int
    id: UUID
    name: str


def place_of(event: SystemEvent) -> tuple[datetime, int]:
    """Return where an event stands in the order of time; facts of one moment in the order in which they came."""
    return event.occurred_at, event.fact_id or 0


def opened(event: SystemEvent, cause: str) -> Incident:
    """Return the new incident that an event opens."""
    return Incident(
        account_id=event.account_id,
        cause=cause,
        product=event.product,
        region=event.region,
        resource=event.resource,
        instance_name=event.instance_name,
        event_name=event.name,
        level=event.level,
        opened_at=event.occurred_at,
        last_at=event.occurred_at,
        first_event_id=event.id,
        last_event_id=event.id,
    )


def repeat(incident: Incident, event: SystemEvent) -> None:
    """Count one more event that tells of the incident, lasting or over; one from before its opening moves that back."""
    incident.count += 1
    incident.level = min(incident.level, event.level, key=rank)
    if event.occurred_at >= incident.last_at:
        incident.last_at, incident.last_event_id = event.occurred_at, event.id
        incident.instance_name = event.instance_name or incident.instance_name
    if event.occurred_at < incident.opened_at:
        incident.opened_at, incident.first_event_id = event.occurred_at, event.id


def rank(level: str) -> int:
    """Return the place of a level, the gravest first."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def may_reopen(incident: Incident, event: SystemEvent, terms: IncidentTerms) -> bool:
    """Tell whether an event from after the end is so close to it that it is the same incident."""
    assert incident.closed_at is not None
    return event.occurred_at - incident.closed_at <= timedelta(seconds=terms.reopens_within)


def reopen(incident: Incident, event: SystemEvent, terms: IncidentTerms) -> bool:
    """Open an incident again; return whether it is flapping from now on.

    More than `flaps_after` re-openings within `flaps_within` seconds are flapping.
    """
    at = event.occurred_at
    incident.state, incident.closed_at, incident.closed_by, incident.closing = State.OPEN, None, "", None
    if incident.recovery != Recovery.FLAPPING:
        incident.recovery = Recovery.NONE
    incident.openings += 1
    incident.version += 1
    repeat(incident, event)
    since = at - timedelta(seconds=terms.flaps_within)
    incident.reopened = [*(each for each in incident.reopened if each > since), at][-terms.flaps_after - 1 :]
    began = incident.flapping_since is None and len(incident.reopened) > terms.flaps_after
    if began:
        incident.flapping_since, incident.recovery = at, Recovery.FLAPPING
    return began


def close(incident: Incident, *, at: datetime, closing: UUID | None = None, by: str = "", tell: bool = True) -> None:
    """End an incident, by an event or by a person. While it is flapping nothing ends with it but the state.

    `tell`: those who were told are told that it is over, once it is calm.
    """
    incident.state, incident.closed_at, incident.closing, incident.closed_by = State.CLOSED, at, closing, by
    incident.version += 1
    if incident.flapping_since is None or by:
        incident.flapping_since = None
        forget_words(incident)
        incident.recovery = Recovery.DUE if tell else Recovery.NONE


def forget_words(incident: Incident) -> None:
    """Let go of what people said about an incident that lasted: acknowledgement and snooze."""
    incident.acknowledged_at = incident.acknowledged_until = incident.snoozed_until = None
    incident.acknowledged_by = ""


def calm_at(incident: Incident, terms: IncidentTerms) -> datetime | None:
    """Return when an incident that is flapping has been calm for long enough; None when it is not flapping."""
    if incident.flapping_since is None:
        return None
    turns = (incident.flapping_since, *incident.reopened, *((incident.closed_at,) if incident.closed_at else ()))
    calm: datetime = max(turns) + timedelta(seconds=terms.calm_for)
    return calm


def due_of(incident: Incident, terms: IncidentTerms, *, now: datetime) -> datetime | None:
    """Return when an incident has to be looked at again, or None when nothing about it ends by itself."""
    recovery = now if incident.recovery in {Recovery.DUE, Recovery.FLAPPING} else None
    terms_of = (incident.acknowledged_until, incident.snoozed_until, calm_at(incident, terms), recovery)
    waiting: list[datetime] = [each for each in terms_of if each]
    return min(waiting, default=None)


def summed(entries: Iterable[IncidentEntry], last: IncidentEntry | None) -> tuple[list[IncidentEntry], bool]:
    """Return entries of one incident as lines, what repeats as one, and whether `last`, the line before, grew."""
    lines: list[IncidentEntry] = []
    grown = False
    for entry in entries:
        before = lines[-1] if lines else last
        if before is not None and before.kind == entry.kind and entry.kind in SUMMED:
            before.count += entry.count
            before.at, before.last_at = min(before.at, entry.at), max(before.last_at, entry.last_at)
            before.event_id, before.event_name = entry.event_id, entry.event_name
            grown = grown or before is last
        else:
            lines.append(entry)
    return lines, grown
