"""Resending: the same delivery id, the next number, new patience, and nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.channels.base import DeliveryError, Outcome
from alerts.notifications.claim import LEASE, claim
from alerts.notifications.models import Notification
from alerts.notifications.resend import resend, resend_failed
from alerts.notifications.settle import record_attempt
from tests.builders import NOW, OTHER_UID, an_account
from tests.notifications.test_claim import a_message
from tests.notifications.test_health import GONE, TEMPORARY, WELL, attempt

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


def test_what_failed_goes_out_again_with_its_id_and_the_next_number() -> None:
    row = a_message()
    for wait in (0, 5, 35, 155):
        attempt(TEMPORARY, now=NOW + timedelta(seconds=wait))
    row.refresh_from_db()
    assert (row.state, row.tries) == ("FAILED", 4)
    assert resend(row, now=LATER)
    again = attempt(TEMPORARY, now=LATER)
    assert again
    assert (again.delivery_id, again.tries) == (row.delivery_id, 5)
    row.refresh_from_db()
    assert (row.state, row.due_at, row.finished_at) == ("PENDING", LATER + timedelta(seconds=5), None)
    attempt(WELL, now=row.due_at)
    row.refresh_from_db()
    assert row.state == "SENT"
    assert list(row.attempts.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("result", "allowed"),
    [(GONE, True), (Outcome("UNKNOWN"), True), (Outcome("KEPT"), True), (WELL, False), (TEMPORARY, False)],
)
def test_only_what_may_not_have_arrived_goes_out_again(result: Outcome | DeliveryError, *, allowed: bool) -> None:
    row = a_message()
    attempt(result, now=NOW)
    assert resend(row, now=LATER) is allowed
    assert resend(row, now=LATER) is False, "it waits already"


def test_what_is_being_delivered_is_left_alone() -> None:
    row = a_message()
    attempt(GONE, now=NOW)
    assert resend(row, now=NOW)
    under_way = claim(now=NOW)
    assert under_way
    assert resend(row, now=NOW) is False
    assert claim(now=NOW) is None
    record_attempt(under_way, None, WELL, started_at=NOW, duration=0)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("SENT", 2)


def test_a_merged_message_goes_out_by_itself() -> None:
    rows = [a_message("robot", channel="dingtalk") for _ in range(30)]
    attempt(WELL, now=NOW)
    assert resend(rows[7], now=NOW)
    assert attempt(WELL, now=NOW) == rows[7]
    rows[7].refresh_from_db()
    assert (rows[7].state, rows[7].merged_into) == ("SENT", None)


def test_all_that_failed_in_a_period_goes_out_again_and_nothing_else() -> None:
    for number in range(6):
        row = a_message(f"to{number}")
        Notification.objects.filter(pk=row.pk).update(created_at=NOW + number * LEASE)
        attempt(WELL if number == 2 else GONE, now=NOW)
    since, until = NOW + LEASE, NOW + 4 * LEASE
    assert resend_failed(an_account(OTHER_UID), since=since, until=until, now=LATER) == []
    assert len(resend_failed(an_account(), since=since, until=until, now=LATER)) == 2
    assert resend_failed(an_account(), since=since, until=until, now=LATER) == []
    assert set(Notification.objects.filter(state="PENDING").values_list("recipient", flat=True)) == {"to1", "to3"}
