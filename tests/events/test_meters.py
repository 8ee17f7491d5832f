"""Usage against quotas, on the real database: every order of arrival, every split into batches, two workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.estate.instances import change_quotas, record_usage
from alerts.events import partitions
from alerts.events.course import MEMORY, forget_samples
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent, UsageSample
from alerts.facts.collect import collect
from alerts.facts.models import Fact
from tests.builders import NOW, an_account, an_arn, an_instance, an_observation
from tests.events.excursions import excursions

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
QPS90, QPS70 = "Instance:QPSUsage:NinetyPercent", "Instance:QPSUsage:SeventyPercent"
BACK = "Instance:QPSUsage:Normal"
Taken = tuple[datetime, float, float]


def sample(
    used: float, *, arn: str, at: datetime = NOW, quota: float = 100, of: str = "qps", evaluate: bool = True
) -> None:
    send([(at, used, quota)], arn=arn, of=of)
    if evaluate:
        evaluate_batch(now=NOW)


def send(taken: Sequence[Taken], *, arn: str, of: str = "qps") -> None:
    seen = [
        an_observation("kms.instance.usage", arn, at=at, resourceType=of, used=used, quota=quota)
        for at, used, quota in taken
    ]
    collect(an_account(), seen, origin="cloudevents", now=NOW)


def told(arn: str) -> list[tuple[str, datetime]]:
    events = SystemEvent.objects.filter(resource=arn).order_by("id")
    return sorted(events.values_list("name", "occurred_at"), key=lambda each: (each[1], each[0]))


@pytest.fixture
def arn() -> str:
    return an_arn("keystore")


def test_a_crossing_is_an_event_at_the_time_of_its_sample(arn: str) -> None:
    sample(91.3, arn=arn, at=NOW - 40 * SECOND, quota=100)
    event = SystemEvent.objects.get(name=QPS90)
    assert (event.occurred_at, event.level, event.resource) == (NOW - 40 * SECOND, "CRITICAL", arn)
    assert event.content == {
        "eventId": str(Fact.objects.get().pk),
        "kmsInstanceId": arn.rpartition("/")[2],
        "resourceType": "qps",
        "resourceQuota": 100,
        "usedQuantity": 91.3,
        "usagePercent": 91.3,
        "threshold": 90,
    }


def test_crossing_both_lines_at_once_gives_both_events(arn: str) -> None:
    sample(95, arn=arn)
    assert told(arn) == [(QPS90, NOW), (QPS70, NOW)]


def test_it_stays_quiet_while_above_and_fires_again_after_it_was_below(arn: str) -> None:
    for second, used in enumerate((95, 99, 91, 86, 95, 84, 90, 64, 71)):
        sample(used, arn=arn, at=NOW + second * SECOND)
    assert told(arn) == [
        (QPS90, NOW),
        (QPS70, NOW),
        (BACK, NOW + 5 * SECOND),
        (QPS90, NOW + 6 * SECOND),
        (BACK, NOW + 7 * SECOND),
        (QPS70, NOW + 8 * SECOND),
    ]


@pytest.mark.parametrize(
    ("of", "names"),
    [
        ("qps", {QPS70, QPS90}),
        ("key", {"Instance:KeyUsage:SeventyPercent", "Instance:KeyUsage:NinetyPercent"}),
        ("secret", {"Instance:SecretUsage:SeventyPercent", "Instance:SecretUsage:NinetyPercent"}),
        ("vpc", {"Instance:AccessManagementUsage:SeventyPercent", "Instance:AccessManagementUsage:NinetyPercent"}),
    ],
)
def test_every_quota_has_events_of_its_own(arn: str, of: str, names: set[str]) -> None:
    sample(95, arn=arn, of=of)
    assert {name for name, _ in told(arn)} == names


def test_the_margin_of_the_instance_counts() -> None:
    instance = an_instance()
    change_quotas(instance, quotas={}, rearm_margin=20, now=NOW)
    for second, used in enumerate((95, 75, 95)):
        sample(used, arn=instance.arn, at=NOW + second * SECOND)
    assert [name for name, _ in told(instance.arn)].count(QPS90) == 1
    change_quotas(instance, quotas={}, rearm_margin=5, now=NOW)
    for second, used in enumerate((75, 95)):
        sample(used, arn=instance.arn, at=NOW + (5 + second) * SECOND)
    assert [name for name, _ in told(instance.arn)].count(QPS90) == 2


def test_a_quota_that_is_lowered_in_the_console_fires_for_the_usage_that_is_known() -> None:
    instance = an_instance(qps_quota=1000)
    record_usage(instance, resource_type="qps", used=600, now=NOW)
    evaluate_batch(now=NOW)
    assert told(instance.arn) == []
    change_quotas(instance, quotas={"qps_quota": 660}, rearm_margin=5, now=NOW + SECOND)
    evaluate_batch(now=NOW + SECOND)
    assert told(instance.arn) == [(QPS90, NOW + SECOND), (QPS70, NOW + SECOND)]


def test_a_quota_of_zero_is_no_line_to_cross(arn: str) -> None:
    sample(50, arn=arn, quota=0)
    sample(95, arn=arn, at=NOW + SECOND)
    sample(50, arn=arn, at=NOW + 2 * SECOND, quota=0)
    sample(96, arn=arn, at=NOW + 3 * SECOND)
    assert told(arn) == [(QPS90, NOW + SECOND), (QPS70, NOW + SECOND)]


def test_samples_of_one_moment_count_in_the_order_of_their_arrival(arn: str) -> None:
    send([(NOW, 95, 100), (NOW, 10, 100), (NOW, 95, 100)], arn=arn)
    evaluate_batch(now=NOW)
    assert [name for name, _ in told(arn)].count(QPS90) == 2


def test_a_late_sample_that_cuts_an_excursion_twice_leaves_none_unannounced(arn: str) -> None:
    # 87 is above only because of what comes before it.
    for second, used in ((2, 87), (3, 95), (1, 95), (1.5, 50)):
        sample(used, arn=arn, at=NOW + second * SECOND)
    assert [moment for name, moment in told(arn) if name == QPS90] == [NOW + SECOND, NOW + 3 * SECOND]


taken_samples = st.lists(
    st.tuples(
        st.sampled_from([0, 50, 64, 66, 70, 80, 84, 86, 87, 90, 95, 120]), st.sampled_from([100, 100, 100, 100, 0, 130])
    ),
    min_size=1,
    max_size=9,
)
fewer = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def batches(data: st.DataObject, taken: Sequence[Taken]) -> Iterator[Sequence[Taken]]:
    left = list(taken)
    while left:
        size = data.draw(st.integers(1, len(left)))
        yield left[:size]
        left = left[size:]


@fewer
@given(taken_samples, st.data())
def test_in_order_each_crossing_is_one_event_however_the_batches_are_cut(
    used: list[tuple[float, float]], data: st.DataObject
) -> None:
    arn = an_arn("keystore")
    taken = [(NOW + index * SECOND, *each) for index, each in enumerate(used)]
    for batch in batches(data, taken):
        send(batch, arn=arn)
        evaluate_batch(now=NOW)
    for name, share in ((QPS90, 90), (QPS70, 70)):
        expected = [NOW + each.start * SECOND for each in excursions(used, share=share, margin=5)]
        assert [moment for told_name, moment in told(arn) if told_name == name] == expected
    ends = [NOW + (each.end + 1) * SECOND for each in excursions(used, share=90, margin=5)]
    assert [moment for name, moment in told(arn) if name == BACK] == [
        at for at in ends if at < NOW + len(used) * SECOND
    ]


@fewer
@given(taken_samples, st.data())
def test_in_any_order_each_excursion_is_announced_once_inside_itself(
    used: list[tuple[float, float]], data: st.DataObject
) -> None:
    arn = an_arn("keystore")
    taken = [(NOW + index * SECOND, *each) for index, each in enumerate(used)]
    for batch in batches(data, data.draw(st.permutations(taken))):
        send(batch, arn=arn)
        evaluate_batch(now=NOW)
    for name, share in ((QPS90, 90), (QPS70, 70)):
        at = [(moment - NOW) // SECOND for told_name, moment in told(arn) if told_name == name]
        found = excursions(used, share=share, margin=5)
        assert [sum(each.start <= index <= each.end for index in at) for each in found] == [1] * len(found)
        assert len(at) == len(found)
    # A sample that came late may have ended an excursion earlier than it first seemed: both ends were told then.
    told_ends = {moment for name, moment in told(arn) if name == BACK}
    ends = [NOW + (each.end + 1) * SECOND for each in excursions(used, share=90, margin=5)]
    assert {at for at in ends if at < NOW + len(used) * SECOND} <= told_ends


def test_old_samples_are_forgotten_but_the_last_of_them_which_is_the_state(arn: str) -> None:
    for days in (9, 8.5, 1):
        sample(95, arn=arn, at=NOW - timedelta(days=days))
    assert forget_samples(now=NOW) == 1
    assert [each.sampled_at for each in UsageSample.objects.order_by("sampled_at")] == [
        NOW - timedelta(days=8.5),
        NOW - timedelta(days=1),
    ]
    sample(96, arn=arn, at=NOW - MEMORY + SECOND)
    assert len(told(arn)) == 2


def test_a_storm_takes_a_fixed_number_of_statements() -> None:
    partitions.ensure(now=NOW)
    counts = []
    for resources in (1, 20):
        arns = [an_arn("keystore") for _ in range(resources)]
        for arn in arns:
            send([(NOW, 95, 100)], arn=arn)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            evaluate_batch(now=NOW)
        counts.append(len(queries))
        assert all(len(told(arn)) == 2 for arn in arns)
    assert counts[0] == counts[1] <= 30
