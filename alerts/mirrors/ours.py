"""What we have told ourselves, or are about to: by what an event of the cloud is recognised as the same happening.

A difference tells of the stretch between the two looks that found it, a sample of usage of the stretch since the one
before, a reminder of its days before the end. Facts that wait to be evaluated count as the events that they become.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.events.catalog import BY_NAME, CATALOG, due, falling_back, reaching
from alerts.events.deadlines import CLOUDS_SLACK, OBSERVED
from alerts.events.identity import first_id
from alerts.events.meters import USAGE
from alerts.events.models import SystemEvent, UsageSample
from alerts.events.triggers import DueIn
from alerts.facts.models import Fact
from alerts.sources.base import Observation
from alerts.sources.cloudmonitor import ORIGINS
from alerts.sources.reading import read_moment

ORIGIN: Final = "mirror"
SLACK: Final = timedelta(minutes=5)
DAY: Final = timedelta(days=1)
USUAL_STRETCH: Final = timedelta(hours=1)
"""How long before a sample of which the fact is not kept any more usage may have crossed the line."""


def _names() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in CATALOG:
        if each.trigger.fact:
            found[each.trigger.fact].add(each.name)
    return {fact: frozenset(names) for fact, names in found.items()}


NAMES: Final = _names()
"""Fact type to the names of the events that it may become."""
OURS: Final = frozenset(name for names in NAMES.values() for name in names)


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that we told: of a stretch of time, or of `days` before `ends_at`."""

    since: datetime | None = None
    until: datetime | None = None
    ends_at: datetime | None = None
    days: frozenset[int] = frozenset()
    trigger: DueIn | None = None

    def is_of(self, at: datetime) -> bool:
        """Say whether an event of the cloud at this moment, of the same name and resource, tells the same."""
        if self.trigger and self.ends_at:
            return self.trigger.window_at(at + CLOUDS_SLACK, ends_at=self.ends_at) in self.days
        return bool(self.since and self.until and self.since - SLACK <= at <= self.until + SLACK)


Told = dict[tuple[str, str], list[Telling]]
"""What was told, by resource and name of the event."""


def tellings(account: str, events: Sequence[Observation]) -> Told:
    """Return what we have told, or are about to, about the resources of these events of the cloud."""
    told: Told = defaultdict(list)
    if not events:
        return told
    about = {"account": account, "resource__in": {each.resource for each in events}}
    since = min(each.occurred_at for each in events) - DAY - SLACK
    rows = SystemEvent.objects.real().filter(**about, name__in={each.data["name"] for each in events})
    for event, telling in _of_events(list(rows.filter(id__gte=first_id(since)).exclude(origin__in=ORIGINS))):
        told[event.resource, event.name].append(telling)
    for fact in Fact.objects.filter(**about, origin=ORIGIN, evaluated_at=None):
        for name, telling in _of_fact(fact):
            told[fact.resource, name].append(telling)
    return told


def _of_events(events: Sequence[SystemEvent]) -> Iterator[tuple[SystemEvent, Telling]]:
    facts = Fact.objects.filter(type=USAGE).in_bulk([event.fact_id for event in events if event.fact_id])
    for event in events:
        trigger = BY_NAME[event.name].trigger
        fact = facts.get(event.fact_id or 0)
        if isinstance(trigger, DueIn):
            yield event, _reminder(trigger, event.content)
        elif trigger.fact == USAGE:
            yield event, _stretch(fact) if fact else Telling(event.occurred_at - USUAL_STRETCH, event.occurred_at)
        elif event.origin == ORIGIN:
            since = read_moment(event.content.get("observedSince")) or event.occurred_at
            yield event, Telling(since, event.received_at)


def _reminder(trigger: DueIn, content: Mapping[str, object]) -> Telling:
    missed = content.get("missedReminders")
    days = [content.get("remainingDays"), *(missed if isinstance(missed, list) else [])]
    told = frozenset(each for each in days if isinstance(each, int))
    return Telling(ends_at=read_moment(content.get("notAfter")), days=told, trigger=trigger)


def _stretch(fact: Fact) -> Telling:
    return Telling(read_moment(fact.data.get("observedSince")) or fact.occurred_at, fact.received_at)


def _of_fact(fact: Fact) -> Iterator[tuple[str, Telling]]:
    """Yield what a fact that waits is about to tell."""
    if fact.type == OBSERVED:
        ends_at = read_moment(fact.data.get("notAfter"))
        for event_type, trigger in due(OBSERVED) if ends_at else ():
            days = trigger.window_at(fact.occurred_at, ends_at=ends_at) if ends_at else None
            if days is not None:
                yield event_type.name, Telling(ends_at=ends_at, days=frozenset({days}), trigger=trigger)
    elif fact.type == USAGE:
        yield from ((name, _stretch(fact)) for name in _of_sample(fact) if name not in fact.data.get("told", ()))
    else:
        for name in NAMES.get(fact.type, ()):
            yield name, _stretch(fact)


def _of_sample(fact: Fact) -> Iterator[str]:
    """Yield the names of what a sample that waits will say, as it stands to the last one that was looked at."""
    used, quota, of = float(fact.data["used"]) * 100, float(fact.data["quota"]), str(fact.data["resourceType"])
    about = {"meter__account": fact.account_id, "meter__resource": fact.resource, "meter__resource_type": of}
    last = UsageSample.objects.filter(**about).order_by("sampled_at", "fact_id").last()
    for event_type, line in reaching(of):
        if 0 < quota * line.share <= used and not (last and line.share in last.above):
            yield event_type.name
    for event_type, end in falling_back(of):
        if used < quota * end.share and last and end.share in last.announced:
            yield event_type.name
