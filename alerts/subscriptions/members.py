"""Members: the causes in a bundle. One row for a kind of event on a resource, however often it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.subscriptions.denoise import higher
from alerts.subscriptions.models import BundleMember

if TYPE_CHECKING:
    from collections.abc import Collection

    from alerts.events.models import SystemEvent
    from alerts.subscriptions.models import Bundle


def joined(bundle: Bundle, member: BundleMember | None, event: SystemEvent) -> tuple[BundleMember, bool]:
    """Return the member that an event belongs to, with the event in it, and whether no message has named it yet."""
    opened = event.incident_id if event.record and event.record.opens else None
    if member is None:
        at = event.occurred_at
        made = BundleMember(
            bundle=bundle, event_name=event.name, resource=event.resource, level=event.level, incident_id=opened,
            count=1, first_at=at, last_at=at, last_event_id=event.id,
        )  # fmt: skip
        return made, True
    member.count += 1
    member.level = higher(member.level, event.level)
    member.incident_id = opened or member.incident_id
    if event.occurred_at >= member.last_at:
        member.last_at, member.last_event_id = event.occurred_at, event.id
    return member, not member.told


def holders_of(incidents: Collection[int]) -> dict[int, list[int]]:
    """Return which of these incidents each open bundle has, by the key of the bundle."""
    found: dict[int, list[int]] = {}
    members = BundleMember.objects.filter(incident_id__in=incidents, bundle__closed_at=None)
    for bundle, incident in members.values_list("bundle", "incident_id"):
        found.setdefault(bundle, []).append(incident or 0)
    return found
