"""What people read: how many, which, since when, with a link to exactly those events, and how many are left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from alerts.notifications.batch_facts import batch_facts
from alerts.notifications.batch_message import composed_batch
from alerts.notifications.budget import merge
from alerts.notifications.facts import Reader
from alerts.notifications.models import Decision, Notification
from alerts.notifications.retention import KEEP, forget
from alerts.subscriptions.models import Batch, Bundle
from tests.builders import NOW, a_draft, a_user, an_event, some_events
from tests.subscriptions.making import MINUTE, SECOND, a_policy, run

pytestmark = pytest.mark.django_db


def a_merged_batch(number: int, **fields: Any) -> Batch:
    """Return the batch of so many failures of different secrets, which waited a minute for each other."""
    a_policy(group_wait=60, name="night watch", **fields)
    some_events([a_draft(at=NOW - each * SECOND) for each in range(number)])
    run(NOW)
    run(NOW + MINUTE)
    return Batch.objects.get()


def test_a_merged_mail_says_how_many_which_and_since_when() -> None:
    batch = a_merged_batch(3)
    (row,) = Notification.objects.select_related("account")
    event = an_event()
    made = composed_batch(row, batch, event)
    assert made.note == ""
    message = made.message
    assert message.subject == "[CRITICAL] 3 events (night watch)"
    assert "3 events of 3 different causes, since" in message.text
    assert message.text.count("Managed secret rotation failed · secret-") == 3
    assert message.url in message.text
    assert "subscription policy “night watch”" in message.text
    assert "night watch" in message.html
    row.language = "zh-hans"
    chinese = composed_batch(row, batch, event).message
    assert chinese.subject == "[CRITICAL] 3 个事件（night watch）"
    assert "共 3 个事件" in chinese.text


def test_one_event_reads_like_that_of_an_alert_rule() -> None:
    a_policy()
    event = an_event()
    run(NOW)
    (row,) = Notification.objects.select_related("account")
    message = composed_batch(row, Batch.objects.get(), event).message
    assert "What to do" in message.text
    assert message.url.endswith(f"/{event.id}/")


def test_own_words_of_a_policy_are_used_for_its_channel() -> None:
    methods = {"email": {"levels": ["CRITICAL"], "subject": "Wake up", "body": "{{ batch.count }} of {{ rule }}"}}
    batch = a_merged_batch(2, methods=methods)
    (row,) = Notification.objects.select_related("account")
    message = composed_batch(row, batch, an_event()).message
    assert (message.subject, message.text) == ("Wake up", "2 of night watch")


def test_a_list_is_cut_to_the_size_of_the_channel_and_says_how_much_is_left_out() -> None:
    batch = a_merged_batch(80)
    reader = Reader("Ann", "en")
    told = batch_facts(batch, an_event(), reader, channel="wecom")["batch"]
    assert sum(len(each["line"].encode()) for each in told["lines"]) <= 2048
    assert told["more"] == 80 - len(told["lines"]) > 0
    assert str(told["more"]) in told["more_note"]


def test_the_link_shows_exactly_these_events(client: Client) -> None:
    batch = a_merged_batch(3)
    an_event(at=NOW - SECOND)
    client.force_login(a_user())
    link = urlsplit(batch_facts(batch, an_event(), Reader("Ann", "en"), channel="email")["url"])
    found = client.get(f"{link.path}?{link.query}&format=json").json()
    ids = {str(each) for each in Decision.objects.filter(batch=batch).values_list("event_id", flat=True)}
    assert {each["Id"] for each in found["events"]} == ids
    assert client.get(f"{link.path}?batch=00000000-0000-0000-0000-000000000000&format=json").json()["events"] == []


def test_what_was_said_is_forgotten_with_the_events() -> None:
    a_merged_batch(2)
    run(NOW + 10 * MINUTE)
    forget(now=NOW + KEEP + timedelta(days=1))
    assert not Batch.objects.exists()
    assert not Bundle.objects.exists()


def test_messages_of_policies_are_never_merged_into_others_without_a_word() -> None:
    batch = a_merged_batch(2)
    other = Batch.objects.create(
        account_id=batch.account_id, policy_name="other", number=1, kind="FIRST", level="CRITICAL", count=1,
        since=NOW, until=NOW, made_at=NOW,
    )  # fmt: skip
    usual = {"level": "CRITICAL", "channel": "dingtalk", "recipient": "robot", "address": "{}", "masked": "x"}
    rows = [
        Notification(
            account_id=each.account_id, batch=each, destination="one robot", created_at=NOW, due_at=NOW, **usual
        )
        for each in (batch, other)
    ]
    first, _second = Notification.objects.bulk_create(rows)
    merge(first, spare=0, now=NOW)
    assert not Notification.objects.filter(state="MERGED").exists()
