"""Observe: what facts from outside say is written into the estate, so that it knows every resource they speak of.

Facts of our own verbs change nothing here: the verb already wrote the row. They are looked up for names only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.estate.known import KINDS, Name, locked_rows, write_back
from alerts.estate.models import ClientKey, Instance, Resource
from alerts.estate.related import Told, apply_synchronizations, apply_usage, join_access_points
from alerts.estate.sightings import apply
from alerts.facts.collect import ESTATE
from alerts.sources.base import ResourceError, parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.facts.models import Fact


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
        changed += join_access_points(told)
    if kind == "keystore":
        changed += apply_usage(told)
    if kind == "key":
        apply_synchronizations(told)
    if changed:
        write_back(kind, list({row.pk: row for row in changed}.values()))


def _change(row: Resource, facts: Iterable[Fact]) -> bool:
    changes = [apply(row, fact) for fact in facts]
    return any(changes)
