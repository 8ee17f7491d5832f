"""Breadth: what a silence covers that somebody should think about twice. Pure but for the words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alerts.events.catalog import CATALOG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.events.catalog import EventType
    from alerts.rules.pattern import Pattern

CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class Kind:
    """An event as far as its type says what it is."""

    product: str
    event_type: str
    level: str
    name: str
    status: str
    region: str = ""
    resource: str = ""
    instance_name: str = ""
    group_id: str = ""
    search_text: str = ""
    content: Mapping[str, object] = field(default_factory=dict, hash=False)


def critical_types(pattern: Pattern) -> list[EventType]:
    """Return the critical event types of the catalogue of which a pattern may hide some."""
    kinds = replace(pattern, keywords=(), sql_filter="", resources=())
    found = (record for record in CATALOG if record.level == CRITICAL and kinds.matches(_kind(record)))
    return [
        record for record in found if not pattern.resources or any(_may_be(each, record) for each in pattern.resources)
    ]


def _may_be(resource: str, record: EventType) -> bool:
    """Tell whether resources of this form may be of the kind of an event type: `…:secret/x*` are all secrets."""
    kind, slash, _local = resource.rpartition(":")[2].partition("/")
    return not slash or "*" in kind or "?" in kind or kind.lower() == record.resource_kind


def _kind(record: EventType) -> Kind:
    return Kind(record.product, record.event_type, record.level, record.name, record.status)


def whole(pattern: Pattern) -> bool:
    """Tell whether a pattern takes every event, or every one of a product or of some levels."""
    return not (
        pattern.event_types or pattern.names or pattern.statuses or pattern.keywords or pattern.sql_filter
        or pattern.resources
    )  # fmt: skip
