"""Observe: what facts from outside say is written into the estate, so that it knows every resource they speak of.

Facts of our own verbs change nothing here: the verb already wrote the row. They are looked up for names only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.estate.known import KINDS, Name, locked_rows, write_back
from alerts.estate.models import AccessPoint, ClientKey, Instance, Origin, Resource, Usage
from alerts.estate.sightings import apply, usage_of
from alerts.facts.collect import ESTATE
from alerts.sources.base import ResourceError, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.facts.models import Fact

    Told = Sequence[tuple[Resource, Sequence[Fact]]]

USAGE = "kms.instance.usage"


@dataclass(slots=True)
class Observed:
    """What the estate knows about the resources of a batch of facts, by (account uid, ARN)."""

    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    client_keys: list[ClientKey] = field(default_factory=list)

    def note(self, row: Resource) -> None:
        """Remember what events say about a row."""
        where = (row.account_id, row.arn)
        self.names[where] = str(row)
        if isinstance(row, Instance):
            self.instances[where] = row
        elif isinstance(row, ClientKey):
            self.client_keys.append(row)


def observe(facts: Sequence[Fact]) -> Observed:
    """Make every resource known, apply what came from outside in the order given, and return what is known."""
    observed = Observed()
    by_kind = _by_kind(facts)
    for kind in KINDS:
        about = by_kind.get(kind)
        if about:
            rows = locked_rows(kind, about)
            told = [(row, [fact for fact in about[name] if fact.origin != ESTATE]) for name, row in rows.items()]
            _apply(kind, told)
            for row in rows.values():
                observed.note(row)
    return observed


def _by_kind(facts: Iterable[Fact]) -> dict[str, dict[Name, list[Fact]]]:
    found: dict[str, dict[Name, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        try:
            resource = parse_resource(fact.resource)
        except ResourceError:
            continue  # an imported event may be about anything
        if resource.uid == fact.account_id:
            found[resource.kind][fact.account_id, resource.region, resource.id].append(fact)
    return found


def _apply(kind: str, told: Told) -> None:
    changed = [row for row, facts in told if _change(row, facts)]
    if kind == "clientkey":
        changed += _join_access_points(told)
    if kind == "keystore":
        changed += _apply_usage(told)
    if changed:
        write_back(kind, list({row.pk: row for row in changed}.values()))


def _change(row: Resource, facts: Iterable[Fact]) -> bool:
    changes = [apply(row, fact) for fact in facts]
    return any(changes)


def _apply_usage(told: Told) -> list[Resource]:
    """Keep the newest sample of each quota; return the instances whose quotas it tells anew."""
    newest: dict[tuple[int, str], tuple[Resource, Fact]] = {}
    for row, facts in told:
        for fact in facts:
            if fact.type == USAGE:
                newest[row.pk, str(fact.data["resourceType"])] = row, fact
    instances = {row.pk for row, _fact in newest.values()}
    known = {(usage.instance_id, usage.resource_type): usage for usage in Usage.objects.filter(instance__in=instances)}
    usages = {where: usage_of(row, fact, known.get(where)) for where, (row, fact) in newest.items()}
    Usage.objects.bulk_create(
        [usage for usage in usages.values() if usage],
        update_conflicts=True,
        unique_fields=["instance", "resource_type"],
        update_fields=["used", "quota", "sampled_at"],
    )
    return list({row.pk: row for where, (row, _fact) in newest.items() if usages[where]}.values())


def _join_access_points(told: Told) -> list[Resource]:
    """Give client keys the access point that facts name, made known if need be; return those that got one."""
    named: dict[Name, list[ClientKey]] = defaultdict(list)
    for row, facts in told:
        name = next((str(fact.data["aapName"])[:255] for fact in reversed(facts) if fact.data.get("aapName")), "")
        if isinstance(row, ClientKey) and row.access_point is None and name:
            named[row.account_id, row.region, name].append(row)
    if not named:
        return []
    points = _access_points(sorted(named), named)
    for where, rows in named.items():
        for row in rows:
            row.access_point = points[where]
    return [row for rows in named.values() for row in rows]


def _access_points(names: Sequence[Name], rows: dict[Name, list[ClientKey]]) -> dict[Name, AccessPoint]:
    AccessPoint.objects.bulk_create(
        [
            AccessPoint(
                account_id=uid, region=region, name=name, origin=Origin.OBSERVED,
                created_at=min(row.created_at for row in rows[uid, region, name]),
            )
            for uid, region, name in names
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    living = AccessPoint.objects.living().filter(name__in={name for _, _, name in names})
    found = {(point.account_id, point.region, point.name): point for point in living}
    return {name: found[name] for name in names}
