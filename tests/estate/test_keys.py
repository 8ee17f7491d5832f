"""Keys: every change of state that is allowed, every one that is not, and the fact of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.estate import keys
from alerts.estate.models import Key
from alerts.estate.refusal import Refused
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, REGION, a_key, an_account, an_instance

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
WAITED = NOW + 7 * DAY
State = Key.State

VERBS: dict[str, Callable[[Key], Key]] = {
    "enable": lambda key: keys.enable_key(key, now=LATER),
    "disable": lambda key: keys.disable_key(key, now=LATER),
    "protect": lambda key: keys.set_deletion_protection(key, protected=True, now=LATER),
    "schedule": lambda key: keys.schedule_key_deletion(key, days=7, now=LATER),
    "cancel": lambda key: keys.cancel_key_deletion(key, now=LATER),
    "delete": lambda key: keys.delete_key(key, now=WAITED),
}
ALLOWED = {
    (State.DISABLED, "enable"): State.ENABLED,
    (State.ENABLED, "enable"): State.ENABLED,
    (State.ENABLED, "disable"): State.DISABLED,
    (State.DISABLED, "disable"): State.DISABLED,
    (State.PENDING_IMPORT, "protect"): State.PENDING_IMPORT,
    (State.PENDING_IMPORT, "schedule"): State.PENDING_DELETION,
    (State.ENABLED, "protect"): State.ENABLED,
    (State.DISABLED, "protect"): State.DISABLED,
    (State.ENABLED, "schedule"): State.PENDING_DELETION,
    (State.DISABLED, "schedule"): State.PENDING_DELETION,
    (State.PENDING_DELETION, "cancel"): State.ENABLED,
    (State.PENDING_DELETION, "delete"): State.DELETED,
}
FACTS = {
    "schedule": "kms.key.deletion-scheduled",
    "cancel": "kms.key.deletion-cancelled",
    "delete": "kms.key.deleted",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", list(State))
def test_each_verb_in_each_state_changes_row_and_fact_together_or_nothing(state: Key.State, verb: str) -> None:
    key = a_key(state=state)
    before = Fact.objects.count()
    after = ALLOWED.get((state, verb))
    if after is None:
        with pytest.raises(Refused, match="cannot be"):
            VERBS[verb](key)
        assert Key.objects.get().state == state
        assert Fact.objects.count() == before
        return
    assert VERBS[verb](key).state == after
    assert Key.objects.get().state == after
    new = list(Fact.objects.order_by("id")[before:].values_list("type", "resource", "region"))
    assert new == ([(FACTS[verb], key.arn, REGION)] if verb in FACTS else [])


@pytest.mark.parametrize("state", [State.ENABLED, State.DISABLED, State.PENDING_IMPORT])
def test_a_cancelled_deletion_gives_back_the_state_before(state: Key.State) -> None:
    key = keys.schedule_key_deletion(a_key(state=state), days=30, now=NOW)
    assert (key.state, key.delete_at) == (State.PENDING_DELETION, NOW + 30 * DAY)
    key = keys.cancel_key_deletion(key, now=LATER)
    assert (key.state, key.delete_at) == (state, None)


@pytest.mark.parametrize(
    ("days", "allowed"), [(6, False), (7, True), (366, True), (367, False), (0, False), (-1, False)]
)
def test_the_waiting_period_is_7_to_366_days(days: int, *, allowed: bool) -> None:
    key = a_key()
    if allowed:
        assert keys.schedule_key_deletion(key, days=days, now=NOW).delete_at == NOW + days * DAY
        return
    with pytest.raises(Refused, match="7 to 366") as refused:
        keys.schedule_key_deletion(key, days=days, now=NOW)
    assert refused.value.field == "days"
    assert Fact.objects.count() == 0


def test_deletion_protection_must_be_off() -> None:
    key = keys.set_deletion_protection(a_key(), protected=True, now=NOW)
    with pytest.raises(Refused, match="protection"):
        keys.schedule_key_deletion(key, days=7, now=NOW)
    key = keys.set_deletion_protection(key, protected=False, now=NOW)
    assert keys.schedule_key_deletion(key, days=7, now=NOW).state == State.PENDING_DELETION


def test_nobody_deletes_before_the_waiting_period_is_over() -> None:
    key = a_key(state=State.PENDING_DELETION)
    with pytest.raises(Refused, match="not over yet"):
        keys.delete_key(key, now=WAITED - timedelta(microseconds=1))
    assert keys.delete_key(key, now=WAITED).deleted_at == WAITED


def test_what_is_decided_on_an_old_row_is_decided_on_the_new_one() -> None:
    old = a_key()
    keys.schedule_key_deletion(old, days=7, now=NOW)
    with pytest.raises(Refused, match="Pending deletion"):
        keys.schedule_key_deletion(old, days=7, now=NOW)


def test_the_facts_become_the_events_of_the_catalogue() -> None:
    instance = an_instance(name="prod")
    key = a_key(instance=instance, alias="alias/app")
    keys.schedule_key_deletion(key, days=7, now=NOW)
    evaluate_batch(now=NOW)
    event = SystemEvent.objects.get()
    assert (event.name, event.instance_name, event.occurred_at) == ("Key:ScheduleKeyDeletion:Success", "alias/app", NOW)
    told = {"keyId": key.key_id, "kmsInstanceId": instance.instance_id, "pendingWindowInDays": 7}
    assert told.items() <= event.content.items()
    assert event.content["deleteDate"].endswith("Z")


def test_a_key_takes_a_version_of_the_quota_and_a_full_quota_takes_no_key() -> None:
    instance = an_instance(key_quota=2)
    first = a_key(instance=instance)
    a_key(instance=instance)
    with pytest.raises(Refused, match="2 of 2 key versions") as refused:
        a_key(instance=instance)
    assert refused.value.field == "instance"
    assert instance.usages.get().used == 2
    keys.schedule_key_deletion(first, days=7, now=NOW)
    keys.delete_key(first, now=WAITED)
    assert instance.usages.get().used == 1
    keys.create_key(an_account(), region=REGION, instance=instance, now=WAITED)


def test_keys_that_fill_their_instance_raise_the_events_of_the_quota() -> None:
    instance = an_instance(key_quota=10)
    for number in range(9):
        a_key(instance=instance, now=NOW + timedelta(seconds=number))
        evaluate_batch(now=NOW)
    assert list(SystemEvent.objects.order_by("id").values_list("name", "occurred_at")) == [
        ("Instance:KeyUsage:SeventyPercent", NOW + timedelta(seconds=6)),
        ("Instance:KeyUsage:NinetyPercent", NOW + timedelta(seconds=8)),
    ]
