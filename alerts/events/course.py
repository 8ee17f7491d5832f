"""The course of a meter: its samples in the order of their time, from where something new came in.

Loaded, extended and written for all meters of a batch at once, in a number of statements that does not grow with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.events.models import UsageMeter, UsageSample
from alerts.events.triggers import Sample, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from alerts.events.triggers import Reaches
    from alerts.facts.models import Fact

MEMORY = timedelta(days=8)
"""How long samples are kept: a sample that comes later than this is judged by what is left of its surroundings."""
SAID = ("above", "announced", "fired")

PREVIOUS = """
    SELECT sample.* FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (meter_id, since)
    CROSS JOIN LATERAL (
        SELECT * FROM events_usagesample AS one
        WHERE one.meter_id = wanted.meter_id AND one.sampled_at < wanted.since
        ORDER BY one.sampled_at DESC, one.fact_id DESC LIMIT 1
    ) AS sample
"""
FOLLOWING = """
    SELECT sample.* FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (meter_id, since)
    JOIN events_usagesample AS sample ON sample.meter_id = wanted.meter_id AND sample.sampled_at >= wanted.since
"""


@dataclass(slots=True)
class Course:
    """The samples of one meter from some moment on, old and new, and the last one before that moment."""

    meter: UsageMeter
    previous: UsageSample | None
    samples: list[UsageSample]
    new: Collection[int]
    """The facts whose samples are not stored yet."""
    changed: dict[int, UsageSample] = field(default_factory=dict)

    def crossings(self, trigger: Reaches, *, margin: int) -> list[UsageSample]:
        """Return the samples that announce an excursion now, and remember of each sample what the trigger says."""
        before = _standing(self.previous, trigger.share)
        replay = trigger.replay([_seen(each, trigger.share) for each in self.samples], before=before, margin=margin)
        if -1 in replay.firing:
            self._go_back(trigger.share)
            return self.crossings(trigger, margin=margin)
        for index, (sample, standing) in enumerate(zip(self.samples, replay.standings, strict=True)):
            self._note(sample, trigger.share, standing, fires=index in replay.firing)
        return [self.samples[index] for index in replay.firing]

    def re_armings(self, share: int) -> list[UsageSample]:
        """Return the samples that end an announced excursion above this line, as `crossings` remembered it."""
        before = (self.previous, *self.samples)
        pairs = zip(before, self.samples, strict=False)
        return [sample for last, sample in pairs if last and share in last.announced and share not in sample.above]

    def _go_back(self, share: int) -> None:
        # Only after late samples in an unlucky order: one announced an excursion that the next one cut in two.
        assert self.previous is not None
        kept = self.meter.samples.filter(sampled_at__lte=self.previous.sampled_at).order_by("-sampled_at", "-fact_id")
        present = {sample.fact_id for sample in self.samples}
        for sample in kept.iterator(chunk_size=200):
            if sample.fact_id in present:
                continue
            self.previous = sample
            if share not in sample.above:
                return
            self.samples.insert(0, sample)
        self.previous = None

    def _note(self, sample: UsageSample, share: int, standing: Standing, *, fires: bool) -> None:
        said = {
            "above": standing.above,
            "announced": standing.announced,
            "fired": fires or share in sample.fired,
        }
        for name, holds in said.items():
            was = getattr(sample, name)
            if holds != (share in was):
                setattr(sample, name, sorted({*was} ^ {share}))
                self.changed[sample.fact_id] = sample


def _seen(sample: UsageSample, share: int) -> Sample:
    return Sample(used=sample.used, quota=sample.quota, fired=share in sample.fired)


def _standing(sample: UsageSample | None, share: int) -> Standing:
    if sample is None:
        return Standing()
    return Standing(above=share in sample.above, announced=share in sample.announced)


def courses_of(told: Iterable[tuple[UsageMeter, Sequence[Fact]]]) -> list[Course]:
    """Return the course of each meter from the earliest of its new facts on, with these in their places.

    The caller holds the locks of the meters.
    """
    facts = dict(told)
    since = [min(fact.occurred_at for fact in each) for each in facts.values()]
    where = ([meter.pk for meter in facts], since)
    previous = {sample.meter_id: sample for sample in UsageSample.objects.raw(PREVIOUS, where)}
    samples: dict[int, dict[int, UsageSample]] = defaultdict(dict)
    for sample in UsageSample.objects.raw(FOLLOWING, where):
        samples[sample.meter_id][sample.fact_id] = sample
    return [_course(meter, previous.get(meter.pk), samples[meter.pk], each) for meter, each in facts.items()]


def _course(
    meter: UsageMeter, previous: UsageSample | None, stored: Mapping[int, UsageSample], facts: Sequence[Fact]
) -> Course:
    new = {fact.pk: _sample(meter, fact) for fact in facts if fact.pk not in stored}
    return Course(meter, previous, sorted([*stored.values(), *new.values()], key=_place), new.keys())


def _place(sample: UsageSample) -> tuple[datetime, int]:
    return sample.sampled_at, sample.fact_id


def _sample(meter: UsageMeter, fact: Fact) -> UsageSample:
    used, quota = fact.data["used"], fact.data["quota"]
    return UsageSample(meter=meter, fact_id=fact.pk, sampled_at=fact.occurred_at, used=used, quota=quota)


def write(courses: Iterable[Course]) -> None:
    """Store the new samples, and what is now said differently about old ones."""
    new, changed = [], []
    for course in courses:
        new += [sample for sample in course.samples if sample.fact_id in course.new]
        changed += [sample for fact_id, sample in course.changed.items() if fact_id not in course.new]
    # An upsert of rows that are there: many times faster than `bulk_update`.
    UsageSample.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=SAID)
    UsageSample.objects.bulk_create(new)


def forget_samples(*, now: datetime) -> int:
    """Delete samples older than eight days but for the last of each meter, which is its state. Returns how many."""
    old = UsageSample.objects.filter(sampled_at__lt=now - MEMORY)
    last = old.order_by("meter_id", "-sampled_at", "-fact_id").distinct("meter_id").values("pk")
    return old.exclude(pk__in=last).delete()[0]
