"""What facts from outside write into the estate: everything becomes known, and no older news overrides newer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db.models import Model

from alerts.estate.keys import cancel_key_deletion
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Origin, Secret, Synchronization, Usage
from alerts.estate.replicas import record_synchronization
from alerts.estate.secrets import delete_secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import (
    NOW,
    OTHER_UID,
    REGION,
    UID,
    a_fact,
    a_key,
    a_replica,
    a_secret,
    an_account,
    an_arn,
    an_instance,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def hear(fact_type: str, arn: str, *, at: datetime = NOW, **data: Any) -> None:
    a_fact(fact_type, arn, at=at, **data)
    evaluate_batch(now=NOW)


@pytest.mark.parametrize(
    ("model", "kind", "fact_type", "data"),
    [
        (Key, "key", "kms.key.sync-failed", {}),
        (Secret, "secret", "kms.secret.rotation-failed", {}),
        (ClientKey, "clientkey", "kms.client-key.observed", {"notAfter": "2030-01-01T00:00:00Z"}),
        (Instance, "keystore", "kms.instance.usage", {"resourceType": "qps", "used": 1, "quota": 50}),
    ],
)
def test_a_fact_about_an_unknown_resource_makes_it_known(
    model: type[Model], kind: str, fact_type: str, data: dict[str, Any]
) -> None:
    arn = an_arn(kind, "x" * 255)
    hear(fact_type, arn, at=NOW - DAY, **data)
    row: Any = model._default_manager.get()
    assert (row.account_id, row.region, row.arn, row.origin) == (UID, REGION, arn, Origin.OBSERVED)
    assert row.created_at == NOW - DAY
    hear(fact_type, arn, **data)
    assert model._default_manager.count() == 1


def test_the_same_name_in_another_region_or_account_is_another_resource() -> None:
    for uid, region in ((UID, REGION), (UID, "cn-shanghai"), (OTHER_UID, REGION)):
        hear("kms.key.sync-failed", an_arn("key", "same", uid=uid, region=region))
    assert Key.objects.count() == 3


def test_an_imported_event_makes_its_resource_known_too() -> None:
    a_fact("cloudmonitor.system-event", an_arn("secret", "app"), name="Any:Thing", level="INFO")
    a_fact("cloudmonitor.system-event", "acs:ecs:cn-hangzhou:1000000000000001:instance/i-1", name="Any", level="INFO")
    evaluate_batch(now=NOW)
    assert (Secret.objects.get().name, SystemEvent.objects.count()) == ("app", 2)


def test_deletion_told_from_outside_goes_through_the_states() -> None:
    arn = an_arn("key")
    hear("kms.key.deletion-scheduled", arn, at=NOW - 3 * MINUTE, pendingWindowInDays=7)
    key = Key.objects.get()
    assert (key.state, key.delete_at, key.state_by) == ("PendingDeletion", NOW - 3 * MINUTE + 7 * DAY, Origin.OBSERVED)
    hear("kms.key.deletion-cancelled", arn, at=NOW - 2 * MINUTE)
    key.refresh_from_db()
    assert (key.state, key.delete_at) == ("Enabled", None)
    hear("kms.key.deleted", arn, at=NOW - MINUTE)
    key.refresh_from_db()
    assert (key.state, key.deleted_at) == ("Deleted", NOW - MINUTE)
    hear("kms.key.deletion-cancelled", arn)
    key.refresh_from_db()
    assert key.state == "Deleted"


@pytest.mark.parametrize("data", [{"deleteDate": "2027-03-04T05:06:07Z"}, {"deleteDate": "20270304T130607+0800"}])
def test_the_planned_date_is_taken_as_it_is_told(data: dict[str, Any]) -> None:
    hear("kms.key.deletion-scheduled", an_arn("key"), **data)
    assert Key.objects.get().delete_at == datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize("said", [None, "soon", -1, 0, 10**9, True, {"a": 1}])
def test_a_period_that_makes_no_sense_is_the_usual_one(said: object) -> None:
    hear("kms.secret.deletion-scheduled", an_arn("secret"), recoveryWindowInDays=said, plannedDeleteTime="soon")
    assert Secret.objects.get().delete_at == NOW + 30 * DAY


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_any_order_the_newest_news_of_a_key_counts(order: tuple[int, ...]) -> None:
    arn = an_arn("key")
    story = ("kms.key.deletion-scheduled", "kms.key.deletion-cancelled", "kms.key.deletion-scheduled")
    for step in order:
        hear(story[step], arn, at=NOW - (3 - step) * MINUTE, pendingWindowInDays=7 + step)
    key = Key.objects.get()
    assert (key.state, key.delete_at) == ("PendingDeletion", NOW - MINUTE + 9 * DAY)
    assert SystemEvent.objects.filter(name="Key:ScheduleKeyDeletion:Success").count() == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_any_order_the_newest_news_of_a_rotation_counts(order: tuple[int, ...]) -> None:
    arn = an_arn("secret")
    story = ("kms.secret.rotation-succeeded", "kms.secret.rotation-failed", "kms.secret.rotation-succeeded")
    for step in order:
        hear(story[step], arn, at=NOW - (3 - step) * MINUTE, secretType="Rds")
    secret = Secret.objects.get()
    assert (secret.rotation, secret.rotated_at, secret.type) == (Secret.Rotation.ENABLED, NOW - MINUTE, "Rds")


def test_in_any_order_the_newest_usage_counts_and_brings_its_quota() -> None:
    arn = an_arn("keystore")
    for minutes, used, quota in ((2, 10, 100), (1, 20, 200), (3, 30, 300)):
        hear("kms.instance.usage", arn, at=NOW - minutes * MINUTE, resourceType="qps", used=used, quota=quota)
    hear("kms.instance.usage", arn, resourceType="key", used=1, quota=10**15)
    usage = Usage.objects.get(resource_type="qps")
    assert (usage.used, usage.quota, usage.sampled_at) == (20, 200, NOW - MINUTE)
    instance = Instance.objects.get()
    assert (instance.qps_quota, instance.key_quota) == (200, 2_147_483_647)


def test_many_samples_of_one_batch_leave_the_newest_of_each_quota() -> None:
    arn = an_arn("keystore")
    for number in range(6):
        a_fact(
            "kms.instance.usage", arn, at=NOW - number * MINUTE, resourceType=("qps", "key")[number % 2],
            used=number, quota=100,
        )  # fmt: skip
    evaluate_batch(now=NOW)
    assert dict(Usage.objects.values_list("resource_type", "used")) == {"qps": 0, "key": 1}


def test_news_of_the_outside_and_of_the_console_meet_in_one_row() -> None:
    key = a_key(now=NOW - DAY)
    hear("kms.key.deletion-scheduled", key.arn, at=NOW - MINUTE)
    key = cancel_key_deletion(key, now=NOW)
    hear("kms.key.deletion-scheduled", key.arn, at=NOW - 2 * MINUTE)
    key.refresh_from_db()
    assert (key.state, key.state_by, Key.objects.count()) == ("Enabled", Origin.CONSOLE, 1)


def test_a_secret_that_comes_back_under_its_old_name_is_a_new_one() -> None:
    old = a_secret(name="app", now=NOW - DAY)
    delete_secret(old, force=True, now=NOW - 2 * MINUTE)
    hear("kms.secret.rotation-failed", old.arn, at=NOW - 3 * MINUTE)
    assert Secret.objects.count() == 1
    hear("kms.secret.rotation-failed", old.arn, at=NOW - MINUTE)
    assert Secret.objects.count() == 2
    assert Secret.objects.living().get().rotation == Secret.Rotation.INVALID


def test_a_synchronization_told_from_outside_updates_its_replica() -> None:
    replica = a_replica()
    key = a_key(instance=replica.primary)
    record_synchronization(replica, key=key, succeeded=True, now=NOW - DAY)
    told = {
        "replicaInstanceId": replica.replica.instance_id,
        "failureInfo": {"errorCode": "Quota", "errorMessage": "m"},
    }
    hear("kms.key.sync-failed", key.arn, at=NOW, **told)
    hear("kms.key.sync-succeeded", key.arn, at=NOW - MINUTE, **told)
    row = Synchronization.objects.get()
    assert (row.status, row.error_code, row.error_message, row.updated_at) == ("Failed", "Quota", "m", NOW)


def test_client_keys_of_one_access_point_share_it() -> None:
    for _ in range(3):
        a_fact("kms.client-key.observed", an_arn("clientkey"), notAfter="2030-01-01T00:00:00Z", aapName="payments")
    evaluate_batch(now=NOW)
    assert AccessPoint.objects.get().client_keys.count() == 3


def test_our_own_facts_make_nothing_known_again() -> None:
    instance = an_instance()
    key = a_key(instance=instance)
    arn = key.arn
    Key.objects.all().delete()
    Fact.objects.create(
        account=an_account(), origin="estate", source="x", external_id="x", type="kms.key.deleted", region=REGION,
        resource=arn, occurred_at=NOW, received_at=NOW, data={},
    )  # fmt: skip
    evaluate_batch(now=NOW)
    assert (Key.objects.count(), SystemEvent.objects.filter(resource=arn).count()) == (0, 1)
