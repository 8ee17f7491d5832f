"""The catalogue of system events: one frozen record per event type, and nothing else knows event types.

Source: KMS help pages "Alert events" (Jun 2025, Dec 2025, Mar 2026) and "Monitor the rotation of secrets". Only the two
rotation codes are documented; the other codes, types and texts follow the documented pattern
`<resource type>:<operation>:<result>`, and can be corrected here, in one place.

To add an event type, add one record to the tuple of its subject. The order is that of the help page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from alerts.events.catalog.capacity import CAPACITY
from alerts.events.catalog.client_keys import CLIENT_KEYS
from alerts.events.catalog.event_type import (
    DEFAULT_MARGIN,
    EVENT_TYPES,
    LEVELS,
    PRODUCT,
    PRODUCT_TITLE,
    REMINDER_DAYS,
    STATUSES,
    EventType,
)
from alerts.events.catalog.keys import KEYS, SYNCHRONIZATION
from alerts.events.catalog.mirrors import MIRRORS
from alerts.events.catalog.quotas import QUOTAS
from alerts.events.catalog.secrets import SECRETS
from alerts.events.triggers import DueIn, FallsBack, Occurs, Reaches

__all__ = [
    "BY_NAME",
    "CATALOG",
    "CAUSES",
    "DEFAULT_MARGIN",
    "EVENT_TYPES",
    "LEVELS",
    "PARTAKING",
    "PRODUCT",
    "PRODUCT_TITLE",
    "REMINDER_DAYS",
    "STATUSES",
    "EventType",
    "due",
    "falling_back",
    "occurring",
    "reaching",
]

CATALOG: Final[tuple[EventType, ...]] = (
    *CAPACITY,
    *KEYS,
    *SECRETS,
    *SYNCHRONIZATION,
    *CLIENT_KEYS,
    *QUOTAS,
    *MIRRORS,
)

BY_NAME: Mapping[str, EventType] = MappingProxyType({record.name: record for record in CATALOG})
CAUSES: Mapping[str, EventType] = MappingProxyType({record.opens: record for record in CATALOG if record.opens})
"""The causes of incidents, each with the record that opens one."""
PARTAKING: Final[frozenset[str]] = frozenset(record.name for record in CATALOG if record.opens or record.closes)
"""The names of the events that open or close an incident."""


def occurring(fact_type: str) -> tuple[EventType, ...]:
    """Return the event types that one fact of this type raises."""
    return tuple(r for r in CATALOG if isinstance(r.trigger, Occurs) and r.trigger.fact == fact_type)


def reaching(resource_type: str) -> tuple[tuple[EventType, Reaches], ...]:
    """Return the event types that watch this quota, with their triggers."""
    pairs = ((r, r.trigger) for r in CATALOG if isinstance(r.trigger, Reaches))
    return tuple((r, t) for r, t in pairs if t.resource_type == resource_type)


def falling_back(resource_type: str) -> tuple[tuple[EventType, FallsBack], ...]:
    """Return the event types that tell when this quota is no longer nearly used up, with their triggers."""
    pairs = ((r, r.trigger) for r in CATALOG if isinstance(r.trigger, FallsBack))
    return tuple((r, t) for r, t in pairs if t.resource_type == resource_type)


def due(fact_type: str) -> tuple[tuple[EventType, DueIn], ...]:
    """Return the event types that watch the deadline told by facts of this type, with their triggers."""
    return tuple((r, r.trigger) for r in CATALOG if isinstance(r.trigger, DueIn) and r.trigger.fact == fact_type)
