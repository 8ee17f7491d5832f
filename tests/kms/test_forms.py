"""What is wrong stands at its field, and nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from alerts.accounts.models import Role
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Secret
from alerts.kms.addresses import address_of, address_of_replica
from tests.builders import a_client_key, a_key, a_replica, a_secret, an_access_point, an_instance
from tests.kms.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HUGE = "9" * 40
MISTAKES: list[tuple[str, str, dict[str, Any], str]] = [
    ("instances/create/", "name", {"name": "has space"}, "letters, digits"),
    ("instances/create/", "name", {"name": "x" * 129}, "at most 128"),
    ("instances/create/", "qps_quota", {"name": "a", "qps_quota": HUGE}, "2147483647"),
    ("instances/create/", "key_quota", {"name": "a", "key_quota": "2147483648"}, "2147483647"),
    ("instances/create/", "vpc_quota", {"name": "a", "vpc_quota": "-1"}, "greater than or equal to 0"),
    ("instances/create/", "management", {"name": "a", "management": "paper"}, "Select a valid choice"),
    ("keys/create/", "alias", {"alias": "<b>"}, "letters, digits"),
    ("keys/create/", "usage", {"spec": "EC_P256", "usage": "ENCRYPT/DECRYPT"}, "SIGN/VERIFY"),
    ("keys/create/", "instance", {"instance": "kst-none"}, "Select a valid choice"),
    ("secrets/create/", "name", {"name": "semi;colon"}, "letters, digits"),
    ("secrets/create/", "name", {"name": "x" * 193}, "at most 192"),
    ("secrets/create/", "rotation_interval", {"name": "a", "type": "Generic", "rotation_interval": 3}, "Only managed"),
    (
        "secrets/create/", "rotation_interval",
        {"name": "a", "type": "Rds", "rotation_interval": 5, "rotation_unit": "hours"}, "6 hours to 365 days",
    ),
    ("secrets/create/", "rotation_interval", {"name": "a", "type": "Rds", "rotation_interval": HUGE}, "8760"),
    ("secrets/create/", "sub_type", {"name": "a", "type": "Generic", "sub_type": "Password"}, "no sub-type"),
    ("application-access/create/", "name", {"name": ""}, "required"),
    ("application-access/create/", "policies", {"name": "a", "policies": "1\n2\n3\n4"}, "at most three"),
    ("application-access/create/", "policies", {"name": "a", "policies": "x" * 129}, "at most 128"),
    ("synchronization/create/", "replica", {"replica": HUGE}, "Select a valid choice"),
]  # fmt: skip


def error_at(answer: Any, name: str) -> str:
    """Return the errors that stand at a field."""
    page = BeautifulSoup(answer.content, "html.parser")
    control = page.select_one(f"[name={name}]")
    assert control is not None
    assert control.get("aria-invalid") == "true"
    return text_of(BeautifulSoup(str(page.select_one(f"#id_{name}_error")), "html.parser"))


@pytest.mark.parametrize(("path", "name", "fields", "said"), MISTAKES, ids=lambda each: str(each)[:40])
def test_a_mistake_stands_at_its_field(path: str, name: str, fields: dict[str, Any], said: str) -> None:
    answer = Visitor(Role.OPERATOR).send(f"/kms/cn-hangzhou/{path}", fields, expect=422)
    assert said in error_at(answer, name)
    page = BeautifulSoup(answer.content, "html.parser")
    for field, typed in fields.items():
        control: Any = page.select_one(f"[name={field}]")
        kept = control.get("value", "") if control.name == "input" else control.get_text().lstrip("\n")
        assert control.name == "select" or str(kept) == str(typed)
    assert not any(model.objects.exists() for model in (Instance, Key, Secret, AccessPoint))


def on_row(row: Any, action: str) -> str:
    return address_of(row, action)


@pytest.mark.parametrize("days", ["6", "367", "", "x", HUGE, "-1", "7.5"])
def test_a_key_waits_for_7_to_366_days(days: str) -> None:
    key = a_key()
    assert error_at(Visitor(Role.OPERATOR).send(on_row(key, "schedule_deletion"), {"days": days}, expect=422), "days")
    key.refresh_from_db()
    assert key.state == "Enabled"


@pytest.mark.parametrize("days", ["6", "31"])
def test_a_secret_waits_for_7_to_30_days(days: str) -> None:
    answer = Visitor(Role.OPERATOR).send(on_row(a_secret(), "schedule_deletion"), {"days": days}, expect=422)
    assert error_at(answer, "days")


@pytest.mark.parametrize("used", ["-1", "nan", "inf", "1e300", "x", ""])
def test_a_sample_is_a_number_of_a_sane_size(used: str) -> None:
    answer = Visitor(Role.OPERATOR).send(on_row(an_instance(), "record_usage"), {"used": used}, expect=422)
    assert error_at(answer, "used")


def test_only_qps_is_measured_in_fractions() -> None:
    instance, visitor = an_instance(), Visitor(Role.OPERATOR)
    visitor.send(on_row(instance, "record_usage"), {"used": "7.5", "resource_type": "qps"})
    answer = visitor.send(on_row(instance, "record_usage"), {"used": "7.5", "resource_type": "key"}, expect=422)
    assert "whole number" in error_at(answer, "used")


def test_a_secret_is_deleted_at_once_only_by_its_exact_name() -> None:
    secret = a_secret(name="prod/db")
    for typed in ("", "prod/DB", "prod/db "):
        answer = Visitor(Role.OPERATOR).send(on_row(secret, "delete"), {"typed": typed}, expect=422)
        assert error_at(answer, "typed")
    assert Secret.objects.get().state == "Enabled"


def test_a_failure_needs_its_code_and_a_success_has_none() -> None:
    address, visitor = on_row(a_secret(), "record_rotation"), Visitor(Role.OPERATOR)
    assert error_at(visitor.send(address, {"outcome": "failed"}, expect=422), "error_code")
    odd = visitor.send(address, {"outcome": "succeeded", "error_code": "Kms:X"}, expect=422)
    assert "A success has no error" in text_of(odd)


@pytest.mark.parametrize("date", ["2020-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00", "tomorrow", ""])
def test_a_client_key_ends_in_the_coming_hundred_years(date: str) -> None:
    visitor = Visitor(Role.OPERATOR, zone="America/Los_Angeles")
    address = on_row(an_access_point(), "create_clientkey")
    assert error_at(visitor.send(address, {"not_after": date}, expect=422), "not_after")
    assert not ClientKey.objects.exists()


def test_a_date_is_read_in_the_zone_of_the_person() -> None:
    key = a_client_key()
    visitor = Visitor(Role.OPERATOR, zone="Asia/Shanghai")
    page = visitor.open(on_row(key, "change_validity"))
    assert "Asia/Shanghai" in text_of(page)
    visitor.send(on_row(key, "change_validity"), {"not_after": "2031-01-02T08:30"})
    key.refresh_from_db()
    assert f"{key.not_after:%Y-%m-%dT%H:%M}" == "2031-01-02T00:30"


def test_a_quota_that_is_used_up_stands_at_the_instance() -> None:
    instance = an_instance(key_quota=0, secret_quota=0)
    for path, fields in (("keys", {}), ("secrets", {"name": "a"})):
        told = fields | {"instance": instance.instance_id}
        answer = Visitor(Role.OPERATOR).send(f"/kms/cn-hangzhou/{path}/create/", told, expect=422)
        assert "is used up" in error_at(answer, "instance")


@pytest.mark.parametrize("path", ["secrets", "application-access"])
def test_a_name_that_is_taken_stands_at_the_name(path: str) -> None:
    visitor = Visitor(Role.OPERATOR)
    visitor.send(f"/kms/cn-hangzhou/{path}/create/", {"name": "taken"})
    answer = visitor.send(f"/kms/cn-hangzhou/{path}/create/", {"name": "taken"}, expect=422)
    assert "exists in this region" in error_at(answer, "name")


def test_an_access_point_with_client_keys_is_kept() -> None:
    point = an_access_point()
    a_client_key(point=point)
    visitor = Visitor(Role.OPERATOR)
    assert "delete them first" in text_of(visitor.send(on_row(point, "delete"), {}, expect=422))


def test_a_fourth_client_key_is_refused() -> None:
    point = an_access_point()
    for _ in range(3):
        a_client_key(point=point)
    answer = Visitor(Role.OPERATOR).send(on_row(point, "create_clientkey"), {}, expect=422)
    assert "at most three client keys" in text_of(answer)


def test_a_synchronization_names_a_key_of_the_primary() -> None:
    replica = a_replica()
    for _ in range(2):
        a_key(instance=replica.primary)
    Key.objects.update(alias="alias/twin")  # as a fact from outside may say it
    visitor, address = Visitor(Role.OPERATOR), address_of_replica(replica, region="cn-hangzhou", action="record")
    for typed, said in ((a_key().key_id, "no key with this ID"), ("alias/twin", "Several keys")):
        answer = visitor.send(address, {"key": typed, "outcome": "succeeded"}, expect=422)
        assert said in error_at(answer, "key")


def test_a_replica_that_is_not_allowed_is_told_why() -> None:
    primary, abroad = an_instance(), an_instance(region="eu-west-1")
    fields = {"primary": primary.pk, "replica": abroad.pk}
    answer = Visitor(Role.OPERATOR).send("/kms/cn-hangzhou/synchronization/create/", fields, expect=422)
    assert "across the border" in error_at(answer, "replica")
