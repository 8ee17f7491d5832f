"""Budgets: never more in a minute than a robot takes, room for what is critical, and nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from alerts.channels.base import Outcome
from alerts.notifications.budget import WINDOW
from alerts.notifications.claim import LEASE, claim
from alerts.notifications.models import Destination, Notification
from alerts.notifications.settle import record_attempt
from tests.builders import NOW
from tests.notifications.test_claim import a_message

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def send_all(*, now: datetime) -> Sequence[Notification]:
    """Claim and deliver what there is room for at one moment."""
    sent = []
    while found := claim(now=now):
        record_attempt(found, None, Outcome("ACCEPTED"), started_at=now, duration=0)
        sent.append(found)
    return sent


def wait(count: int, *, level: str = "INFO", to: str = "robot") -> list[Notification]:
    """Return so many messages that are due at a DingTalk robot."""
    return [a_message(to, level=level, channel="dingtalk") for _ in range(count)]


def states() -> dict[str, int]:
    """Count the messages by state."""
    found: dict[str, int] = {}
    for state in Notification.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_what_a_robot_takes_in_a_minute_goes_out_one_by_one() -> None:
    wait(16)
    assert len(send_all(now=NOW)) == 16
    assert states() == {"SENT": 16}


def test_what_is_more_is_merged_into_the_first_at_once() -> None:
    rows = wait(300)
    assert send_all(now=NOW) == rows[:1]
    assert states() == {"SENT": 1, "MERGED": 299}
    assert set(rows[0].merged.values_list("state", "finished_at", "tries")) == {("MERGED", NOW, 0)}
    assert rows[0].merged.count() == 299


def test_what_comes_later_waits_for_room_without_an_attempt_and_is_merged_then() -> None:
    wait(16)
    send_all(now=NOW)
    later = wait(5)
    assert send_all(now=NOW + 10 * SECOND) == []
    for row in later:
        row.refresh_from_db()
    assert {(row.state, row.due_at, row.tries, row.claimed_until) for row in later} == {
        ("PENDING", NOW + WINDOW, 0, None)
    }
    last = wait(30)
    assert send_all(now=NOW + WINDOW - SECOND) == []
    assert len(send_all(now=NOW + WINDOW)) == 1
    assert states() == {"SENT": 17, "MERGED": 34}
    assert Notification.objects.get(pk=last[0].pk).merged_into_id == later[0].pk


def test_a_fifth_is_kept_for_what_is_critical_and_for_what_a_person_waits_for() -> None:
    wait(16)
    send_all(now=NOW)
    wait(1)
    wait(3, level="CRITICAL")
    asked = a_message("robot", level="", purpose="TEST", channel="dingtalk")
    sent = send_all(now=NOW + SECOND)
    assert len(sent) == 4
    assert asked in sent
    assert states() == {"SENT": 20, "PENDING": 1}
    wait(1, level="CRITICAL")
    assert send_all(now=NOW + 2 * SECOND) == []


def test_no_minute_sees_more_than_the_robot_takes() -> None:
    moments: list[datetime] = []
    for second in range(0, 300, 3):
        now = NOW + second * SECOND
        wait(2, level="CRITICAL" if second % 5 == 0 else "INFO")
        moments += [now for _ in send_all(now=now)]
    assert max(sum(start <= other < start + timedelta(minutes=1) for other in moments) for start in moments) <= 20
    assert not Notification.objects.filter(state="PENDING", due_at__gt=NOW + 300 * SECOND + WINDOW).exists()
    send_all(now=NOW + timedelta(minutes=10))
    assert set(states()) == {"SENT", "MERGED"}
    assert not Notification.objects.filter(state="MERGED").exclude(merged_into__state="SENT").exists()


def test_the_moments_of_the_last_minute_are_all_that_is_kept() -> None:
    for minute in range(3):
        wait(5)
        send_all(now=NOW + minute * timedelta(minutes=2))
    assert Destination.objects.get().recent == [NOW + timedelta(minutes=4)] * 5


def test_who_merges_next_takes_along_what_was_merged_before() -> None:
    first = wait(20)
    carrier = claim(now=NOW)
    assert carrier == first[0]
    wait(1, level="CRITICAL")
    wait(20)
    new = claim(now=NOW + LEASE)
    assert new
    assert new.level == "CRITICAL"
    assert new.merged.count() == 40
    assert Notification.objects.get(pk=carrier.pk).merged_into_id == new.pk


def test_a_channel_without_a_limit_is_never_merged() -> None:
    for _ in range(30):
        a_message()
    assert len(send_all(now=NOW)) == 30
    assert states() == {"SENT": 30}


def test_messages_without_a_decision_go_out_by_themselves() -> None:
    asked = [a_message("robot", level="", purpose="TEST", channel="dingtalk") for _ in range(3)]
    wait(40)
    assert {*asked} < {*send_all(now=NOW)}
    assert not Notification.objects.filter(state="MERGED", purpose="TEST").exists()
