"""Who tells of a happening: the cloud's own event, or the fact that we make of a difference; never both.

See the package for the idea. `SLACK` is how far the clocks of the two may be apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.events.catalog import CATALOG
from alerts.events.drafts import IMPORTED
from alerts.facts.models import Fact
from alerts.mirrors.looks import Happening, Look, iso
from alerts.mirrors.models import Source
from alerts.sources.base import Observation
from alerts.sources.reading import read_moment

ORIGIN: Final = "mirror"
SLACK: Final = timedelta(minutes=5)
SILENT_FACTS: Final = frozenset({"kms.client-key.deleted"})
"""What ends something and is no event of anybody's."""


def _names() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in CATALOG:
        if each.trigger.fact:
            found[each.trigger.fact].add(each.name)
    return {fact: frozenset(names) for fact, names in found.items()}


NAMES: Final = _names()
"""Fact type to the names of the events that it may become."""
OURS: Final = frozenset(name for names in NAMES.values() for name in names)


def to_tell(look: Look, found: Sequence[Happening]) -> list[Observation]:
    """Return as observations what is ours to tell and has not been told by an event of the cloud."""
    source = look.source
    if source.teller == Source.Teller.CLOUD:
        found = [each for each in found if each.since < source.teller_since or each.type in SILENT_FACTS]
    doubtful = [each for each in found if each.since < source.teller_since]
    told = _imported(look, doubtful) if doubtful else {}
    return [_observation(look, each) for each in found if not _is_told(each, told, look)]


def _imported(look: Look, found: Sequence[Happening]) -> dict[tuple[str, str], list[datetime]]:
    rows = Fact.objects.filter(
        account=look.source.account_id, type=IMPORTED, resource__in={each.resource for each in found},
        occurred_at__range=(min(each.since for each in found) - SLACK, look.now + SLACK),
    )  # fmt: skip
    told: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for resource, name, at in rows.values_list("resource", "data__name", "occurred_at"):
        told[resource, name].append(at)
    return told


def _is_told(each: Happening, told: Mapping[tuple[str, str], Sequence[datetime]], look: Look) -> bool:
    moments = [at for name in NAMES.get(each.type, ()) for at in told.get((each.resource, name), ())]
    return any(each.since - SLACK <= at <= look.now + SLACK for at in moments)


def _observation(look: Look, each: Happening) -> Observation:
    return Observation(
        source=f"acs:kms:{look.region}:{look.source.account_id}",
        id=f"{each.resource.rpartition(':')[2]} {each.id}",
        type=each.type,
        region=look.region,
        resource=each.resource,
        occurred_at=each.occurred_at,
        data={**each.data, "observedSince": iso(each.since)},
    )


def to_import(source: Source, events: Sequence[Observation]) -> list[Observation]:
    """Return those of the cloud's events that nobody here has told, or will tell by a difference."""
    if source.teller == Source.Teller.CONSOLE:
        events = [each for each in events if not (_is_ours(each) and each.occurred_at >= source.teller_since)]
    doubtful = [each for each in events if _is_ours(each)]
    told = _told_by_us(source, doubtful) if doubtful else {}
    return [each for each in events if not _lies_in(each, told)]


def _is_ours(event: Observation) -> bool:
    return event.data["name"] in OURS


def _told_by_us(
    source: Source, events: Sequence[Observation]
) -> dict[tuple[str, str], list[tuple[datetime, datetime]]]:
    """Return the stretches in which a difference was found, by resource and name of the event that it became."""
    rows = Fact.objects.filter(
        account=source.account_id, origin=ORIGIN, resource__in={each.resource for each in events},
        received_at__gte=min(each.occurred_at for each in events) - SLACK,
    )  # fmt: skip
    told: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for fact in rows.only("resource", "type", "data", "received_at", "occurred_at"):
        since = read_moment(fact.data.get("observedSince")) or fact.occurred_at
        for name in NAMES.get(fact.type, ()):
            told[fact.resource, name].append((since, fact.received_at))
    return told


def _lies_in(event: Observation, told: Mapping[tuple[str, str], Sequence[tuple[datetime, datetime]]]) -> bool:
    stretches = told.get((event.resource, str(event.data["name"])), ())
    return any(since - SLACK <= event.occurred_at <= seen + SLACK for since, seen in stretches)
