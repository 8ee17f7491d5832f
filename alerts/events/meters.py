"""Meters: usage samples against the lines of the catalogue, right in whatever order the samples come.

The row of the meter is locked, so two workers take turns on one quota of one instance. The samples of some days are
kept with what was said about them: a late one is put in its place, and what follows is looked at again. A sample may
name events that somebody else has told or will tell of it (`told`): it counts, and these are not raised.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from alerts.events.catalog import DEFAULT_MARGIN, EventType, falling_back, reaching
from alerts.events.course import Course, courses_of, write
from alerts.events.models import UsageMeter, UsageSample
from alerts.events.record import Draft, listed_at
from alerts.facts.collect import ESTATE
from alerts.sources.base import parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from alerts.estate.models import Instance
    from alerts.events.triggers import FallsBack, Reaches
    from alerts.facts.models import Fact

USAGE = "kms.instance.usage"
MeterKey = tuple[str, str, str]


def read_meters(facts: Iterable[Fact], *, instances: Mapping[tuple[str, str], Instance], now: datetime) -> list[Draft]:
    """Return the events that these usage facts raise. `instances` is looked up by (account uid, ARN)."""
    by_meter: dict[MeterKey, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_meter[fact.account_id, fact.resource, str(fact.data["resourceType"])].append(fact)
    if not by_meter:
        return []
    courses = courses_of((meter, by_meter[key]) for key, meter in _locked(by_meter).items())
    drafts: list[Draft] = []
    for course in courses:
        meter = course.meter
        drafts += _read(course, instance=instances.get((meter.account_id, meter.resource)), now=now)
    write(courses)
    told = {fact.pk: fact.data.get("told") or () for each in by_meter.values() for fact in each}
    return [draft for draft in drafts if draft.name not in told.get(draft.fact_id or 0, ())]


def _locked(keys: Iterable[MeterKey]) -> dict[MeterKey, UsageMeter]:
    # Every caller locks in the same order, so two workers wait for each other and never deadlock.
    wanted = sorted(keys)
    UsageMeter.objects.bulk_create(
        [UsageMeter(account_id=uid, resource=arn, resource_type=of) for uid, arn, of in wanted], ignore_conflicts=True
    )
    rows = (
        UsageMeter.objects.select_for_update()
        .filter(account__in={uid for uid, _, _ in wanted}, resource__in={arn for _, arn, _ in wanted})
        .order_by("account_id", "resource", "resource_type")
    )
    found = {(row.account_id, row.resource, row.resource_type): row for row in rows}
    return {key: found[key] for key in wanted}


def _read(course: Course, *, instance: Instance | None, now: datetime) -> list[Draft]:
    margin = instance.rearm_margin if instance else DEFAULT_MARGIN
    drafts = [
        _draft(course.meter, sample, event_type, trigger, instance=instance, now=now)
        for event_type, trigger in reaching(course.meter.resource_type)
        for sample in course.crossings(trigger, margin=margin)
    ]
    # A sample that is looked at again says the same again: the id of the event is that of the sample.
    return drafts + [
        _draft(course.meter, sample, event_type, trigger, instance=instance, now=now)
        for event_type, trigger in falling_back(course.meter.resource_type)
        for sample in course.re_armings(trigger.share)
    ]


def _draft(
    meter: UsageMeter,
    sample: UsageSample,
    event_type: EventType,
    trigger: Reaches | FallsBack,
    *,
    instance: Instance | None,
    now: datetime,
) -> Draft:
    occurred_at, note = listed_at(sample.sampled_at, now=now)
    resource = parse_resource(meter.resource)
    return Draft.of_type(
        event_type,
        account=meter.account_id,
        region=resource.region,
        resource=meter.resource,
        instance_name=str(instance) if instance else resource.id,
        occurred_at=occurred_at,
        note=note,
        content={"eventId": str(sample.fact_id), "kmsInstanceId": resource.id, **_reading(meter, sample, trigger)},
        occurrence=f"{meter.resource_type}:{trigger.share}:{sample.fact_id}",
        origin=ESTATE,
        fact_id=sample.fact_id,
    )


def _reading(meter: UsageMeter, sample: UsageSample, trigger: Reaches | FallsBack) -> dict[str, object]:
    return {
        "resourceType": meter.resource_type,
        "resourceQuota": _number(sample.quota),
        "usedQuantity": _number(sample.used),
        "usagePercent": round(sample.used * 100 / sample.quota, 1),
        "threshold": trigger.share,
    }


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value
