"""Secrets: states, rotation, and what each change records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.estate import secrets
from alerts.estate.models import Secret
from alerts.estate.refusal import Refused
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, REGION, a_secret, an_account, an_instance

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
WAITED = NOW + 7 * DAY
State, Rotation = Secret.State, Secret.Rotation

VERBS: dict[str, Callable[[Secret], Secret]] = {
    "schedule": lambda secret: secrets.schedule_secret_deletion(secret, days=7, now=LATER),
    "restore": lambda secret: secrets.restore_secret(secret, now=LATER),
    "delete": lambda secret: secrets.delete_secret(secret, force=False, now=WAITED),
    "force": lambda secret: secrets.delete_secret(secret, force=True, now=LATER),
    "rotate": lambda secret: secrets.record_rotation(secret, succeeded=True, now=LATER),
    "fail": lambda secret: secrets.record_rotation(secret, succeeded=False, now=LATER),
    "plan": lambda secret: secrets.set_rotation(secret, interval=7 * DAY, now=LATER),
}
ALLOWED = {
    (State.ENABLED, "schedule"): State.PENDING_DELETION,
    (State.ENABLED, "force"): State.DELETED,
    (State.ENABLED, "rotate"): State.ENABLED,
    (State.ENABLED, "fail"): State.ENABLED,
    (State.ENABLED, "plan"): State.ENABLED,
    (State.PENDING_DELETION, "restore"): State.ENABLED,
    (State.PENDING_DELETION, "delete"): State.DELETED,
    (State.PENDING_DELETION, "force"): State.DELETED,
}
FACTS = {
    "schedule": "kms.secret.deletion-scheduled",
    "restore": "kms.secret.restored",
    "delete": "kms.secret.deleted",
    "force": "kms.secret.deleted",
    "rotate": "kms.secret.rotation-succeeded",
    "fail": "kms.secret.rotation-failed",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", list(State))
def test_each_verb_in_each_state_changes_row_and_fact_together_or_nothing(state: Secret.State, verb: str) -> None:
    secret = a_secret(state=state)
    before = Fact.objects.count()
    after = ALLOWED.get((state, verb))
    if after is None:
        with pytest.raises(Refused, match="cannot be"):
            VERBS[verb](secret)
        assert Secret.objects.get().state == state
        assert Fact.objects.count() == before
        return
    assert VERBS[verb](secret).state == after
    assert Secret.objects.get().state == after
    new = list(Fact.objects.order_by("id")[before:].values_list("type", "resource"))
    assert new == ([(FACTS[verb], secret.arn)] if verb in FACTS else [])


@pytest.mark.parametrize(("days", "allowed"), [(6, False), (7, True), (30, True), (31, False)])
def test_the_waiting_period_is_7_to_30_days(days: int, *, allowed: bool) -> None:
    secret = a_secret()
    if allowed:
        assert secrets.schedule_secret_deletion(secret, days=days, now=NOW).delete_at == NOW + days * DAY
        return
    with pytest.raises(Refused, match="7 to 30"):
        secrets.schedule_secret_deletion(secret, days=days, now=NOW)


def test_a_failed_rotation_stops_automatic_rotation_until_one_succeeds() -> None:
    secret = secrets.set_rotation(a_secret(), interval=7 * DAY, now=NOW)
    assert (secret.rotation, secret.rotate_at) == (Rotation.ENABLED, NOW + 7 * DAY)
    secret = secrets.record_rotation(secret, succeeded=False, now=LATER, error_code="X", error_message="no such user")
    assert (secret.rotation, secret.rotate_at, secret.rotated_at) == (Rotation.INVALID, None, None)
    secret = secrets.record_rotation(secret, succeeded=True, now=WAITED)
    assert (secret.rotation, secret.rotate_at, secret.rotated_at) == (Rotation.ENABLED, WAITED + 7 * DAY, WAITED)


def test_the_rotation_events_have_the_documented_fields() -> None:
    secret = secrets.set_rotation(a_secret(name="rds-prod-app"), interval=DAY, now=NOW)
    secrets.record_rotation(secret, succeeded=False, now=NOW, error_code="Kms:ErrorCode", error_message="text")
    secrets.record_rotation(secret, succeeded=True, now=LATER)
    evaluate_batch(now=LATER)
    failed, succeeded = SystemEvent.objects.order_by("id")
    assert (failed.name, succeeded.name) == ("Secret:RotateSecret:Failure", "Secret:RotateSecret:Success")
    both = {"eventId", "secretName", "secretType", "RotationEntityArn", "rotationStatus", "kmsInstanceId"}
    assert failed.content.keys() == both | {"rotationSubType", "failureInfo", "failureTime"}
    assert succeeded.content.keys() == both | {"secretSubType", "successTime"}
    assert failed.content["failureInfo"] == {"errorCode": "Kms:ErrorCode", "errorMessage": "text"}
    assert (failed.content["rotationStatus"], succeeded.content["rotationStatus"]) == ("Invalid", "Enabled")


def test_generic_secrets_do_not_rotate() -> None:
    secret = a_secret(kind=Secret.Type.GENERIC)
    with pytest.raises(Refused, match="generic"):
        secrets.set_rotation(secret, interval=DAY, now=NOW)
    with pytest.raises(Refused, match="generic"):
        secrets.record_rotation(secret, succeeded=True, now=NOW)


@pytest.mark.parametrize("interval", [timedelta(hours=5, minutes=59), timedelta(days=365, seconds=1)])
def test_the_rotation_interval_is_6_hours_to_365_days(interval: timedelta) -> None:
    with pytest.raises(Refused, match="6 hours to 365 days"):
        secrets.set_rotation(a_secret(), interval=interval, now=NOW)


def test_a_name_can_be_used_again_once_its_secret_is_deleted() -> None:
    secret = a_secret(name="app")
    with pytest.raises(Refused, match="exists"):
        a_secret(name="app")
    secrets.delete_secret(secret, force=True, now=NOW)
    assert a_secret(name="app").pk != secret.pk


def test_deleting_at_once_happens_now_and_says_so() -> None:
    secrets.delete_secret(a_secret(state=State.PENDING_DELETION), force=True, now=LATER)
    evaluate_batch(now=LATER)
    event = SystemEvent.objects.get(name="Secret:DeleteSecret:Success")
    assert (event.occurred_at, event.content["forceDelete"]) == (LATER, True)


def test_a_full_quota_takes_no_secret() -> None:
    instance = an_instance(secret_quota=1)
    first = a_secret(instance=instance)
    with pytest.raises(Refused, match="quota"):
        a_secret(instance=instance)
    secrets.delete_secret(first, force=True, now=NOW)
    again = secrets.create_secret(an_account(), region=REGION, name="again", instance=instance, now=LATER)
    assert (again.instance, instance.usages.get().used) == (instance, 1)
