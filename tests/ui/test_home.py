"""The first page: figures that lead somewhere, and what to do in an empty account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from alerts.accounts.models import Role
from alerts.estate.models import Usage
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Destination, Notification
from tests.builders import (
    NOW,
    OTHER_UID,
    a_client_key,
    a_key,
    a_rule,
    a_secret,
    a_user,
    an_account,
    an_event,
    an_instance,
)

pytestmark = pytest.mark.django_db


def home(role: Role = Role.VIEWER, *, uid: str = "") -> BeautifulSoup:
    """Return the first page as somebody with this role sees it."""
    client = Client()
    client.force_login(a_user(role=role, account=an_account(uid) if uid else None))
    answer = client.get("/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def tiles(page: BeautifulSoup) -> dict[str, str]:
    """Return label and value of each tile."""
    found = {}
    for tile in page.select(".stat"):
        label, value = tile.find("dt"), tile.select_one(".stat-value")
        assert label is not None
        assert value is not None
        found[label.get_text(strip=True)] = value.get_text(strip=True)
    return found


def test_an_empty_account_says_what_to_do_first(settings: Any) -> None:
    settings.SITE_URL = "https://kms.example.com"
    an_account()
    page = home(Role.ADMINISTRATOR)
    text = page.get_text()
    assert "Nothing has happened here yet" in text
    assert "curl -i https://kms.example.com/ingest/cloudevents" in text
    assert "Bearer $TOKEN" in text
    assert page.find("a", href="/account/tokens/")
    assert not home(Role.VIEWER).find("a", href="/account/tokens/")


def test_the_tiles_count_what_lately_happened_and_what_ends_soon() -> None:
    for _each in range(2):
        an_event(at=NOW - timedelta(hours=1))
    an_event("Key:DeleteKey:Success", at=NOW - timedelta(hours=23))
    an_event("Key:DeleteKey:Success", at=NOW - timedelta(hours=25))
    a_key(state="PendingDeletion", alias="alias/going")
    a_secret(state="PendingDeletion", name="leaving")
    a_client_key(days_left=20)
    a_client_key(days_left=200)
    instance = an_instance()
    Usage.objects.create(instance=instance, resource_type="qps", used=700, quota=1000, sampled_at=NOW)
    Usage.objects.create(instance=instance, resource_type="key", used=699, quota=1000, sampled_at=NOW)
    Usage.objects.create(instance=instance, resource_type="vpc", used=5, quota=0, sampled_at=NOW)
    page = home()
    assert tiles(page) == {
        "Open incidents": "0", "CRITICAL": "2", "WARN": "1", "INFO": "0", "Keys and secrets to be deleted": "2",
        "Client keys that expire within 180 days": "1", "Quotas used to 70 % or more": "1", "Messages that failed": "0",
    }  # fmt: skip
    text = page.get_text(" ")
    assert "alias/going" in text
    assert "leaving" in text
    assert "Managed secret rotation failed" in text
    assert "Nothing has happened here yet" not in text
    critical = page.find("a", string="CRITICAL")
    assert critical is not None
    assert critical["href"] == "/cloudmonitor/event-center/system-events/?level=CRITICAL&period=1d"


def test_messages_that_failed_within_a_day_are_counted() -> None:
    a_rule()
    an_event()
    dispatch_batch(now=NOW)
    Notification.objects.update(state="FAILED", finished_at=NOW)
    assert tiles(home())["Messages that failed"] == "1"
    Notification.objects.update(finished_at=NOW - timedelta(days=2))
    assert tiles(home())["Messages that failed"] == "0"


def test_nothing_of_another_account_is_counted_or_shown() -> None:
    an_event()
    a_key(state="PendingDeletion", alias="alias/going")
    a_client_key(days_left=20)
    page = home(uid=OTHER_UID)
    assert set(tiles(page).values()) == {"0"}
    assert "alias/going" not in page.get_text()


def test_the_page_takes_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(a_user(role=Role.VIEWER))
    for _each in range(30):
        an_event()
        a_key(state="PendingDeletion")
    client.get("/")
    with django_assert_max_num_queries(21):
        client.get("/")


def test_a_paused_destination_stands_on_the_first_page() -> None:
    Destination.objects.create(account=an_account(), destination="d", channel="email", masked="a", paused_at=NOW)
    page = home()
    assert "1 destination paused" in page.get_text()
    assert page.select_one("a[href*='health=paused']")
