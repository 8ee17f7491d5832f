"""Each verb of the estate through its page: as an operator, as a viewer, as a stranger, and twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from alerts.accounts.models import AuditEntry, Role
from alerts.estate.keys import set_deletion_protection
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Replica, Secret, Synchronization, Usage
from alerts.facts.models import Fact
from alerts.kms.addresses import address_of, address_of_replica
from tests.builders import (
    NOW,
    OTHER_UID,
    a_client_key,
    a_key,
    a_replica,
    a_secret,
    an_access_point,
    an_account,
    an_instance,
)
from tests.kms.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

State = Key.State
Changed = Callable[[Any], bool]


@dataclass(frozen=True)
class Verb:
    """What is done to what, with which fields, how one sees that it was done, and the fact that says so."""

    name: str
    make: Callable[[], Any]
    action: str
    changed: Changed
    fields: dict[str, Any] = field(default_factory=dict)
    fact: str = ""
    again: int = 422

    def __str__(self) -> str:
        return self.name


def a_protected_key() -> Key:
    return set_deletion_protection(a_key(), protected=True, now=NOW)


def usage(of: str) -> Changed:
    return lambda row: Usage.objects.filter(instance=row, resource_type=of, used=7).exists()


FAILED = {"outcome": "failed", "error_code": "Kms:Forbidden", "error_message": "The account may not do this."}
LATER = (NOW + timedelta(days=730)).strftime("%Y-%m-%dT%H:%M")
SOON = (NOW + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M")
USAGE = "kms.instance.usage"
VERBS = [
    Verb(
        "change quotas", an_instance, "change_quotas", lambda row: (row.qps_quota, row.rearm_margin) == (5, 9),
        {"qps_quota": 5, "rearm_margin": 9},
    ),
    *(
        Verb(f"record {of} usage", an_instance, "record_usage", usage(of), {"resource_type": of, "used": 7}, USAGE)
        for of in Usage.Of.values
    ),
    Verb(
        "enable key", lambda: a_key(state=State.DISABLED), "enable", lambda row: row.state == State.ENABLED, again=302,
    ),
    Verb("disable key", a_key, "disable", lambda row: row.state == State.DISABLED, again=302),
    Verb("protect key", a_key, "protect", lambda row: row.deletion_protection, again=302),
    Verb("unprotect key", a_protected_key, "unprotect", lambda row: not row.deletion_protection, again=302),
    Verb(
        "schedule key deletion", a_key, "schedule_deletion", lambda row: row.state == State.PENDING_DELETION,
        {"days": 366}, "kms.key.deletion-scheduled",
    ),
    Verb(
        "cancel key deletion", lambda: a_key(state=State.PENDING_DELETION), "cancel_deletion",
        lambda row: row.state == State.ENABLED, {}, "kms.key.deletion-cancelled",
    ),
    Verb(
        "set rotation", a_secret, "set_rotation", lambda row: row.rotation_interval == timedelta(hours=6),
        {"rotation_interval": 6, "rotation_unit": "hours"},
    ),
    Verb(
        "record rotation success", a_secret, "record_rotation", lambda row: row.rotated_at is not None,
        {"outcome": "succeeded"}, "kms.secret.rotation-succeeded",
    ),
    Verb(
        "record rotation failure", a_secret, "record_rotation", lambda row: row.rotation == "Invalid",
        FAILED, "kms.secret.rotation-failed",
    ),
    Verb(
        "schedule secret deletion", a_secret, "schedule_deletion", lambda row: row.state == "PendingDeletion",
        {"days": 7}, "kms.secret.deletion-scheduled",
    ),
    Verb(
        "delete secret", lambda: a_secret(name="prod/db"), "delete", lambda row: row.state == "Deleted",
        {"typed": "prod/db"}, "kms.secret.deleted",
    ),
    Verb(
        "restore secret", lambda: a_secret(state="PendingDeletion"), "restore", lambda row: row.state == "Enabled",
        {}, "kms.secret.restored",
    ),
    Verb("delete access point", an_access_point, "delete", lambda row: row.deleted_at is not None),
    Verb(
        "create client key", an_access_point, "create_clientkey", lambda row: row.client_keys.count() == 1,
        {"not_after": SOON}, "kms.client-key.observed",
    ),
    Verb(
        "change validity", a_client_key, "change_validity", lambda row: f"{row.not_after:%Y-%m-%dT%H:%M}" == LATER,
        {"not_after": LATER}, "kms.client-key.observed",
    ),
    Verb("delete client key", a_client_key, "delete", lambda row: row.deleted_at is not None),
]  # fmt: skip
every_verb = pytest.mark.parametrize("verb", VERBS, ids=str)


@every_verb
def test_an_operator_does_it_and_is_told_so(verb: Verb) -> None:
    row = verb.make()
    visitor = Visitor(Role.OPERATOR)
    facts = set(Fact.objects.values_list("pk", flat=True))
    answer = visitor.send(address_of(row, verb.action), verb.fields)
    row.refresh_from_db()
    assert verb.changed(row)
    recorded = Fact.objects.exclude(pk__in=facts)
    assert not verb.fact or verb.fact in {fact.type for fact in recorded}
    page = visitor.open(answer["Location"])
    assert page.select_one("#messages [role=status]")
    assert AuditEntry.objects.filter(account=row.account).exists()


@every_verb
def test_a_viewer_is_refused_and_sees_no_button(verb: Verb) -> None:
    row = verb.make()
    visitor = Visitor(Role.VIEWER)
    assert not visitor.open(address_of(row)).select("main .actions .button, main .content form[method=post]")
    visitor.post(address_of(row, verb.action), verb.fields, expect=403)
    row.refresh_from_db()
    assert not verb.changed(row)


@every_verb
def test_the_form_sent_twice_does_it_once(verb: Verb) -> None:
    row = verb.make()
    visitor = Visitor(Role.OPERATOR)
    data = visitor.filled(address_of(row, verb.action)) | verb.fields
    visitor.post(address_of(row, verb.action), data)
    facts = Fact.objects.count()
    again = visitor.post(address_of(row, verb.action), data, expect=422)
    assert Fact.objects.count() == facts
    assert "twice" in text_of(again) or "cannot" in text_of(again) or "has been deleted" in text_of(again)


@every_verb
def test_a_second_form_is_refused_where_the_state_forbids_it(verb: Verb) -> None:
    if verb.fields:
        return
    row = verb.make()
    visitor = Visitor(Role.OPERATOR)
    visitor.post(address_of(row, verb.action), {})
    visitor.post(address_of(row, verb.action), {}, expect=verb.again)


@every_verb
def test_another_account_finds_nothing(verb: Verb) -> None:
    row = verb.make()
    stranger = Visitor(Role.ADMINISTRATOR, account=an_account(OTHER_UID))
    assert stranger.get(address_of(row)).status_code == 404
    assert stranger.get(address_of(row, verb.action)).status_code == 404
    stranger.post(address_of(row, verb.action), verb.fields, expect=404)
    row.refresh_from_db()
    assert not verb.changed(row)


@every_verb
def test_another_region_finds_nothing(verb: Verb) -> None:
    row = verb.make()
    visitor = Visitor(Role.OPERATOR)
    elsewhere = address_of(row, verb.action).replace("cn-hangzhou", "eu-west-1")
    visitor.post(elsewhere, verb.fields, expect=404)


CREATIONS: list[tuple[str, type[Any], dict[str, Any]]] = [
    ("instances", Instance, {"name": "payments", "management": "hardware", "qps_quota": 9}),
    ("keys", Key, {"alias": "orders", "spec": "RSA_2048", "usage": "SIGN/VERIFY"}),
    ("secrets", Secret, {"name": "prod/db+1@x", "type": "Rds", "sub_type": "DoubleUsers", "rotation_interval": 14}),
    ("secrets", Secret, {"name": "plain", "type": "Generic"}),
    ("application-access", AccessPoint, {"name": "aap-1", "policies": "one\ntwo\n"}),
]


@pytest.mark.parametrize(("entry", "model", "fields"), CREATIONS, ids=lambda each: str(each)[:30])
def test_an_operator_creates_it_once_and_a_viewer_never(entry: str, model: type[Any], fields: dict[str, Any]) -> None:
    address = f"/kms/cn-hangzhou/{entry}/create/"
    visitor = Visitor(Role.OPERATOR)
    data = visitor.filled(address) | fields
    answer = visitor.post(address, data)
    row = model.objects.get()
    assert answer["Location"] == address_of(row)
    assert row.account_id == an_account().uid
    visitor.post(address, data, expect=422)
    Visitor(Role.VIEWER).post(address, fields, expect=403)
    assert model.objects.count() == 1


def test_a_replica_is_added_and_a_synchronization_recorded() -> None:
    primary, replica = an_instance(), an_instance(region="cn-beijing")
    key = a_key(instance=primary, alias="alias/orders")
    visitor = Visitor(Role.OPERATOR)
    fields = {"primary": primary.pk, "replica": replica.pk}
    answer = visitor.send("/kms/cn-hangzhou/synchronization/create/", fields)
    made = Replica.objects.get()
    assert answer["Location"] == address_of_replica(made, region="cn-hangzhou")
    visitor.send("/kms/cn-hangzhou/synchronization/create/", fields, expect=422)

    address = address_of_replica(made, region="cn-beijing", action="record")
    visitor.send(address, FAILED | {"key": "alias/orders"})
    visitor.send(address, {"outcome": "succeeded", "key": key.key_id})
    assert Synchronization.objects.get().status == "Succeeded"
    kinds = [fact.type for fact in Fact.objects.filter(resource=key.arn).order_by("pk")]
    assert kinds == ["kms.key.sync-failed", "kms.key.sync-succeeded"]


def test_a_replica_of_another_account_is_not_found() -> None:
    replica = a_replica()
    stranger = Visitor(Role.ADMINISTRATOR, account=an_account(OTHER_UID))
    for action in ("", "record"):
        assert stranger.get(address_of_replica(replica, region="cn-hangzhou", action=action)).status_code == 404
    viewer = Visitor(Role.VIEWER)
    viewer.post(address_of_replica(replica, region="cn-hangzhou", action="record"), {}, expect=403)
    viewer.post("/kms/cn-hangzhou/synchronization/create/", {}, expect=403)


def test_an_instance_of_another_account_cannot_be_chosen() -> None:
    foreign = an_instance(account=an_account(OTHER_UID), region="cn-shanghai")
    own = an_instance()
    visitor = Visitor(Role.OPERATOR)
    fields = {"primary": own.pk, "replica": foreign.pk}
    visitor.send("/kms/cn-hangzhou/synchronization/create/", fields, expect=422)
    visitor.send("/kms/cn-hangzhou/keys/create/", {"instance": foreign.instance_id}, expect=422)
    assert not Replica.objects.exists()
    assert not Key.objects.exists()


def test_the_client_key_of_a_creation_lasts_five_years_by_default() -> None:
    point = an_access_point()
    Visitor(Role.OPERATOR).send(address_of(point, "create_clientkey"), {})
    key = ClientKey.objects.get()
    assert key.not_after is not None
    assert abs(key.not_after - key.created_at - timedelta(days=5 * 365)) < timedelta(minutes=2)


def test_a_waiting_period_that_cannot_be_is_refused_in_one_sentence_and_nothing_speaks_of_the_usual_one() -> None:
    key = a_key()
    visitor = Visitor(Role.OPERATOR)
    path = address_of(key, "schedule_deletion")
    assert "With 30 days that is until" in text_of(visitor.get(path))
    said = text_of(visitor.send(path, {"days": 3}, expect=422))
    assert "Between 7 and 366 days." in said
    assert "30 days" not in said


@pytest.mark.parametrize(("make", "action"), [(an_instance, "change_quotas"), (a_client_key, "change_validity")])
def test_a_form_that_is_sent_as_it_stands_changes_nothing_and_says_so(make: Any, action: str) -> None:
    row = make()
    before, facts = row.__class__.objects.values().get(pk=row.pk), Fact.objects.count()
    visitor = Visitor(Role.OPERATOR)
    answer = visitor.send(address_of(row, action), {})
    assert "Nothing was changed" in text_of(visitor.get(answer["Location"]))
    assert row.__class__.objects.values().get(pk=row.pk) == before
    assert Fact.objects.count() == facts
    assert not AuditEntry.objects.exists()


def test_deleting_at_once_advises_what_is_still_possible() -> None:
    visitor = Visitor(Role.OPERATOR)
    assert "Schedule the deletion instead" in text_of(visitor.get(address_of(a_secret(name="one"), "delete")))
    waiting = text_of(visitor.get(address_of(a_secret(name="two", state="PendingDeletion"), "delete")))
    assert "Schedule the deletion instead" not in waiting
    assert "scheduled already" in waiting
