"""Alerts › Alert History and Outbox: messages and decisions, searched, exported and opened; addresses stay masked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.channels.base import DeliveryError, Outcome
from alerts.notifications.claim import claim
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.message import compose
from alerts.notifications.models import Notification
from alerts.notifications.settle import record_attempt
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_event
from tests.cloudmonitor.people import a_stranger, page_of, signed_in, words_of

pytestmark = pytest.mark.django_db

HISTORY = reverse("cloudmonitor:history")
DECISIONS = reverse("cloudmonitor:decisions")
OUTBOX = reverse("cloudmonitor:outbox")
CANARIES = ("canary.local.part", "canary-7f3a-path")
HOOK = "https://hooks.example.com/canary-7f3a-path?key=canary-7f3a-path"
FAILURE = DeliveryError("The receiver answered 503.", permanent=False, code="503", detail="busy")


def a_story(
    *results: Outcome | DeliveryError, email: str = "canary.local.part@example.com", **rule: Any
) -> Notification:
    """Return the message of one event to one contact after these attempts."""
    contact = a_contact("Li.Na", email=email, webhook=rule.pop("webhook", ""))
    a_rule(name=rule.pop("name", "rotation_failed"), group=a_contact_group(contact), **rule)
    event = an_event(instance_name="rds-prod-app")
    dispatch_batch(now=NOW)
    for number, result in enumerate(results):
        now = NOW + timedelta(minutes=10 * number)
        sent = claim(now=now)
        assert sent is not None
        record_attempt(sent, compose(sent, event), result, started_at=now, duration=0.25)
    return Notification.objects.latest("pk")


def opened(notification: Notification) -> str:
    """Return the address of a message."""
    return reverse("cloudmonitor:notification", args=[notification.pk])


def test_a_message_stands_in_the_history_with_all_that_happened_to_it() -> None:
    told = a_story(FAILURE, Outcome(status="ACCEPTED", code="250", detail="queued as 4Xy"))
    client = signed_in(Role.VIEWER)
    words = words_of(client.get(HISTORY))
    for said in ("CRITICAL", "Managed secret rotation failed", "rotation_failed", "Li.Na", "c•••@example.com",
                 "Accepted", "250 queued as 4Xy", "500 ms"):  # fmt: skip
        assert said in words
    page = page_of(client, HISTORY)
    assert told.decision
    assert page.find("a", href=reverse("cloudmonitor:system_event", args=[told.decision.event_id]))
    assert page.find("a", href=opened(told))
    assert page.find("a", href=opened(told), string="Details")


@pytest.mark.parametrize("path", [HISTORY, DECISIONS])
def test_a_rule_with_a_name_without_an_end_leaves_room_for_the_other_columns(path: str) -> None:
    name = "z" * 100
    a_story(name=name)
    cell = page_of(signed_in(Role.VIEWER), path).select_one("td .stacked[data-source] > span")
    assert cell
    assert cell.text == name


def test_the_page_of_a_message_shows_its_text_and_every_attempt() -> None:
    told = a_story(FAILURE, Outcome(status="ACCEPTED", code="250"))
    client = signed_in(Role.VIEWER)
    assert told.decision
    rule = reverse("cloudmonitor:alert_rule_modify", args=[told.decision.rule_id])
    assert page_of(client, opened(told)).find("a", href=rule, string="rotation_failed")
    words = words_of(client.get(opened(told)))
    assert "[CRITICAL] Managed secret rotation failed: rds-prod-app (cn-hangzhou)" in words
    assert "Attempt 1: Failed for now · 503 · 250 ms" in words
    assert "The receiver answered 503. busy" in words
    assert "Attempt 2: Accepted · 250 · 250 ms" in words
    assert "What to do" in words


def test_a_message_that_waits_says_so() -> None:
    told = a_story()
    client = signed_in(Role.VIEWER)
    assert "Waiting" in words_of(client.get(HISTORY))
    assert "Not tried yet" in words_of(client.get(opened(told)))


def test_the_page_of_a_webhook_shows_the_body_of_the_callback() -> None:
    told = a_story(Outcome(status="ACCEPTED", code="200"), email="", webhook=HOOK)
    page = page_of(signed_in(Role.VIEWER), opened(told))
    body = page.find(id="body")
    assert body is not None
    assert '"ruleName": "rotation_failed"' in body.get_text()


def test_every_message_and_decision_of_another_account_is_as_if_it_did_not_exist() -> None:
    told = a_story(Outcome(status="KEPT"))
    client = a_stranger()
    assert client.get(opened(told)).status_code == 404
    assert client.get(reverse("cloudmonitor:outbox_message", args=[told.pk])).status_code == 404
    for path in (HISTORY, DECISIONS, OUTBOX):
        assert "rotation_failed" not in words_of(client.get(path))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"rule": "rotation_failed"}, True), ({"rule": "another"}, False),
        ({"state": "SENT"}, True), ({"state": "FAILED"}, False),
        ({"channel": "email"}, True), ({"channel": "webhook"}, False),
        ({"text": "RotateSecret"}, True), ({"text": "rds-PROD"}, True), ({"text": "li.na"}, True),
        ({"text": "xyz"}, False),
        ({"period": "1h"}, True), ({"start": "2001-01-01T00:00:00", "end": "2001-01-02T00:00:00"}, False),
        ({"start": "2001-01-01T00:00:00"}, True),
    ],
)  # fmt: skip
def test_messages_are_searched_by_rule_outcome_channel_text_and_time(query: dict[str, str], found: bool) -> None:  # noqa: FBT001
    a_story(Outcome(status="ACCEPTED"))
    page = page_of(signed_in(Role.VIEWER), HISTORY, **query)
    assert bool(page.select("#results tbody tr")) == found


def test_a_time_is_typed_in_the_zone_of_the_reader() -> None:
    a_story()
    local = (NOW + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")
    page = page_of(signed_in(Role.VIEWER, zone="Asia/Shanghai"), HISTORY, start=local)
    assert "From (Asia/Shanghai)" in page.get_text()
    assert page.select("#results tbody tr")
    assert not page_of(signed_in(Role.VIEWER), HISTORY, start=local).select("#results tbody tr")


@pytest.mark.parametrize("path", [HISTORY, DECISIONS])
def test_a_range_that_ends_before_it_starts_is_a_clear_mistake(path: str) -> None:
    a_story()
    answer = signed_in(Role.VIEWER).get(path, {"start": "2026-01-02T00:00:00", "end": "2026-01-01T00:00:00"})
    assert "The end must be after the start." in words_of(answer)


def test_the_history_is_exported_as_csv_and_json_with_masked_addresses() -> None:
    told = a_story(Outcome(status="ACCEPTED", code="250"))
    client = signed_in(Role.VIEWER)
    text = client.get(HISTORY, {"format": "csv"}).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Rule"], row["Address"], row["Outcome"], row["Attempts"]) == (
        "rotation_failed", "c•••@example.com", "SENT", "1",
    )  # fmt: skip
    (item,) = client.get(HISTORY, {"format": "json"}).json()["notifications"]
    assert told.decision
    assert (item["EventId"], item["DeliveryId"]) == (str(told.decision.event_id), str(told.delivery_id))
    assert item["Duration"] == 0.25


def test_decisions_that_told_nobody_and_muted_ones_are_listed_with_their_reason() -> None:
    a_rule(name="no_one", group=a_contact_group())
    a_rule(name="once_a_day")
    same: dict[str, Any] = {"resource": "acs:kms:cn-hangzhou:1000000000000001:secret/one", "content": {"n": 1}}
    an_event(occurrence="first", **same)
    an_event(occurrence="second", **same)
    dispatch_batch(now=NOW)
    client = signed_in(Role.VIEWER)
    words = words_of(client.get(DECISIONS))
    assert "Told of the same within the mute period of 1 d." in words
    assert "None of the rule's contact groups has a contact that can be reached, and no system is told." in words
    assert len(page_of(client, DECISIONS, verdict="MUTED").select("#results tbody tr")) == 1
    assert len(page_of(client, DECISIONS, rule="no_one").select("#results tbody tr")) == 2
    told = {item["Decision"] for item in client.get(DECISIONS, {"format": "json"}).json()["decisions"]}
    assert told == {"TOLD", "MUTED", "NOBODY"}


def test_the_outbox_holds_what_was_kept_and_says_how_to_have_it_sent(settings: Any) -> None:
    settings.SMTP_URL = ""
    kept = a_story(Outcome(status="KEPT"))
    client = signed_in(Role.VIEWER)
    words = words_of(client.get(OUTBOX))
    assert "KMSCONSOLE_SMTP_URL" in words
    assert "[CRITICAL] Managed secret rotation failed: rds-prod-app (cn-hangzhou)" in words
    read = words_of(client.get(reverse("cloudmonitor:outbox_message", args=[kept.pk])))
    assert "What to do" in read
    assert "c•••@example.com" in read
    settings.SMTP_URL = "smtp://user:canary-password@mail.example.com"
    page = client.get(OUTBOX).content.decode()
    assert "A mail server is set now" in page
    assert "canary-password" not in page


def test_what_was_sent_is_not_in_the_outbox() -> None:
    told = a_story(Outcome(status="ACCEPTED"))
    client = signed_in(Role.VIEWER)
    assert "The outbox is empty" in words_of(client.get(OUTBOX))
    assert client.get(reverse("cloudmonitor:outbox_message", args=[told.pk])).status_code == 404


def test_no_page_and_no_export_shows_the_secret_part_of_an_address() -> None:
    told = a_story(Outcome(status="KEPT"), webhook=HOOK, url=HOOK + "2")
    client = signed_in(Role.ADMINISTRATOR)
    paths = [*(opened(each) for each in Notification.objects.all()), reverse("cloudmonitor:contacts"), "/"]
    for path in (HISTORY, DECISIONS, OUTBOX):
        paths += [path, f"{path}?format=csv", f"{path}?format=json"]
    assert Notification.objects.count() == 3
    for path in paths:
        text = client.get(path).getvalue().decode()
        assert not [canary for canary in CANARIES if canary in text], path
    assert told.address


@pytest.mark.parametrize("path", [HISTORY, DECISIONS, OUTBOX])
def test_a_list_takes_the_same_queries_for_one_row_and_for_many(
    path: str, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    a_story(Outcome(status="KEPT"))
    client = signed_in(Role.VIEWER)
    client.get(path)
    with django_assert_max_num_queries(9) as one:
        client.get(path)
    for _each in range(20):
        an_event()
    dispatch_batch(now=NOW)
    Notification.objects.update(state="KEPT")
    with django_assert_num_queries(len(one)):
        client.get(path)


def test_the_history_is_read_page_by_page() -> None:
    a_rule()
    for _each in range(60):
        an_event()
    dispatch_batch(now=NOW)
    client = signed_in(Role.VIEWER)
    first = page_of(client, HISTORY)
    older = first.find("a", rel="next")
    assert older is not None
    second = page_of(client, str(older["href"]))
    assert len(first.select("#results tbody tr")) == 50
    assert len(second.select("#results tbody tr")) == 10


def test_events_of_which_nobody_was_told_have_a_tab_of_their_own() -> None:
    a_rule(name="failures", names=["Secret:RotateSecret:Failure"])
    a_rule(name="quiet", group=a_contact_group())
    told, silent = an_event("Secret:RotateSecret:Failure"), an_event("Key:DeleteKey:Success")
    dispatch_batch(now=NOW)
    client = signed_in(Role.VIEWER)
    page = page_of(client, DECISIONS)
    link = page.find("a", string=lambda text: "Told Nobody" in str(text))
    assert link is not None
    found = page_of(client, str(link["href"]))
    assert str(silent.pk) in str(found.select("#results"))
    assert str(told.pk) not in str(found.select("#results"))
    assert "No contact" not in found.get_text()
    (item,) = client.get(DECISIONS, {"format": "json", "told": "nobody"}).json()["decisions"]
    assert (item["Rule"], item["Decision"], item["EventId"]) == ("quiet", "NOBODY", str(silent.pk))
    assert client.get(DECISIONS, {"told": "x"}).status_code == 200


def test_a_message_shows_what_was_sent_and_what_was_answered() -> None:
    told = a_story(Outcome(status="ACCEPTED", code="200"), email="", webhook=HOOK)
    told.attempts.update(request='POST https://hooks.example.com/…\n{"n": 1}', detail="<b>queued</b>")
    page = page_of(signed_in(Role.VIEWER), opened(told))
    shown = [each.get_text() for each in page.select("pre.letter")]
    assert 'POST https://hooks.example.com/…\n{"n": 1}' in shown
    assert "<b>queued</b>" in shown
