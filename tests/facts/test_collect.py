"""Collecting: observations become facts, each once, also when several callers bring the same ones at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from alerts.facts.collect import Collected, collect, record_fact
from alerts.facts.models import Fact
from alerts.sources.base import Observation
from tests.builders import NOW, OTHER_UID, a_fact, an_account, an_arn, an_observation

db = pytest.mark.django_db


def bring(seen: list[Observation]) -> Collected:
    return collect(an_account(), seen, origin="cloudevents", now=NOW)


@db
def test_a_repeat_is_known_by_source_and_id_whatever_else_it_says() -> None:
    arn = an_arn("key")
    first = an_observation("kms.key.deleted", arn, key="same", said=1)
    again = an_observation("kms.key.deleted", arn, key="same", said=2)
    other = an_observation("kms.key.deleted", arn.replace("hangzhou", "shanghai"), key="same")
    assert bring([first, again]) == Collected(accepted=1, duplicates=1)
    assert bring([again, other]) == Collected(accepted=1, duplicates=1)
    assert list(Fact.objects.order_by("id").values_list("data", flat=True)) == [{"said": 1}, {}]


@db
def test_two_accounts_have_keys_of_their_own() -> None:
    seen = an_observation("kms.key.deleted", an_arn("key"))
    assert collect(an_account(), [seen], origin="cloudevents", now=NOW).accepted == 1
    assert collect(an_account(OTHER_UID), [seen], origin="cloudevents", now=NOW).accepted == 1


@db
def test_facts_are_numbered_in_the_order_in_which_they_were_sent() -> None:
    seen = [an_observation("kms.key.deleted", an_arn("key"), key=f"{number * 7 % 50:02d}") for number in range(50)]
    bring(seen)
    assert list(Fact.objects.order_by("id").values_list("external_id", flat=True)) == [each.id for each in seen]


@db
def test_a_fact_says_what_was_observed() -> None:
    seen = an_observation("kms.key.deleted", an_arn("key"), at=NOW - timedelta(hours=1), text="密钥 \\ “ \u2028", n=1.5)
    bring([seen])
    fact = Fact.objects.get()
    assert (fact.type, fact.region, fact.resource, fact.origin) == (
        seen.type,
        seen.region,
        seen.resource,
        "cloudevents",
    )
    assert (fact.occurred_at, fact.received_at, fact.evaluated_at) == (seen.occurred_at, NOW, None)
    assert fact.data == seen.data


@db
def test_nothing_to_collect_is_fine() -> None:
    assert bring([]) == Collected(accepted=0, duplicates=0)


@db
def test_two_facts_of_our_own_are_never_the_same() -> None:
    for _ in range(2):
        record_fact(an_account(), fact_type="kms.key.deleted", region="cn-hangzhou", resource="x", now=NOW, data={})
    assert Fact.objects.filter(origin="estate", occurred_at=NOW).count() == 2


@db
def test_a_failing_fact_waits_for_its_time_and_an_evaluated_one_for_none() -> None:
    waiting, failing, done = (a_fact("kms.key.deleted", an_arn("key")) for _ in range(3))
    Fact.objects.filter(pk=failing.pk).update(retry_at=NOW + timedelta(seconds=2))
    Fact.objects.filter(pk=done.pk).update(evaluated_at=NOW)
    assert list(Fact.objects.pending(now=NOW)) == [waiting]
    assert list(Fact.objects.pending(now=NOW + timedelta(seconds=2))) == [waiting, failing]


@pytest.mark.django_db(transaction=True)
def test_callers_with_the_same_facts_in_other_orders_store_each_once() -> None:
    seen = [an_observation("kms.key.deleted", an_arn("key")) for _ in range(400)]
    account = an_account()

    def caller(number: int) -> int:
        mine = seen[:]
        Random(number).shuffle(mine)
        try:
            return collect(account, mine, origin="cloudevents", now=NOW).accepted
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(caller, range(6))) == 400
    assert Fact.objects.count() == 400
