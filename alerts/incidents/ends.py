"""Ends: what about an incident is over by itself: an acknowledgement, a snooze, the time of being flapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.incidents import follow
from alerts.incidents.follow import Kind, Recovery
from alerts.incidents.models import Incident, IncidentEntry, IncidentTerms

if TYPE_CHECKING:
    from datetime import datetime


def end_terms(incident: Incident, terms: IncidentTerms, *, now: datetime) -> list[IncidentEntry]:
    """End what is over, and return the lines that tell of it; the caller holds the row and stores it."""
    ended = []
    if incident.acknowledged_until and incident.acknowledged_until <= now:
        ended.append(_line(incident, Kind.ACKNOWLEDGEMENT_ENDED, incident.acknowledged_until))
        incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_until = None, "", None
    if incident.snoozed_until and incident.snoozed_until <= now:
        ended.append(_line(incident, Kind.SNOOZE_ENDED, incident.snoozed_until))
        incident.snoozed_until = None
    calm_at = follow.calm_at(incident, terms)
    if calm_at and calm_at <= now:
        ended.append(_line(incident, Kind.CALM, calm_at))
        _calm_down(incident)
    incident.version += len(ended)
    return ended


def _calm_down(incident: Incident) -> None:
    incident.flapping_since, incident.reopened = None, []
    if incident.lasts:
        incident.recovery = Recovery.NONE
        return
    follow.forget_words(incident)
    incident.recovery = Recovery.DUE


def _line(incident: Incident, kind: IncidentEntry.Kind, at: datetime) -> IncidentEntry:
    return IncidentEntry(incident=incident, kind=kind, at=at, last_at=at)
