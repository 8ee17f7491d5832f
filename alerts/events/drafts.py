"""What a fact means by itself: the drafts of the events that it raises by having happened, or that it already is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.events.catalog import BY_NAME, PRODUCT, EventType, occurring
from alerts.events.record import Draft, listed_at

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.estate.observe import Observed
    from alerts.facts.models import Fact

IMPORTED = "cloudmonitor.system-event"
NAMING_FIELDS = {"key": "keyId", "secret": "secretName"}
IMPORT_LENGTHS = {
    "product": 64, "name": 256, "eventType": 64, "level": 16, "status": 64, "instanceName": 256, "groupId": 256,
    "originalId": 256, "timeNote": 32,
}  # fmt: skip


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
    """Return the event that CloudMonitor already made: stored as it is, content untouched, whatever its name."""
    said = {name: str(fact.data.get(name) or "")[:most] for name, most in IMPORT_LENGTHS.items()}
    known = BY_NAME.get(said["name"])
    occurred_at, note = listed_at(fact.occurred_at, now=now)
    draft = Draft(
        account=fact.account_id,
        product=said["product"] or PRODUCT,
        name=said["name"],
        # The documented bare payload does not say its type: the catalogue does.
        event_type=said["eventType"] or (known.event_type if known else ""),
        level=known.level if known and "originalLevel" in fact.data else said["level"],
        status=said["status"],
        region=fact.region,
        resource=fact.resource,
        instance_name=said["instanceName"],
        occurred_at=occurred_at,
        content=fact.data.get("content") or {},
        occurrence=f"{fact.source} {fact.external_id}",
        origin=fact.origin,
        group_id=said["groupId"],
        original_id=said["originalId"],
        fact_id=fact.pk,
        note=note or said["timeNote"],
        titles=(known.title, known.title_zh) if known else (),
    )
    return [draft]
