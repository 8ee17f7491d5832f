"""The lists: page, fragment, CSV, JSON, filters, tabs, empty, and the number of queries at 1 and at 50 rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts.accounts.models import Role
from alerts.estate.instances import record_usage
from alerts.estate.models import Instance
from alerts.estate.replicas import record_synchronization
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

HERE = "/kms/cn-hangzhou/"
LISTS: dict[str, tuple[Callable[[], Any], int]] = {
    "instances/": (an_instance, 7),
    "keys/": (lambda: a_key(instance=Instance.objects.first()), 6),
    "secrets/": (lambda: a_secret(instance=Instance.objects.first()), 6),
    "application-access/": (lambda: a_client_key().access_point, 5),
    "application-access/client-keys/": (a_client_key, 5),
    "synchronization/": (a_replica, 5),
}
every_list = pytest.mark.parametrize("path", LISTS)


def shown(visitor: Visitor, path: str) -> int:
    """Return how many rows a list shows."""
    return len(visitor.open(path).select("#results tbody tr"))


@every_list
def test_a_list_answers_with_page_fragment_csv_and_json(path: str) -> None:
    LISTS[path][0]()
    visitor = Visitor(Role.VIEWER)
    assert shown(visitor, HERE + path) == 1
    fragment = visitor.get(HERE + path, **{"HX-Request": "true"})
    assert b"<html" not in fragment.content
    csv = visitor.get(HERE + path + "?format=csv")
    assert b"".join(csv.streaming_content).decode().count("\n") == 2  # type: ignore[attr-defined]
    document = json.loads(visitor.get(HERE + path + "?format=json").content)
    rows = next(value for name, value in document.items() if name != "next")
    assert len(rows) == 1
    assert document["next"] is None


@every_list
def test_an_empty_list_says_what_to_do(path: str) -> None:
    operator, viewer = Visitor(Role.OPERATOR), Visitor(Role.VIEWER)
    empty = operator.open(HERE + path).select_one(".empty")
    assert empty is not None
    assert empty.select_one("a.button")
    assert not viewer.open(HERE + path).select(".empty a.button")
    assert "Nothing matches this filter" in text_of(viewer.open(HERE + path + "?text=none"))


@every_list
def test_a_list_shows_only_its_own_account_and_region(path: str) -> None:
    LISTS[path][0]()
    assert shown(Visitor(Role.VIEWER, account=an_account(OTHER_UID)), HERE + path) == 0
    assert shown(Visitor(Role.VIEWER), f"/kms/eu-west-1/{path}") == 0


@every_list
@pytest.mark.parametrize("count", [1, 50])
def test_a_list_asks_the_database_the_same_number_of_times(
    path: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make, queries = LISTS[path]
    for _ in range(count):
        make()
    visitor = Visitor(Role.VIEWER)
    visitor.get(HERE + path)
    with django_assert_num_queries(queries):
        assert shown(visitor, HERE + path) == count


def test_keys_are_found_by_text_state_and_instance() -> None:
    instance = an_instance()
    a_key(alias="alias/orders", instance=instance)
    a_key(alias="alias/refunds", state="Disabled")
    a_key(state="PendingDeletion")
    gone = a_key(state="Deleted")
    visitor = Visitor(Role.VIEWER)
    found = {
        "": 3, "?text=ORDERS": 1, "?state=Deleted": 1, "?state=Enabled&state=Disabled": 2,
        f"?instance={instance.instance_id}": 1, f"?text={gone.key_id}": 0, f"?text={gone.key_id}&state=Deleted": 1,
    }  # fmt: skip
    assert {query: shown(visitor, f"{HERE}keys/{query}") for query in found} == found


def test_secrets_are_found_by_type_and_rotation() -> None:
    a_secret(name="prod/db", kind="Rds")
    a_secret(kind="Generic", state="PendingDeletion")
    a_secret(state="Deleted")
    visitor = Visitor(Role.VIEWER)
    found = {"": 2, "?type=Rds": 1, "?rotation=Invalid": 0, "?state=Deleted": 1, "?text=prod/": 1}
    assert {query: shown(visitor, f"{HERE}secrets/{query}") for query in found} == found


def test_client_keys_are_found_by_their_validity() -> None:
    a_client_key(days_left=1000)
    a_client_key(days_left=20)
    a_client_key(days_left=1, now=NOW - timedelta(days=3))
    visitor = Visitor(Role.VIEWER)
    found = {"": 3, "?state=Valid": 2, "?state=Expiring": 1, "?state=Expired": 1, "?state=Deleted": 0}
    path = f"{HERE}application-access/client-keys/"
    assert {query: shown(visitor, path + query) for query in found} == found


def test_instances_have_a_tab_for_each_type_and_are_found_by_usage() -> None:
    busy = an_instance(qps_quota=100)
    an_instance()
    record_usage(busy, resource_type="qps", used=90, now=NOW)
    hardware = an_instance()
    hardware.management = Instance.Kind.HARDWARE
    hardware.save()
    visitor = Visitor(Role.VIEWER)
    tabs = [tab.get_text(" ", strip=True) for tab in visitor.open(f"{HERE}instances/").select("nav.tabs a")]
    assert tabs == ["Software key management 2", "Hardware key management 1", "External key management 0"]
    assert shown(visitor, f"{HERE}instances/hardware/") == 1
    assert shown(visitor, f"{HERE}instances/external/") == 0
    assert shown(visitor, f"{HERE}instances/?usage=90") == 1
    assert visitor.open(f"{HERE}instances/").select(".meter[data-tone=critical]")


def test_a_replica_is_seen_from_both_its_regions_with_its_outcomes() -> None:
    replica = a_replica()
    for succeeded in (True, False):
        key = a_key(instance=replica.primary)
        record_synchronization(replica, key=key, succeeded=succeeded, now=NOW, error_message="Out of reach.")
    visitor = Visitor(Role.VIEWER)
    for region in ("cn-hangzhou", "cn-shanghai"):
        assert shown(visitor, f"/kms/{region}/synchronization/") == 1
        assert shown(visitor, f"/kms/{region}/synchronization/{replica.pk}/") == 2
        assert shown(visitor, f"/kms/{region}/synchronization/{replica.pk}/?status=Failed") == 1
    assert shown(visitor, f"{HERE}synchronization/?failing=no") == 0
    assert "Out of reach." in text_of(visitor.open(f"{HERE}synchronization/{replica.pk}/"))


def test_deleted_access_points_stay_visible_under_their_filter() -> None:
    point = an_access_point()
    point.deleted_at = NOW
    point.save()
    visitor = Visitor(Role.VIEWER)
    assert shown(visitor, f"{HERE}application-access/") == 0
    assert shown(visitor, f"{HERE}application-access/?state=Deleted") == 1


@every_list
def test_a_filter_that_makes_no_sense_is_a_message(path: str) -> None:
    visitor = Visitor(Role.VIEWER)
    words = visitor.open(HERE + path + "?state=Nonsense&usage=5&failing=x&text=" + "x" * 300)
    assert words.select("[role=alert]")
