"""Evaluation: what waits becomes events, once, whoever else is at it and whatever stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts.events import drafts, evaluate, partitions
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import EventCount, SystemEvent
from alerts.facts.collect import collect
from alerts.facts.models import Fact
from alerts.sources.base import Observation
from tests.builders import NOW, OTHER_UID, REGION, UID, a_fact, a_key, an_account, an_arn, an_observation

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
OCCURRING = {
    "kms.key.deletion-scheduled": "Key:ScheduleKeyDeletion:Success",
    "kms.key.deleted": "Key:DeleteKey:Success",
    "kms.secret.deletion-scheduled": "Secret:ScheduleSecretDeletion:Success",
    "kms.secret.deleted": "Secret:DeleteSecret:Success",
    "kms.secret.rotation-succeeded": "Secret:RotateSecret:Success",
    "kms.secret.rotation-failed": "Secret:RotateSecret:Failure",
    "kms.key.sync-succeeded": "Key:SyncKey:Success",
    "kms.key.sync-failed": "Key:SyncKey:Failure",
}


def names() -> list[str]:
    return list(SystemEvent.objects.order_by("id").values_list("name", flat=True))


def send(seen: Sequence[Observation]) -> int:
    return collect(an_account(), seen, origin="cloudevents", now=NOW).accepted


@db
@pytest.mark.parametrize(("fact_type", "name"), OCCURRING.items())
def test_one_fact_is_one_event(fact_type: str, name: str) -> None:
    kind = fact_type.split(".")[1]
    fact = a_fact(fact_type, an_arn(kind, "the-one"), at=NOW - MINUTE, extra="told")
    evaluate_batch(now=NOW)
    event = SystemEvent.objects.get()
    assert (event.name, event.occurred_at, event.received_at) == (name, NOW - MINUTE, NOW)
    assert (event.account_id, event.region, event.resource) == (UID, REGION, fact.resource)
    assert event.instance_name == "the-one"
    naming = {"key": "keyId", "secret": "secretName"}[kind]
    assert event.content == {"eventId": fact.external_id, naming: "the-one", "extra": "told"}


@db
@pytest.mark.parametrize(
    ("fact_type", "name"),
    [
        ("kms.key.deletion-cancelled", "Key:CancelKeyDeletion:Success"),
        ("kms.secret.restored", "Secret:RestoreSecret:Success"),
    ],
)
def test_what_is_taken_back_is_an_event_of_its_own(fact_type: str, name: str) -> None:
    a_fact(fact_type, an_arn(fact_type.split(".")[1]))
    evaluate_batch(now=NOW)
    assert (names(), Fact.objects.filter(evaluated_at=None).count()) == ([name], 0)


@db
def test_the_same_batch_sent_three_times_is_one_set_of_events() -> None:
    seen = [an_observation("kms.key.deleted", an_arn("key")) for _ in range(5)]
    assert [send(seen), send(seen[::-1]), send(seen)] == [5, 0, 0]
    evaluate_batch(now=NOW)
    assert send(seen) == 0
    assert evaluate_batch(now=NOW) == 0
    assert (len(names()), sum(EventCount.objects.values_list("count", flat=True))) == (5, 5)


@db
def test_an_alias_names_the_resource_in_the_event() -> None:
    key = a_key(alias="alias/payments")
    a_fact("kms.key.sync-failed", key.arn)
    evaluate_batch(now=NOW)
    assert SystemEvent.objects.get().instance_name == "alias/payments"


@db
def test_facts_of_two_accounts_stay_apart() -> None:
    same = "the-same-name"
    for uid in (UID, OTHER_UID):
        a_fact("kms.secret.deleted", an_arn("secret", same, uid=uid))
    evaluate_batch(now=NOW)
    assert sorted(SystemEvent.objects.values_list("account_id", "resource")) == [
        (uid, an_arn("secret", same, uid=uid)) for uid in (UID, OTHER_UID)
    ]


@db
def test_a_fact_that_was_too_old_when_its_turn_came_is_listed_now() -> None:
    a_fact("kms.key.deleted", an_arn("key"), at=NOW - timedelta(days=89))
    a_fact("cloudmonitor.system-event", an_arn("key"), at=NOW - timedelta(days=89), name="Any:Thing:Else", level="INFO")
    later = NOW + timedelta(days=20)
    evaluate_batch(now=later)
    assert {(event.occurred_at, event.note) for event in SystemEvent.objects.all()} == {(later, "OutsideRetention")}
    assert len(names()) == 2


@db
def test_a_poison_fact_is_set_aside_and_those_behind_it_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    before, poison, behind = (a_fact("kms.key.deleted", an_arn("key")) for _ in range(3))
    _poison(monkeypatch, poison.pk)
    assert evaluate_batch(now=NOW) == 2
    assert {event.fact_id for event in SystemEvent.objects.all()} == {before.pk, behind.pk}
    poison.refresh_from_db()
    assert (poison.evaluated_at, poison.failures, poison.retry_at) == (None, 1, NOW + 2 * SECOND)
    assert poison.error == "ValueError: poison"
    assert evaluate_batch(now=NOW + SECOND) == 0


@db
def test_a_poison_fact_is_tried_ever_more_rarely_and_goes_through_once_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = a_fact("kms.key.deleted", an_arn("key"))
    waits = []
    now = NOW
    with monkeypatch.context() as poisoned:
        _poison(poisoned, fact.pk)
        for _ in range(14):
            evaluate_batch(now=now)
            fact.refresh_from_db()
            assert fact.retry_at
            waits.append((fact.retry_at - now).total_seconds())
            now = fact.retry_at
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == 3600
    evaluate_batch(now=now)
    fact.refresh_from_db()
    assert (len(names()), fact.error) == (1, "")


def _poison(monkeypatch: pytest.MonkeyPatch, pk: int) -> None:
    def poisoned(fact: Fact, *rest: object, **named: object) -> object:
        if fact.pk == pk:
            message = "poison"
            raise ValueError(message)
        return drafts.draft_occurrences(fact, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(evaluate, "draft_occurrences", poisoned)


@db
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda _: an_observation("kms.key.deletion-scheduled", an_arn("key")), id="500 keys"),
        pytest.param(lambda _: an_observation("kms.secret.rotation-failed", an_arn("secret")), id="500 secrets"),
        pytest.param(
            lambda n: an_observation(
                "kms.instance.usage", an_arn("keystore", "one"), at=NOW + n * SECOND, resourceType="qps", used=n % 100,
                quota=100,
            ),
            id="one instance",
        ),
    ],
)  # fmt: skip
def test_a_storm_takes_a_fixed_number_of_statements(make: Callable[[int], Observation]) -> None:
    partitions.ensure(now=NOW)
    counts = []
    for size in (1, 60):
        send([make(number) for number in range(size)])
        with CaptureQueriesContext(connection) as queries:
            assert evaluate_batch(now=NOW) == size
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2 <= 30


def at_once(work: Callable[[], object], *, workers: int = 4) -> list[object]:
    """Run `work` in so many threads, each with a database connection of its own."""

    def one(_number: int) -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))


@committed
def test_two_workers_on_the_samples_of_one_instance_make_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "BATCH", 7)
    partitions.ensure(now=NOW)
    arn = an_arn("keystore")
    taken = [(n, 95 if n % 40 < 20 else 10) for n in range(200)]
    send([
        an_observation("kms.instance.usage", arn, at=NOW + n * SECOND, resourceType="qps", used=used, quota=100)
        for n, used in taken
    ])  # fmt: skip
    at_once(lambda: [evaluate_batch(now=NOW) for _ in range(40)])
    told = SystemEvent.objects.filter(resource=arn, name="Instance:QPSUsage:NinetyPercent")
    excursions = [range(start, start + 20) for start in range(0, 200, 40)]
    at = [(event.occurred_at - NOW) // SECOND for event in told]
    assert [sum(second in each for second in at) for each in excursions] == [1] * 5
    assert len(at) == 5
    assert Fact.objects.filter(evaluated_at=None).count() == 0
    assert Fact.objects.exclude(failures=0).count() == 0


@committed
def test_workers_with_facts_of_the_same_resources_in_all_orders_do_not_get_in_each_others_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluate, "BATCH", 11)
    kinds = {"kms.key.sync-failed": "key", "kms.secret.rotation-failed": "secret", "kms.instance.usage": "keystore"}
    usage: dict[str, Any] = {"resourceType": "key", "used": 1, "quota": 100}
    seen = [
        an_observation(fact_type, an_arn(kind, f"{kind}-{number * step % 13}"), **usage)
        for number in range(60)
        for step, (fact_type, kind) in enumerate(kinds.items(), start=1)
    ]
    send(seen)
    at_once(lambda: [evaluate_batch(now=NOW) for _ in range(25)])
    assert Fact.objects.filter(evaluated_at=None).count() == 0
    assert Fact.objects.exclude(failures=0).count() == 0
    assert SystemEvent.objects.count() == 120


@committed
def test_a_worker_that_dies_in_the_middle_loses_and_repeats_nothing() -> None:
    partitions.ensure(now=NOW)
    send([an_observation("kms.key.deleted", an_arn("key")) for _ in range(20)])
    with transaction.atomic():
        evaluate._evaluate(list(Fact.objects.pending(now=NOW).select_for_update(skip_locked=True)), now=NOW)
        transaction.set_rollback(True)
    assert names() == []
    assert evaluate_batch(now=NOW) == 20
    assert len(names()) == 20
