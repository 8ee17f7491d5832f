"""What the cloud has told already by events of its own: what our triggers must not tell once more."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from alerts.events.drafts import IMPORTED
from alerts.events.identity import first_id
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from alerts.sources.cloudmonitor import ORIGINS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    Told = Mapping[tuple[str, str, str], Sequence[datetime]]
    """Moments by (account uid, ARN, event name)."""


def told_by_the_cloud(
    accounts: Collection[str], *, resources: Collection[str], names: Collection[str], since: datetime
) -> Told:
    """Return when the cloud told of these resources by these names, also what is not evaluated yet."""
    found: dict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    about = {"account__in": accounts, "resource__in": resources}
    events = SystemEvent.objects.filter(**about, name__in=names, origin__in=ORIGINS, id__gte=first_id(since))
    for uid, resource, name, at in events.values_list("account_id", "resource", "name", "occurred_at"):
        found[uid, resource, name].append(at)
    waiting = Fact.objects.filter(**about, evaluated_at=None, type=IMPORTED, occurred_at__gte=since)
    for uid, resource, name, at in waiting.values_list("account_id", "resource", "data__name", "occurred_at"):
        found[uid, resource, name].append(at)
    return found
