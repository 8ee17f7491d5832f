"""Meters: usage samples against the lines of the catalogue, right in whatever order the samples come.

The row of the meter is locked, so two workers take turns on one quota of one instance. The samples of some days are
kept with what was said about them: a late one is put in its place, and what follows is looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.events.catalog import DEFAULT_MARGIN, EventType, reaching
from alerts.events.models import UsageMeter, UsageSample
from alerts.events.record import Draft, listed_at
from alerts.events.triggers import Reaches, Sample
from alerts.facts.collect import ESTATE
from alerts.sources.base import parse_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from alerts.estate.models import Instance
    from alerts.facts.models import Fact

USAGE = "kms.instance.usage"
MEMORY = timedelta(days=8)
MeterKey = tuple[str, str, str]


def read_meters(facts: Iterable[Fact], *, instances: Mapping[tuple[str, str], Instance], now: datetime) -> list[Draft]:
    """Return the events that these usage facts raise. `instances` is looked up by (account uid, ARN)."""
    by_meter: dict[MeterKey, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_meter[fact.account_id, fact.resource, str(fact.data["resourceType"])].append(fact)
    drafts: list[Draft] = []
    for key, meter in _locked(by_meter).items():
        drafts += _read(meter, by_meter[key], instance=instances.get(key[:2]), now=now)
    return drafts


def _locked(keys: Iterable[MeterKey]) -> dict[MeterKey, UsageMeter]:
    # Every caller locks in the same order, so two workers wait for each other and never deadlock.
    wanted = sorted(keys)
    if not wanted:
        return {}
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


def _read(meter: UsageMeter, facts: Sequence[Fact], *, instance: Instance | None, now: datetime) -> list[Draft]:
    before, samples = _samples_from(meter, facts)
    margin = instance.rearm_margin if instance else DEFAULT_MARGIN
    drafts: list[Draft] = []
    states = [(list(sample.above), list(sample.fired)) for sample in samples]
    for event_type, trigger in reaching(meter.resource_type):
        crossings = _crossings(samples, trigger, before=trigger.share in before, margin=margin)
        drafts += [_draft(meter, at, event_type, trigger, instance=instance, now=now) for at in crossings]
    changed = [sample for sample, was in zip(samples, states, strict=True) if (sample.above, sample.fired) != was]
    UsageSample.objects.bulk_update(changed, ["above", "fired"], batch_size=500)
    return drafts


def _samples_from(meter: UsageMeter, facts: Sequence[Fact]) -> tuple[Sequence[int], list[UsageSample]]:
    """Store the facts as samples; return the state before the earliest of them, and every sample from there on."""
    UsageSample.objects.bulk_create(
        [
            UsageSample(meter=meter, fact_id=f.pk, sampled_at=f.occurred_at, used=f.data["used"], quota=f.data["quota"])
            for f in facts
        ],
        ignore_conflicts=True,
    )
    earliest = min(fact.occurred_at for fact in facts)
    kept = meter.samples.order_by("sampled_at", "fact_id")
    previous = kept.filter(sampled_at__lt=earliest).last()
    return (previous.above if previous else ()), list(kept.filter(sampled_at__gte=earliest))


def _crossings(samples: Sequence[UsageSample], trigger: Reaches, *, before: bool, margin: int) -> list[UsageSample]:
    share = trigger.share
    seen = [Sample(used=s.used, quota=s.quota, fired=share in s.fired) for s in samples]
    replay = trigger.replay(seen, before=before, margin=margin)
    for sample, above in zip(samples, replay.states, strict=True):
        sample.above = sorted({*sample.above} - {share} | ({share} if above else set()))
    firing = [samples[index] for index in replay.firing]
    for sample in firing:
        sample.fired = sorted({*sample.fired, share})
    return firing


def _draft(
    meter: UsageMeter,
    sample: UsageSample,
    event_type: EventType,
    trigger: Reaches,
    *,
    instance: Instance | None,
    now: datetime,
) -> Draft:
    occurred_at, note = listed_at(sample.sampled_at, now=now)
    resource = parse_resource(meter.resource)
    return Draft(
        account=meter.account_id,
        product=event_type.product,
        name=event_type.name,
        event_type=event_type.event_type,
        level=event_type.level,
        status=event_type.status,
        region=resource.region,
        resource=meter.resource,
        instance_name=str(instance) if instance else resource.id,
        occurred_at=occurred_at,
        note=note,
        content={
            "eventId": str(sample.fact_id),
            "kmsInstanceId": resource.id,
            "resourceType": meter.resource_type,
            "resourceQuota": _number(sample.quota),
            "usedQuantity": _number(sample.used),
            "usagePercent": round(sample.used * 100 / sample.quota, 1),
            "threshold": trigger.share,
        },
        occurrence=f"{meter.resource_type}:{trigger.share}",
        origin=ESTATE,
        titles=(event_type.title, event_type.title_zh),
        fact_id=sample.fact_id,
    )


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def forget_samples(*, now: datetime) -> int:
    """Delete samples older than eight days; a meter keeps its newest one, which is its state. Returns how many."""
    newest = UsageSample.objects.order_by("meter_id", "-sampled_at", "-fact_id").distinct("meter_id").values("pk")
    old = UsageSample.objects.filter(sampled_at__lt=now - MEMORY).exclude(pk__in=newest)
    return old.delete()[0]
