"""Health: who fails for long is paused and probed, their people are told otherwise, and what waited goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.accounts.encryption import fingerprint
from alerts.channels.base import DeliveryError, Outcome
from alerts.notifications.claim import PROBE_EVERY, claim
from alerts.notifications.health import FAILING_TO_PAUSE, expire, resume
from alerts.notifications.models import Attempt, Destination, Notification
from alerts.notifications.recipients import Recipient
from alerts.notifications.settle import record_attempt
from tests.builders import NOW, a_contact
from tests.notifications.test_claim import a_message

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
TEMPORARY = DeliveryError("It did not answer.", permanent=False, code="TimedOut", request="POST …")
GONE = DeliveryError("Not found.", permanent=True, code="404")
WELL = Outcome("ACCEPTED", "200", request="POST …")


def attempt(result: Outcome | DeliveryError, *, now: datetime) -> Notification | None:
    """Claim at a moment and let the try end like this."""
    found = claim(now=now)
    if found:
        record_attempt(found, None, result, started_at=now, duration=0)
    return found


def a_paused_destination(*, waiting: int = 3) -> list[Notification]:
    """Pause a destination by failures, and return messages that wait for it since then, at NOW."""
    for number in range(5):
        a_message(due=-2 * HOUR)
        assert attempt(GONE, now=NOW - FAILING_TO_PAUSE + number * FAILING_TO_PAUSE / 4)
    return [a_message() for _ in range(waiting)]


def the_destination() -> Destination:
    """Return what is known of the destination of these tests."""
    return Destination.objects.get(destination=fingerprint("ann"))


def test_every_try_is_remembered_with_its_destination() -> None:
    a_message()
    attempt(TEMPORARY, now=NOW)
    found = the_destination()
    assert (found.failures, found.failing_since, found.last_at, found.last_outcome) == (1, NOW, NOW, "RETRY")
    assert found.last_answer.startswith("TimedOut It did not answer.")
    attempt(WELL, now=NOW + 6 * SECOND)
    found.refresh_from_db()
    assert (found.failures, found.failing_since, found.last_outcome) == (0, None, "ACCEPTED")
    assert list(Attempt.objects.order_by("number").values_list("request", flat=True)) == ["POST …", "POST …"]


def test_five_failures_within_an_hour_do_not_pause() -> None:
    for number in range(6):
        a_message()
        attempt(GONE, now=NOW + number * SECOND)
    assert (the_destination().failures, the_destination().paused_at) == (6, None)


def test_a_failure_of_our_own_says_nothing_of_the_destination() -> None:
    a_message()
    attempt(DeliveryError("Gone.", permanent=True, code="EventGone"), now=NOW)
    assert not Destination.objects.exists()


def test_who_fails_for_an_hour_is_paused_and_only_probed() -> None:
    rows = a_paused_destination()
    assert the_destination().paused_at == NOW
    assert claim(now=NOW + PROBE_EVERY - SECOND) is None
    assert attempt(TEMPORARY, now=NOW + PROBE_EVERY) == rows[0]
    assert claim(now=NOW + PROBE_EVERY + SECOND) is None
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].tries) == ("PENDING", 1)


def test_probing_uses_up_no_tries() -> None:
    (row,) = a_paused_destination(waiting=1)
    for number in range(1, 30):
        assert attempt(TEMPORARY, now=NOW + number * PROBE_EVERY) == row
    row.refresh_from_db()
    assert (row.state, row.tries) == ("PENDING", 29)
    assert set(row.attempts.values_list("outcome", flat=True)) == {"RETRY"}


def test_a_probe_that_arrives_ends_the_pause_and_the_rest_goes_out() -> None:
    a_paused_destination(waiting=3)
    moment = NOW + PROBE_EVERY
    assert attempt(WELL, now=moment)
    assert (the_destination().paused_at, the_destination().probe_at, the_destination().failures) == (None, None, 0)
    assert attempt(WELL, now=moment)
    assert attempt(WELL, now=moment)
    assert not Notification.objects.filter(state="PENDING").exists()


def test_an_answer_that_nobody_can_read_ends_the_message_and_not_the_pause() -> None:
    rows = a_paused_destination()
    assert attempt(Outcome("UNKNOWN", "200"), now=NOW + PROBE_EVERY) == rows[0]
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].attempts.get().outcome) == ("UNKNOWN", "UNKNOWN")
    assert the_destination().paused_at


def test_resuming_lets_everything_out_one_at_a_time_at_first() -> None:
    a_paused_destination()
    assert resume(the_destination(), now=NOW)
    assert not resume(the_destination(), now=NOW)
    assert claim(now=NOW)
    assert claim(now=NOW) is None


def test_what_waited_for_a_day_fails_and_says_why() -> None:
    rows = a_paused_destination()
    assert expire(now=NOW + 24 * HOUR - SECOND) == 0
    assert expire(now=NOW + 24 * HOUR) == len(rows)
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].finished_at) == ("FAILED", NOW + 24 * HOUR)
    assert "paused" in rows[0].answer
    assert "24 hours" in rows[0].answer


def test_a_pause_is_told_once_by_the_other_ways_in_the_language_of_each() -> None:
    hook = {"url": "https://hooks.example.com/secret", "method": "POST"}
    both = a_contact("Both", webhook=hook["url"], phone={"phone": "+8613800001234"})
    by_phone = a_contact("Phone", email="", webhook=hook["url"], phone={"phone": "+8613800005678"})
    by_phone.language = "zh-hans"
    by_phone.save()
    a_contact("Nobody", email="", webhook=hook["url"])
    a_contact("Else", email="else@example.com")
    paused = Recipient("webhook", hook, "x")
    for number in range(8):
        row = a_message(due=-2 * HOUR)
        Notification.objects.filter(pk=row.pk).update(destination=paused.destination, masked=paused.masked)
        attempt(GONE, now=NOW - HOUR + number * HOUR / 4)
    told = Notification.objects.filter(purpose="NOTICE").order_by("recipient")
    assert [(each.recipient, each.channel) for each in told] == [("Both", "email"), ("Phone", "sms")]
    english, chinese = (each.subject_of for each in told)
    assert "cannot reach you at https://hooks.example.com/" in english
    assert "secret" not in english + chinese
    assert "\\u8054\\u7cfb\\u4eba" in chinese
    assert f"/contacts/{both.pk}/" in english


def test_a_test_goes_to_a_paused_destination_at_once_and_ends_the_pause_when_it_arrives() -> None:
    a_paused_destination()
    asked = a_message(purpose="TEST", level="")
    assert attempt(TEMPORARY, now=NOW) == asked
    asked.refresh_from_db()
    assert (asked.state, asked.due_at) == ("PENDING", NOW + 5 * SECOND)
    assert claim(now=NOW) is None
    assert attempt(WELL, now=NOW + 5 * SECOND) == asked
    assert the_destination().paused_at is None
