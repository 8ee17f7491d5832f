"""Alerts › Destinations, and sending again: what fails is seen, resumed and sent once more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.notifications.models import Destination, Notification
from tests.builders import NOW, OTHER_UID, a_contact, an_account
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:destinations")
RESEND_FAILED = reverse("cloudmonitor:history_resend_failed")


def a_destination(number: int = 1, **fields: Any) -> Destination:
    """Return the memory of one address."""
    usual: dict[str, Any] = {"channel": "webhook", "masked": f"https://hooks-{number}.example.com/…"}
    values: dict[str, Any] = {"account": an_account(), "destination": f"digest {number}"} | usual | fields
    return Destination.objects.create(**values)


def a_message(state: str = "FAILED", *, destination: str = "digest 1", uid: str = "", **fields: Any) -> Notification:
    """Return a message without a decision."""
    account = an_account(uid) if uid else an_account()
    values: dict[str, Any] = {
        "account": account, "channel": "webhook", "recipient": "Li.Na", "address": "{}", "destination": destination,
        "masked": "https://hooks-1.example.com/…", "state": state, "purpose": "TEST", "created_at": NOW, "due_at": NOW,
    }  # fmt: skip
    return Notification.objects.create(**(values | fields))


def test_each_destination_says_how_it_is_and_what_waits_for_it() -> None:
    a_destination(1, failures=7, failing_since=NOW - timedelta(hours=2), paused_at=NOW - timedelta(hours=1))
    a_destination(2, failures=1, failing_since=NOW)
    a_destination(3, last_at=NOW, last_outcome="ACCEPTED", last_answer="200 ok")
    a_destination(4, account=an_account(OTHER_UID), masked="https://foreign.example.com/…")
    a_message("PENDING")
    a_message("PENDING")
    a_message("SENT")
    client = signed_in(Role.VIEWER)
    page = page_of(client, LIST)
    rows = [row.get_text(" ", strip=True) for row in page.select("#results tbody tr")]
    assert ["hooks-3" in rows[0], "hooks-2" in rows[1], "hooks-1" in rows[2]] == [True] * 3
    assert "Answers" in rows[0]
    assert "200 ok" in rows[0]
    assert "Fails since 20" in rows[1]
    assert "1 failure in a row" in rows[1]
    assert "Paused" in rows[2]
    assert "7 failures in a row" in rows[2]
    assert rows[2].endswith("2 Messages")
    assert "foreign" not in page.get_text()
    assert not page.find("a", string="Resume")


@pytest.mark.parametrize(
    ("health", "found"), [("paused", "hooks-1"), ("failing", "hooks-2"), ("well", "hooks-3"), ("untried", "hooks-4")]
)
def test_destinations_are_searched_by_their_health(health: str, found: str) -> None:
    a_destination(1, failing_since=NOW, paused_at=NOW)
    a_destination(2, failing_since=NOW)
    a_destination(3, last_outcome="ACCEPTED", last_at=NOW)
    a_destination(4)
    (item,) = signed_in().get(LIST, {"format": "json", "health": health}).json()["destinations"]
    assert found in item["Address"]


def test_a_paused_destination_is_resumed_by_an_operator() -> None:
    paused = a_destination(
        failures=7, failing_since=NOW, paused_at=NOW, last_at=NOW, last_outcome="FAILED", last_answer="404 Not found."
    )
    client = signed_in(Role.OPERATOR)
    link = page_of(client, LIST).find("a", string="Resume")
    assert link is not None
    asked = page_of(client, str(link["href"]))
    assert "hooks-1.example.com" in asked.get_text()
    assert asked.select_one("button[data-kind='primary']"), "resuming loses nothing"
    sent(client, str(link["href"]), {}, expect=302)
    paused.refresh_from_db()
    assert (paused.paused_at, paused.failures) == (None, 0)
    words = words_of(client.get(LIST))
    assert "Not tried since it was resumed" in words
    assert re.search(r"Before it was resumed .* 404 Not found\.", words)
    assert AuditEntry.objects.get().verb == "destination.resume"
    assert "not paused" in words_of(sent(client, str(link["href"]), {}, expect=422))


def test_a_failed_message_is_sent_again_with_its_delivery_id() -> None:
    failed = a_message(contact=a_contact(), tries=3, finished_at=NOW)
    client = signed_in(Role.OPERATOR)
    link = page_of(client, reverse("cloudmonitor:notification", args=[failed.pk])).select_one("a[href$='/resend/']")
    assert link is not None
    sent(client, str(link["href"]), {}, expect=302)
    before = failed.delivery_id
    failed.refresh_from_db()
    assert (failed.state, failed.delivery_id, failed.finished_at) == ("PENDING", before, None)
    sent(client, str(link["href"]), {}, expect=422)


def test_a_viewer_and_a_message_that_arrived_have_no_way_to_send_again() -> None:
    arrived = a_message("SENT")
    for client in (signed_in(Role.VIEWER), signed_in(Role.OPERATOR)):
        assert "Send again" not in words_of(client.get(reverse("cloudmonitor:notification", args=[arrived.pk])))


def test_all_that_failed_in_a_period_is_sent_again() -> None:
    old = a_message(created_at=NOW - timedelta(days=3))
    new, foreign, arrived = a_message(), a_message(uid=OTHER_UID), a_message("SENT")
    client = signed_in(Role.OPERATOR)
    assert "1 message failed in the last 24 hours." in words_of(client.get(RESEND_FAILED))
    period = {"since": f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}", "until": f"{NOW:%Y-%m-%dT%H:%M:%S}"}
    backwards = {"since": period["until"], "until": period["since"]}
    assert "The end must be after the start." in words_of(sent(client, RESEND_FAILED, backwards, expect=422))
    period["until"] = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"
    answer = sent(client, RESEND_FAILED, period, expect=302)
    states = {each.pk: each.state for each in Notification.objects.all()}
    assert states == {old.pk: "FAILED", new.pk: "PENDING", foreign.pk: "FAILED", arrived.pk: "SENT"}
    Notification.objects.filter(pk=new.pk).update(state="SENT")
    a_message("PENDING")
    (row,) = page_of(client, answer.url).select("#results tbody tr")
    assert row.find("a", href=reverse("cloudmonitor:notification", args=[new.pk])), "whatever became of it since"
    assert "No message of this period failed." in words_of(sent(client, RESEND_FAILED, period, expect=422))


def test_a_message_that_was_sent_again_says_so_instead_of_showing_the_old_answer() -> None:
    failed = a_message(tries=3, finished_at=NOW, answer="404 Not found.")
    client = signed_in(Role.OPERATOR)
    page = reverse("cloudmonitor:notification", args=[failed.pk])
    assert page_of(client, f"{page}resend/").select_one("button[data-kind='primary']")
    sent(client, f"{page}resend/", {}, expect=302)
    words = words_of(client.get(reverse("cloudmonitor:history")))
    assert "Sending again" in words
    assert "404" not in words
    Notification.objects.filter(pk=failed.pk).update(tries=4, answer="503 Busy.")
    assert "Will be tried again" in words_of(client.get(reverse("cloudmonitor:history")))


def test_a_destination_leads_to_its_messages_and_to_those_that_wait() -> None:
    a_destination(1)
    elsewhere = a_destination(2, account=an_account(OTHER_UID), destination="digest 9")
    waiting, arrived, other = a_message("PENDING"), a_message("SENT"), a_message("PENDING", destination="digest 9")
    client = signed_in(Role.VIEWER)
    row = page_of(client, LIST).select_one("#results tbody tr")
    assert row is not None
    waits, all_of_them = (str(link["href"]) for link in row.select("a"))

    def listed(path: str) -> set[int]:
        links = page_of(client, path).select("#results tbody a.button")
        return {int(str(link["href"]).strip("/").rsplit("/", 1)[-1]) for link in links}

    assert listed(waits) == {waiting.pk}
    assert listed(all_of_them) == {waiting.pk, arrived.pk}
    assert "hooks-1.example.com" in words_of(client.get(all_of_them)), "the filter in force says which"
    assert other.pk not in listed(reverse("cloudmonitor:history") + f"?destination={elsewhere.pk}")
