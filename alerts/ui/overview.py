"""What the first page says: what happened lately, what is about to be lost, and what runs full. Few and cheap queries.

Counts of events come from the hourly rollup; the newest critical events are read from the hours that hold any; failed
messages are looked for among the newest only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Sum
from django.http import QueryDict

from alerts.estate.models import ClientKey, Key, Secret, Usage
from alerts.events.counts import tally
from alerts.events.filters import Seen, SystemEventFilter
from alerts.events.find import around
from alerts.events.models import EventCount, SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.models import Destination, Notification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.accounts.models import CloudAccount
    from alerts.events.models import SystemEventQuerySet

DAY = timedelta(days=1)
EXPIRY = 180 * DAY
NEAR = 70
SHOWN = 5
LOOKED_AT = 10_000
"""Newest messages among which failed ones are looked for."""
CRITICAL_HOURS = 48


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Something that ends: its kind, a name, the moment, and what leads to its page."""

    kind: str
    name: str
    at: datetime
    page: str
    region: str
    local_id: str


@dataclass(frozen=True, slots=True)
class Some:
    """The nearest few of what was counted."""

    count: int
    rows: Sequence[Upcoming]


def events_by_level(account: CloudAccount, *, now: datetime) -> dict[str, int]:
    """Return how many events of each level the last 24 hours have."""
    search = SystemEventFilter(_query(period="1d"), queryset=_events(account), now=now, seen=Seen())
    if not search.is_valid():
        return {}
    counted: dict[str, int] = {}
    for (_moment, level), count in tally(search, account).by_moment.items():
        counted[level] = counted.get(level, 0) + count
    return counted


def newest_critical(account: CloudAccount, *, limit: int = SHOWN) -> list[SystemEvent]:
    """Return the newest critical events."""
    counts = EventCount.objects.filter(account=account, level="CRITICAL").values_list("hour")
    hours = dict(counts.annotate(n=Sum("count")).order_by("-hour")[:CRITICAL_HOURS])
    found = _events(account).filter(around(hours, wanted=limit, before=None, after=None), level="CRITICAL")
    return list(found.newest_first()[:limit]) if hours else []


def pending_deletion(account: CloudAccount) -> Some:
    """Return keys and secrets that wait for their deletion, nearest first."""
    keys = Key.objects.filter(account=account, state=Key.State.PENDING_DELETION)
    secrets = Secret.objects.filter(account=account, state=Secret.State.PENDING_DELETION)
    nearest = [
        *(_upcoming(key, key.delete_at) for key in keys.order_by("delete_at")[:SHOWN]),
        *(_upcoming(secret, secret.delete_at) for secret in secrets.order_by("delete_at")[:SHOWN]),
    ]
    return Some(keys.count() + secrets.count(), _nearest(nearest))


def expiring(account: CloudAccount, *, now: datetime) -> Some:
    """Return client keys that end within 180 days, nearest first."""
    keys = ClientKey.objects.filter(account=account, deleted_at=None, not_after__gt=now, not_after__lte=now + EXPIRY)
    return Some(keys.count(), _nearest([_upcoming(key, key.not_after) for key in keys.order_by("not_after")[:SHOWN]]))


def running_full(account: CloudAccount) -> list[Usage]:
    """Return the quotas that are used to 70 % or more, fullest first."""
    usages = Usage.objects.filter(instance__account=account, instance__deleted_at=None, quota__gt=0)
    full = usages.filter(used__gte=F("quota") * NEAR / 100).select_related("instance")
    return list(full.order_by((F("used") / F("quota")).desc()))


def paused_destinations(account: CloudAccount) -> int:
    """Return to how many addresses nothing is sent for now, because they have failed for long."""
    return Destination.objects.filter(account=account, paused_at__isnull=False).count()


def lasting_incidents(account: CloudAccount, *, now: datetime) -> tuple[int, int]:
    """Return how many incidents are not over, and how many of them nobody has taken on."""
    lasting = Incident.objects.filter(account=account).lasting()
    counted = lasting.aggregate(all=Count("pk"), taken=Count("pk", filter=Q(acknowledged_until__gt=now)))
    return counted["all"], counted["all"] - counted["taken"]


def failed_messages(account: CloudAccount, *, now: datetime) -> int:
    """Return how many of the newest messages failed for good in the last 24 hours."""
    newest = Notification.objects.filter(account=account).order_by("-pk").values("pk")[:LOOKED_AT]
    failed = Notification.objects.filter(pk__in=newest, state=Notification.State.FAILED)
    return failed.filter(finished_at__gte=now - DAY).count()


def _events(account: CloudAccount) -> SystemEventQuerySet:
    return SystemEvent.objects.filter(account=account).real()


def _query(**parameters: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(parameters)
    return query


def _upcoming(row: Key | Secret | ClientKey, at: datetime | None) -> Upcoming | None:
    return Upcoming(row.kind, str(row), at, f"kms:{row.kind}", row.region, row.local_id()) if at else None


def _nearest(found: Sequence[Upcoming | None]) -> list[Upcoming]:
    return sorted((each for each in found if each), key=lambda each: each.at)[:SHOWN]
