"""What one fact from outside changes in the row of the resource it is about. Older news never overrides newer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.estate.models import ClientKey, Key, Origin, Resource, Secret
from alerts.sources.reading import read_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.facts.models import Fact

USUAL_WAIT = 30  # days; the default of both consoles
LONGEST_WAIT = 366
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def apply(row: Resource, fact: Fact) -> bool:
    """Write what the fact says into the row (not yet saved); return whether anything changed."""
    change = CHANGES.get(fact.type)
    return bool(change and change(row, fact))


def _moment(fact: Fact, *names: str) -> datetime | None:
    """Return the first of these that is a time, within the years that every zone can show."""
    moments = (read_moment(fact.data.get(name)) for name in names)
    moment = next((moment for moment in moments if moment), None)
    return min(max(moment, EARLIEST), LATEST) if moment else None


def _days(fact: Fact, *names: str) -> timedelta:
    for name in names:
        days = fact.data.get(name)
        if isinstance(days, int) and not isinstance(days, bool) and 0 < days <= LONGEST_WAIT:
            return timedelta(days=days)
    return timedelta(days=USUAL_WAIT)


def _newer_state(row: Key | Secret, fact: Fact, state: str) -> bool:
    if row.state == "Deleted" or (row.state_at and fact.occurred_at < row.state_at):
        return False
    row.state, row.state_at, row.state_by = state, fact.occurred_at, Origin.OBSERVED
    return True


def _deletion_scheduled(row: Resource, fact: Fact) -> bool:
    assert isinstance(row, Key | Secret)
    before = row.state
    if not _newer_state(row, fact, "PendingDeletion"):
        return False
    if isinstance(row, Key) and before != "PendingDeletion":
        row.state_before = before
    planned = _moment(fact, "deleteDate", "plannedDeleteTime")
    waiting = _days(fact, "pendingWindowInDays", "recoveryWindowInDays")
    row.delete_at = planned if planned and planned > fact.occurred_at else fact.occurred_at + waiting
    return True


def _kept(row: Resource, fact: Fact) -> bool:
    assert isinstance(row, Key | Secret)
    before = (row.state_before or "Enabled") if isinstance(row, Key) else "Enabled"
    if not _newer_state(row, fact, before):
        return False
    row.delete_at = None
    return True


def _deleted(row: Resource, fact: Fact) -> bool:
    assert isinstance(row, Key | Secret)
    if not _newer_state(row, fact, "Deleted"):
        return False
    row.deleted_at = fact.occurred_at
    return True


def _rotated(row: Resource, fact: Fact) -> bool:
    assert isinstance(row, Secret)
    if row.deleted_at or (row.rotation_at and fact.occurred_at < row.rotation_at):
        return False
    kind = str(fact.data.get("secretType") or "")
    if kind in Secret.Type.values:
        row.type = kind
    row.rotation_at = fact.occurred_at
    row.rotation = Secret.Rotation.INVALID
    if fact.type == "kms.secret.rotation-succeeded":
        row.rotation, row.rotated_at = Secret.Rotation.ENABLED, fact.occurred_at
    return True


def _observed(row: Resource, fact: Fact) -> bool:
    assert isinstance(row, ClientKey)
    not_after = _moment(fact, "notAfter")
    if row.deleted_at or not_after is None or (row.observed_at and fact.occurred_at < row.observed_at):
        return False
    row.not_after, row.observed_at = not_after, fact.occurred_at
    row.not_before = row.not_before or _moment(fact, "notBefore")
    return True


CHANGES: dict[str, Callable[[Resource, Fact], bool]] = {
    "kms.key.deletion-scheduled": _deletion_scheduled,
    "kms.key.deletion-cancelled": _kept,
    "kms.key.deleted": _deleted,
    "kms.secret.deletion-scheduled": _deletion_scheduled,
    "kms.secret.restored": _kept,
    "kms.secret.deleted": _deleted,
    "kms.secret.rotation-succeeded": _rotated,
    "kms.secret.rotation-failed": _rotated,
    "kms.client-key.observed": _observed,
}
