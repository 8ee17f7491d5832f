"""Hushes of incidents: what somebody has taken on or put off, and what begins and ends too often to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.incidents.models import Incident
from alerts.notifications.models import Decision
from alerts.notifications.quiet import Hush

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.events.models import SystemEvent

# Whoever acknowledges waits until what is decided now is written, and then stops that as well.
STANDING = "SELECT * FROM incidents_incident WHERE id = ANY(%s) ORDER BY id FOR SHARE"
ACKNOWLEDGED = Hush(Decision.Verdict.ACKED, "acknowledged")
SNOOZED = Hush(Decision.Verdict.ACKED, "snoozed")
FLAPPING = Hush(Decision.Verdict.MUTED, "flapping")


def hushed_by_incidents(events: Sequence[SystemEvent], *, now: datetime) -> Mapping[UUID, Hush]:
    """Return which events are not told because of how their incidents stand. Locks these rows against change."""
    ids = sorted({event.incident_id for event in events if event.incident_id is not None})
    if not ids:
        return {}
    incidents = {incident.pk: incident for incident in Incident.objects.raw(STANDING, [ids])}
    found = ((event.id, _hush_of(event, incidents.get(event.incident_id or 0), now=now)) for event in events)
    return {pk: hush for pk, hush in found if hush}


def _hush_of(event: SystemEvent, incident: Incident | None, *, now: datetime) -> Hush | None:
    """Return why an event is not told. The end of an incident is told although somebody has taken it on."""
    if incident is None:
        return None
    if incident.flapping_since and event.occurred_at >= incident.flapping_since:
        return FLAPPING
    opens = event.record is not None and event.record.opens == incident.cause
    if opens and incident.is_acknowledged(now=now):
        return ACKNOWLEDGED
    return SNOOZED if opens and incident.is_snoozed(now=now) else None
