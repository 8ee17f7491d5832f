"""Rows by the names that facts use: locked, and made where the estate does not know them yet.

Rows of one kind are locked in the order of their names, the same way by every worker, so two of them wait for each
other and never deadlock. A verb locks its own row first and its instance after it; hence the order of `KINDS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Origin, Resource, Secret
from alerts.facts.collect import ESTATE
from alerts.sources.cloudmonitor import HISTORY, READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.facts.models import Fact

Name = tuple[str, str, str]
"""(account uid, region, id)."""

KINDS: dict[str, tuple[type[Resource], str]] = {
    "applicationaccesspoint": (AccessPoint, "name"),
    "clientkey": (ClientKey, "client_key_id"),
    "key": (Key, "key_id"),
    "secret": (Secret, "name"),
    "keystore": (Instance, "instance_id"),
}
REUSED = (AccessPoint, Secret)
"""Their names can be used again once they are deleted."""
ENDS = frozenset({"kms.secret.deleted"})
SAYING_NOTHING = frozenset({ESTATE, READ, HISTORY})
"""Origins of facts that make nothing known."""


def locked_rows(kind: str, about: Mapping[Name, Sequence[Fact]]) -> dict[Name, Resource]:
    """Return the row of every resource that these facts are about, each with its lock.

    Facts of our own verbs make nothing known: the verb did, or it has been taken away since. Neither do events that
    were read from the cloud: what there is was read, too, and events speak of what is gone as well.
    """
    model, column = KINDS[kind]
    rows = _found(model, column, about)
    told = {name: [fact for fact in facts if fact.origin not in SAYING_NOTHING] for name, facts in about.items()}
    unknown = [name for name in sorted(about) if told[name] and not _knows(rows.get(name), told[name])]
    if unknown:
        new = [_new(model, column, name, told[name]) for name in unknown]
        _rows_of(model).bulk_create(new, ignore_conflicts=True)
        rows = _found(model, column, about)
    return rows


def write_back(kind: str, rows: Sequence[Resource]) -> None:
    """Store changed rows in one statement."""
    model, _column = KINDS[kind]
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    _rows_of(model).bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _rows_of(model: type[Resource]) -> Any:
    return model._meta.default_manager


def _knows(row: Resource | None, facts: Sequence[Fact]) -> bool:
    if row is None or not (row.deleted_at and isinstance(row, REUSED)):
        return row is not None
    return not any(fact.occurred_at > row.deleted_at and fact.type not in ENDS for fact in facts)


def _new(model: type[Resource], column: str, name: Name, facts: Sequence[Fact]) -> Resource:
    uid, region, local_id = name
    seen_at = min(fact.occurred_at for fact in facts)
    fields: dict[str, Any] = {column: local_id, "origin": Origin.OBSERVED, "created_at": seen_at}
    return model(account_id=uid, region=region, **fields)


def _found(model: type[Resource], column: str, names: Iterable[Name]) -> dict[Name, Resource]:
    wanted = set(names)
    rows = (
        _rows_of(model)
        .select_for_update(of=("self",))
        .filter(
            account__in={uid for uid, _, _ in wanted},
            region__in={region for _, region, _ in wanted},
            **{f"{column}__in": {local_id for _, _, local_id in wanted}},
        )
    )
    if model is ClientKey:
        rows = rows.select_related("access_point")
    found: dict[Name, Resource] = {}
    for row in rows.order_by("account_id", "region", column, "pk"):
        name = (row.account_id, row.region, row.local_id())
        # The living one wins, else the newest.
        if name in wanted and (row.deleted_at is None or name not in found or found[name].deleted_at):
            found[name] = row
    return found
