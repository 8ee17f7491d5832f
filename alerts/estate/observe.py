"""Observe: what facts from outside say is written into the estate, so that it knows every resource they speak of.

Facts of our own verbs change nothing here: the verb already wrote the row. They are looked up for names only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Origin, Resource, Secret
from alerts.estate.sightings import apply
from alerts.facts.collect import ESTATE
from alerts.sources.base import ResourceError, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from alerts.facts.models import Fact

USAGE = "kms.instance.usage"
Key_ = tuple[str, str, str]
MODELS: dict[str, tuple[type[Resource], str]] = {
    "keystore": (Instance, "instance_id"),
    "key": (Key, "key_id"),
    "secret": (Secret, "name"),
    "clientkey": (ClientKey, "client_key_id"),
    "applicationaccesspoint": (AccessPoint, "name"),
}


@dataclass(slots=True)
class Observed:
    """What the estate knows about the resources of a batch of facts, by (account uid, ARN)."""

    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    client_keys: list[ClientKey] = field(default_factory=list)


def observe(facts: Sequence[Fact]) -> Observed:
    """Make every resource known, apply what came from outside in the order given, and return what is known.

    Rows are locked kind by kind and in the order of their names, the same way by every worker.
    """
    observed = Observed()
    for kind, about in sorted(_by_kind(facts).items()):
        model, column = MODELS[kind]
        rows = _locked_rows(model, column, about)
        for key, row_facts in about.items():
            row = rows.get(key)
            if row is not None:
                _look_at(row, row_facts, observed)
    return observed


def _look_at(row: Resource, facts: Sequence[Fact], observed: Observed) -> None:
    changes = [apply(row, fact) for fact in _telling(facts)]
    if any(changes):
        row.save()
    where = (row.account_id, row.arn)
    observed.names[where] = str(row)
    if isinstance(row, Instance):
        observed.instances[where] = row
    if isinstance(row, ClientKey):
        observed.client_keys.append(row)


def _telling(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts from outside that say something new: of many usage samples, only the newest of each quota."""
    outside = [fact for fact in facts if fact.origin != ESTATE]
    newest = {fact.data.get("resourceType"): fact.pk for fact in outside if fact.type == USAGE}
    return [fact for fact in outside if fact.type != USAGE or fact.pk in newest.values()]


def _by_kind(facts: Iterable[Fact]) -> dict[str, dict[Key_, list[Fact]]]:
    found: dict[str, dict[Key_, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        try:
            resource = parse_resource(fact.resource)
        except ResourceError:
            continue  # an imported event may be about anything
        if resource.uid == fact.account_id:
            found[resource.kind][fact.account_id, resource.region, resource.id].append(fact)
    return found


def _locked_rows(model: type[Resource], column: str, about: dict[Key_, list[Fact]]) -> dict[Key_, Resource]:
    rows = _living(model, column, about)
    missing = [key for key in sorted(about) if key not in rows and any(f.origin != ESTATE for f in about[key])]
    if missing:
        first_seen = {key: min(fact.occurred_at for fact in about[key]) for key in missing}
        model.objects.bulk_create([_new(model, column, key, first_seen[key]) for key in missing], ignore_conflicts=True)
        rows = _living(model, column, about)
    return rows


def _new(model: type[Resource], column: str, key: Key_, seen_at: datetime) -> Resource:
    uid, region, local_id = key
    return model(**{
        "account_id": uid, "region": region, column: local_id, "origin": Origin.OBSERVED, "created_at": seen_at,
    })  # fmt: skip


def _living(model: type[Resource], column: str, keys: Iterable[Key_]) -> dict[Key_, Resource]:
    wanted = set(keys)
    rows = (
        model.objects.select_for_update(of=("self",))
        .filter(
            account__in={uid for uid, _, _ in wanted},
            region__in={region for _, region, _ in wanted},
            **{f"{column}__in": {local_id for _, _, local_id in wanted}},
        )
        .order_by("account_id", "region", column, "pk")
    )
    found: dict[Key_, Resource] = {}
    for row in rows:
        key = (row.account_id, row.region, row.local_id())
        # A secret's name can be used again once it is deleted: the living one wins, else the newest.
        if key in wanted and (row.deleted_at is None or key not in found or found[key].deleted_at):
            found[key] = row
    return found
