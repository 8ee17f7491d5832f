"""What a fact means by itself: the drafts of the events that it raises by having happened, or that it already is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.events.catalog import BY_NAME, PRODUCT, EventType, occurring
from alerts.events.record import Draft, listed_at
from alerts.sources.cloudmonitor import HISTORY

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.estate.observe import Observed
    from alerts.facts.models import Fact

IMPORTED = "cloudmonitor.system-event"
NAMING_FIELDS = {"key": "keyId", "secret": "secretName"}
IMPORTED_FIELDS = {
    "product": ("product", 64),
    "name": ("name", 256),
    "event_type": ("eventType", 64),
    "level": ("level", 16),
    "status": ("status", 64),
    "instance_name": ("instanceName", 256),
    "group_id": ("groupId", 256),
    "original_id": ("originalId", 256),
    "note": ("timeNote", 32),
}
"""Our field ← theirs, and how much of it fits."""


def draft_occurrences(fact: Fact, observed: Observed, *, now: datetime) -> list[Draft]:
    """Return one draft for each event type that this fact raises by having happened."""
    return [_occurrence(fact, event_type, observed, now=now) for event_type in occurring(fact.type)]


def _occurrence(fact: Fact, event_type: EventType, observed: Observed, *, now: datetime) -> Draft:
    occurred_at, note = listed_at(fact.occurred_at, now=now)
    named = fact.resource.rpartition(":")[2]
    kind, _, local_id = named.partition("/")
    naming = {NAMING_FIELDS[kind]: local_id} if kind in NAMING_FIELDS else {}
    return Draft.of_type(
        event_type,
        account=fact.account_id,
        region=fact.region,
        resource=fact.resource,
        instance_name=observed.names.get((fact.account_id, fact.resource), local_id)[:256],
        occurred_at=occurred_at,
        note=note,
        content={"eventId": fact.external_id, **naming, **fact.data},
        occurrence=f"{fact.source} {fact.external_id}",
        origin=fact.origin,
        fact_id=fact.pk,
    )


def draft_import(fact: Fact, *, now: datetime) -> list[Draft]:
    """Return the event that CloudMonitor already made: stored as it is, content untouched, whatever its name.

    Nobody is told of what had happened before its source was connected.
    """
    said = {ours: str(fact.data.get(theirs) or "")[:most] for ours, (theirs, most) in IMPORTED_FIELDS.items()}
    known = BY_NAME.get(said["name"])
    if known:
        # The documented bare payload does not say its type, and some say a level that nobody knows: the catalogue does.
        said["event_type"] = said["event_type"] or known.event_type
        said["level"] = known.level if "originalLevel" in fact.data else said["level"]
    occurred_at, note = listed_at(fact.occurred_at, now=now)
    fields: dict[str, Any] = said | {"product": said["product"] or PRODUCT, "note": note or said["note"]}
    draft = Draft(
        account=fact.account_id,
        region=fact.region,
        resource=fact.resource,
        occurred_at=occurred_at,
        content=fact.data.get("content") or {},
        occurrence=f"{fact.source} {fact.external_id}",
        origin=fact.origin,
        fact_id=fact.pk,
        titles=(known.title, known.title_zh) if known else (),
        told_at=now if fact.origin == HISTORY else None,
        **fields,
    )
    return [draft]
