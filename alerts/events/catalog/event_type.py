"""What one event type is, and the words that its fields may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts.events.triggers import Trigger

PRODUCT = "KMS"
PRODUCT_TITLE = "Key Management Service (KMS)"
LEVELS = ("CRITICAL", "WARN", "INFO")
EVENT_TYPES = ("Exception", "Notification", "StatusNotification", "Maintenance")
STATUSES = ("Failed", "Warning", "Normal")
REMINDER_DAYS = (180, 90, 30, 7)
DEFAULT_MARGIN = 5


def mark(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class EventType:
    """What one event means. `name` is the code on the wire; `resource_kind` the kind part of the resource's ARN."""

    name: str
    title: str
    title_zh: str
    level: str
    event_type: str
    status: str
    resource_kind: str
    trigger: Trigger
    condition: str
    meaning: str
    impact: str
    remedy: str
    sample: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    opens: str = ""
    """The cause of the incident that it opens on its resource, `<resource type>:<what is wrong>`."""
    closes: tuple[str, ...] = ()
    """The causes of the incidents on its resource that are over once it happened."""
    product: str = PRODUCT
