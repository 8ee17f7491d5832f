"""The pages of one resource: what stands on them, in which state, under which address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts.accounts.models import Role
from alerts.estate.aliases import create_alias
from alerts.estate.keys import create_key, set_deletion_protection
from alerts.estate.models import Resource, Secret
from alerts.estate.replicas import record_synchronization
from alerts.estate.secrets import create_secret
from alerts.kms.addresses import LocalId, address_of, address_of_replica
from tests.builders import (
    NOW,
    REGION,
    a_client_key,
    a_draft,
    a_key,
    a_replica,
    a_secret,
    an_access_point,
    an_account,
    an_instance,
    some_events,
)
from tests.kms.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

NAMES = ["prod/db/password", "create", "a~1b", "..", "x/create", "a+b=c@d.e", "/", "client-keys"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_its_way_through_an_address(name: str) -> None:
    converter = LocalId()
    written = converter.to_url(name)
    assert "/" not in written
    assert converter.to_python(written) == name


@pytest.mark.parametrize("name", ["prod/db/password", "create", "x/restore", "a+b=c@d.e-f"])
def test_a_secret_of_any_name_has_a_page_and_actions(name: str) -> None:
    secret = a_secret(name=name)
    visitor = Visitor(Role.OPERATOR)
    assert visitor.open(address_of(secret)).select_one("h1").get_text(strip=True) == name  # type: ignore[union-attr]
    visitor.send(address_of(secret, "schedule_deletion"), {"days": 8})
    visitor.press(address_of(secret), "Restore secret")
    secret.refresh_from_db()
    assert secret.state == Secret.State.ENABLED


def test_a_name_given_anew_leads_to_the_living_secret_and_the_old_one_stays_visible() -> None:
    old = a_secret(name="again", state="Deleted")
    new = a_secret(name="again")
    visitor = Visitor(Role.VIEWER)
    assert "Enabled" in text_of(visitor.open(address_of(new)))
    assert address_of(old) != address_of(new)
    assert "Deleted at" in text_of(visitor.open(address_of(old)))
    assert address_of(old) in str(visitor.open("/kms/cn-hangzhou/secrets/?state=Deleted"))


def test_what_waits_for_deletion_shows_how_long_and_how_to_keep_it() -> None:
    key = a_key(state="PendingDeletion", now=NOW - timedelta(days=3))
    visitor = Visitor(Role.OPERATOR)
    words = text_of(visitor.open(address_of(key)))
    assert "Will be deleted in 3 d 23 h" in words
    assert "never be decrypted again" in words
    visitor.press(address_of(key), "Cancel deletion")
    assert "Will be deleted" not in text_of(visitor.open(address_of(key)))


def test_harmless_buttons_act_and_others_ask_first() -> None:
    key = a_key()
    visitor = Visitor(Role.OPERATOR)
    page = visitor.open(address_of(key))
    asking = page.select("details.confirm form")
    assert [form["action"] for form in asking] == [address_of(key, "disable")]
    visitor.press(address_of(key), "Protect from deletion")
    visitor.press(address_of(key), "Disable")
    visitor.press(address_of(key), "Enable")
    words = text_of(visitor.send(address_of(key, "schedule_deletion"), {}, expect=422))
    assert "Deletion protection is on for this key: turn it off first." in words


@pytest.mark.parametrize("action", ["schedule_deletion", "delete"])
def test_a_page_that_deletes_says_what_is_lost(action: str) -> None:
    secret = a_secret()
    words = text_of(Visitor(Role.OPERATOR).open(address_of(secret, action)))
    assert "nothing brings its value back" in words
    assert ("With 30 days that is until" in words) == (action == "schedule_deletion")
    assert ("can be restored" if action == "schedule_deletion" else "cannot be undone") in words


def test_an_instance_shows_a_meter_for_each_quota_and_its_replicas() -> None:
    replica = a_replica()
    page = Visitor(Role.VIEWER).open(address_of(replica.primary))
    assert [meter["data-tone"] for meter in page.select(".meter")] == ["good"] * 4
    assert len(page.select(".meter-mark")) == 4
    assert address_of_replica(replica, region="cn-hangzhou") in str(page)


def test_a_region_that_does_not_exist_says_so() -> None:
    visitor = Visitor(Role.VIEWER)
    for path in ("instances/", "keys/key-1/", "secrets/create/", "synchronization/1/"):
        words = text_of(visitor.open(f"/kms/mars-north-1/{path}", expect=404))
        assert "There is no such region" in words
        assert "mars-north-1" in words
        assert "Germany (Frankfurt)" in words


def test_the_region_picker_leads_from_a_page_to_its_list() -> None:
    key = a_key()
    visitor = Visitor(Role.VIEWER)
    cases = {address_of(key): "keys", "/kms/cn-hangzhou/application-access/client-keys/": "application-access"}
    for path, entry in cases.items():
        chosen = {link["href"] for link in visitor.open(path).select("nav.regions a")}
        assert f"/kms/eu-west-1/{entry}/" in chosen


def test_what_no_database_stores_is_not_found() -> None:
    visitor = Visitor(Role.VIEWER)
    for path in (
        "keys/%00/",
        "keys/none/",
        "synchronization/99999999999999999999/",
        "secrets/x/?row=9999999999999999999",
    ):
        assert visitor.get(f"/kms/cn-hangzhou/{path}").status_code == 404


def rows(count: int) -> list[Resource]:
    """Return a resource of each kind, with `count` of everything that its page lists."""
    replica = a_replica()
    keys = [a_key(instance=replica.primary) for _ in range(count)]
    record_synchronization(replica, key=keys[0], succeeded=True, now=NOW)
    point = an_access_point()
    client_keys = [a_client_key(point=point) for _ in range(min(count, 3))]
    found: list[Any] = [replica.primary, keys[0], a_secret(instance=replica.primary), point, client_keys[0]]
    some_events(a_draft(resource=row.arn) for row in found for _ in range(count))
    return found


QUERIES = {"Instance": 9, "Key": 8, "Secret": 7, "AccessPoint": 7, "ClientKey": 6}


@pytest.mark.parametrize("count", [1, 9])
def test_a_page_asks_the_database_the_same_number_of_times(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visitor = Visitor(Role.OPERATOR)
    for row in rows(count):
        visitor.get(address_of(row))
        with django_assert_num_queries(QUERIES[type(row).__name__]):
            visitor.open(address_of(row))


def test_a_page_shows_the_newest_events_and_leads_to_all() -> None:
    secret = a_secret()
    some_events(a_draft(resource=secret.arn, at=NOW - timedelta(hours=n)) for n in range(9))
    page = Visitor(Role.VIEWER).open(address_of(secret))
    assert len(page.select(".timeline > li")) == 8
    link = page.select_one("a[href*='alert-events/?resource=']")
    assert link is not None
    assert "All events of the last 90 days" in link.get_text()


def test_an_instance_known_from_outside_without_a_name_is_shown_by_its_id() -> None:
    instance = an_instance(name="x")
    instance.name = ""
    instance.save()
    visitor = Visitor(Role.VIEWER)
    assert instance.instance_id in text_of(visitor.open("/kms/cn-hangzhou/instances/"))
    assert instance.instance_id in text_of(visitor.open(address_of(instance)))


def test_what_programs_told_of_a_key_and_a_secret_is_seen() -> None:
    account = an_account()
    key = create_key(
        account, region=REGION, instance=None, alias="alias/orders", description="Wraps order lines", now=NOW,
        rotation_interval=timedelta(days=30), tags={"team": "pay"},
    )  # fmt: skip
    create_alias(key, name="alias/orders-old", now=NOW)
    set_deletion_protection(key, protected=True, reason="audited", now=NOW)
    visitor = Visitor(Role.VIEWER)
    words = text_of(visitor.open(address_of(key)))
    for said in ("alias/orders-old", "Wraps order lines", "every 30 days", "team: pay", "On · audited"):
        assert said in words
    assert "orders" in text_of(visitor.open("/kms/cn-hangzhou/keys/?text=orders-old"))
    secret = create_secret(
        account, region=REGION, name="plain", instance=None, secret_type="Generic", version_id="v-7", now=NOW
    )
    words = text_of(visitor.open(address_of(secret)))
    assert "v-7" in words
    assert "ACSCurrent" in words
