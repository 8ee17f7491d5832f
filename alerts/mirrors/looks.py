"""What passes between the readers of one page: the look, what it found happening, and the rows it locks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import F

from alerts.estate.models import Instance, Origin, Resource
from alerts.mirrors.cloud import nothing
from alerts.mirrors.models import Source

Row = TypeVar("Row", bound=Resource)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a region of a source: `now` is when, `before` the end of the last whole reading, None at first."""

    source: Source
    region: str
    begun_at: datetime
    before: datetime | None
    now: datetime
    keep: Callable[[], object] = nothing
    """Called before each call to the cloud, to keep the source while it is being read."""

    def since(self, row: Resource) -> datetime | None:
        """Return when the row was last seen as it was; None when there is nothing to compare with."""
        return row.mirrored_at or self.before


@dataclass(frozen=True, slots=True)
class Happening:
    """A difference between two looks, between `since` and the second of them; `id` is made of what was seen."""

    type: str
    id: str
    resource: str
    since: datetime
    occurred_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


def locked(model: type[Row], column: str, look: Look, ids: Sequence[str]) -> dict[str, Row]:
    """Return the rows of these ids with their locks, by id: the living one, else the newest."""
    manager: Any = model._meta.default_manager
    rows = manager.select_for_update(of=("self",)).filter(
        account=look.source.account_id, region=look.region, **{f"{column}__in": ids}
    )
    found: dict[str, Row] = {}
    for row in rows.order_by(column, F("deleted_at").asc(nulls_last=True), "pk"):
        found[row.local_id()] = row
    return found


def new_row(model: type[Row], column: str, look: Look, local_id: str, *, created_at: datetime | None) -> Row:
    """Return a row, not yet stored, of something that was not known."""
    fields: dict[str, Any] = {column: local_id, "origin": Origin.OBSERVED, "created_at": created_at or look.now}
    return model(account_id=look.source.account_id, region=look.region, **fields)


def store(model: type[Row], rows: Sequence[Row], look: Look) -> None:
    """Write the rows of a page as seen by this look, in two statements."""
    for row in rows:
        row.origin, row.mirrored_by, row.mirrored_at = Origin.OBSERVED, look.source.pk, look.now
    manager: Any = model._meta.default_manager
    manager.bulk_create([row for row in rows if row.pk is None])
    fields = [each.name for each in model._meta.concrete_fields if not each.primary_key]
    manager.bulk_create(
        [row for row in rows if row.pk is not None], update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def instances_by_id(look: Look, ids: Sequence[str]) -> dict[str, Instance]:
    """Return the instances that a page names."""
    rows = Instance.objects.filter(account=look.source.account_id, region=look.region, instance_id__in=ids)
    return {row.instance_id: row for row in rows}


def iso(moment: datetime | None) -> str:
    """Return a moment as facts have it, to the second; an empty text for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
