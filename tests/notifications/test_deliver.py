"""Delivery: each message once, tried again with patience, given up when there is no hope, every attempt kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from threading import Barrier, Lock
from types import MappingProxyType

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from alerts.channels.base import ChannelSettings, DeliveryError, Message, Outcome
from alerts.events.models import SystemEvent
from alerts.notifications import deliver
from alerts.notifications.claim import LEASE, claim
from alerts.notifications.deliver import MOST_TRIES, deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Attempt, Notification
from alerts.notifications.settle import answer_of, record_attempt
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_event
from tests.receivers.http import HttpReceiver

db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
TEMPORARY = DeliveryError("It did not answer.", permanent=False, code="TimedOut", detail="none")


@dataclass
class Channel:
    """A channel that answers from a script and keeps what it was given."""

    kind: str = "email"
    label: str = "Script"
    fields: tuple[str, ...] = ("email",)
    script: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        with self.lock:
            self.sent.append((message.delivery_id, address))
            if self.script:
                raise self.script.pop(0)
        return Outcome(status="ACCEPTED", code="250", detail="queued")

    def mask(self, address: Mapping[str, str]) -> str:
        return "•••"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    one = Channel()
    monkeypatch.setattr(deliver, "BY_KIND", MappingProxyType({"email": one}))
    return one  # type: ignore[return-value]


def a_notification(*, messages: int = 1) -> Notification:
    a_rule(group=a_contact_group(a_contact()))
    for number in range(messages):
        an_event(at=NOW + number * SECOND)
    dispatch_batch(now=NOW)
    return Notification.objects.order_by("id").first()  # type: ignore[return-value]


def attempts(notification: Notification) -> Sequence[tuple[int, str, str]]:
    return list(notification.attempts.order_by("number").values_list("number", "outcome", "code"))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (DeliveryError("a.example answered 410 Gone.", permanent=True, code="410", detail="not\nhere"),
         "a.example answered 410 Gone. It said: not here"),
        (DeliveryError("It did not answer.", permanent=False, code="TimedOut"), "TimedOut It did not answer."),
        (Outcome("ACCEPTED", "250", "queued"), "250 queued"),
        (Outcome("ACCEPTED", "200", "200 ok"), "200 ok"),
    ],
)  # fmt: skip
def test_an_answer_says_the_code_once_and_sets_apart_what_the_other_side_said(
    result: Outcome | DeliveryError, said: str
) -> None:
    assert answer_of(result) == said


@db
def test_what_is_due_is_sent_once_and_its_answer_kept(channel: Channel) -> None:
    row = a_notification()
    assert deliver_one(now=NOW) is True
    assert deliver_one(now=NOW) is False
    row.refresh_from_db()
    assert channel.sent == [(str(row.delivery_id), {"email": "ann@example.com"})]
    assert (row.state, row.answer, row.tries, row.claimed_until) == ("SENT", "250 queued", 1, None)
    assert row.finished_at
    assert row.finished_at >= NOW
    assert row.subject
    assert row.text
    assert attempts(row) == [(1, "ACCEPTED", "250")]


@db
def test_a_failure_is_tried_again_after_5_30_and_120_seconds_and_then_given_up(channel: Channel) -> None:
    row = a_notification()
    channel.script = [TEMPORARY] * 4
    now = NOW
    for wait in (5, 30, 120):
        assert deliver_one(now=now)
        row.refresh_from_db()
        assert timedelta(seconds=wait) <= row.due_at - now < timedelta(seconds=wait + 2)
        assert (row.state, row.claimed_until) == ("PENDING", None)
        assert not deliver_one(now=row.due_at - timedelta(microseconds=1))
        now = row.due_at
    assert deliver_one(now=now)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("FAILED", 4)
    assert attempts(row) == [(n, "RETRY", "TimedOut") for n in (1, 2, 3)] + [(4, "FAILED", "TimedOut")]
    assert len({delivery_id for delivery_id, _ in channel.sent}) == 1
    assert not deliver_one(now=now + timedelta(days=9))


@db
def test_it_succeeds_when_the_receiver_recovers(channel: Channel) -> None:
    row = a_notification()
    channel.script = [TEMPORARY, TEMPORARY]
    for _ in range(3):
        row.refresh_from_db()
        assert deliver_one(now=row.due_at)
    row.refresh_from_db()
    assert (row.state, [outcome for _, outcome, _ in attempts(row)]) == ("SENT", ["RETRY", "RETRY", "ACCEPTED"])


@db
def test_a_permanent_failure_stops_at_once(channel: Channel) -> None:
    row = a_notification()
    channel.script = [DeliveryError("No such mailbox.", permanent=True, code="550")]
    deliver_one(now=NOW)
    row.refresh_from_db()
    assert (row.state, attempts(row)) == ("FAILED", [(1, "FAILED", "550")])
    assert not deliver_one(now=NOW + timedelta(days=1))


@db
def test_the_receiver_may_ask_for_more_patience_but_not_for_a_day(channel: Channel) -> None:
    row = a_notification()
    for asked, waited in ((60, 60), (86_400, 3_600)):
        channel.script = [DeliveryError("Later.", permanent=False, code="429", retry_after=asked)]
        row.refresh_from_db()
        now = row.due_at
        deliver_one(now=now)
        row.refresh_from_db()
        assert timedelta(seconds=waited) <= row.due_at - now < timedelta(seconds=waited + 2)


@db
def test_what_nobody_foresaw_is_tried_again_and_told_without_its_text(channel: Channel) -> None:
    row = a_notification()
    channel.script = [ValueError("https://hooks.example.com/secret")]
    deliver_one(now=NOW)
    row.refresh_from_db()
    assert (row.state, attempts(row)) == ("PENDING", [(1, "RETRY", "Unexpected")])
    assert "secret" not in row.answer


@db
def test_without_a_mail_server_the_message_is_kept() -> None:
    row = a_notification()
    deliver_one(now=NOW)
    row.refresh_from_db()
    assert (row.state, attempts(row)[0][1]) == ("KEPT", "KEPT")
    assert "rotation failed" in row.text


@db
def test_an_event_that_is_no_longer_kept_is_not_told(channel: Channel) -> None:
    row = a_notification()
    SystemEvent.objects.all().delete()
    deliver_one(now=NOW)
    row.refresh_from_db()
    assert (row.state, channel.sent, attempts(row)[0][2]) == ("FAILED", [], "EventGone")


@db
def test_a_lease_keeps_others_away_until_it_ends_and_then_lets_them_send_the_same(channel: Channel) -> None:
    row = a_notification()
    assert claim(now=NOW) == row
    assert claim(now=NOW + LEASE - timedelta(microseconds=1)) is None
    assert deliver_one(now=NOW + LEASE)
    row.refresh_from_db()
    assert (row.state, row.tries, attempts(row)) == ("SENT", 2, [(2, "ACCEPTED", "250")])
    assert channel.sent[0][0] == str(row.delivery_id)


@db
@pytest.mark.parametrize("late", [TEMPORARY, DeliveryError("Gone.", permanent=True, code="410")])
def test_who_lost_the_lease_cannot_end_what_another_is_sending(late: DeliveryError) -> None:
    a_notification()
    slow = claim(now=NOW)
    other = claim(now=NOW + LEASE)
    assert slow
    assert other
    record_attempt(slow, None, late, started_at=NOW, duration=31)
    other.refresh_from_db()
    assert (other.state, other.claimed_until) == ("PENDING", NOW + 2 * LEASE)
    record_attempt(other, None, Outcome("ACCEPTED"), started_at=NOW + LEASE, duration=1)
    other.refresh_from_db()
    assert (other.state, [number for number, _, _ in attempts(other)]) == ("SENT", [1, 2])


@db
def test_what_went_out_after_all_is_not_sent_again(channel: Channel) -> None:
    a_notification()
    slow = claim(now=NOW)
    assert slow
    assert claim(now=NOW + LEASE)
    record_attempt(slow, None, Outcome("ACCEPTED"), started_at=NOW, duration=31)
    assert not deliver_one(now=NOW + 3 * LEASE)
    assert channel.sent == []


@db
def test_a_message_that_kills_whoever_sends_it_is_given_up(channel: Channel) -> None:
    row = a_notification()
    for number in range(MOST_TRIES):
        assert claim(now=NOW + number * LEASE)
    deliver_one(now=NOW + MOST_TRIES * LEASE)
    row.refresh_from_db()
    assert (row.state, channel.sent, attempts(row)[0][2]) == ("FAILED", [], "GivenUp")


@committed
def test_several_deliverers_send_each_message_once(channel: Channel) -> None:
    a_notification(messages=40)
    assert Notification.objects.count() == 40
    started = Barrier(4)

    def worker(_number: int) -> int:
        started.wait()
        sent = 0
        try:
            idle = 0
            while idle < 20:
                idle = 0 if (worked := deliver_one(now=NOW)) else idle + 1
                sent += worked
        finally:
            connection.close()
        return sent

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 40
    assert len({delivery_id for delivery_id, _ in channel.sent}) == len(channel.sent) == 40
    assert Attempt.objects.filter(number=1, outcome="ACCEPTED").count() == 40
    assert Notification.objects.exclude(state="SENT").count() == 0


@db
def test_the_callback_arrives_with_the_documented_body(http_receiver: HttpReceiver, settings: Settings) -> None:
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    rule = a_rule(url=f"{http_receiver.url}/hook?key=1")
    event = an_event(content={"secretName": "app", "deep": {"n": [1]}}, group_id="7")
    dispatch_batch(now=NOW)
    assert deliver_one(now=datetime.now(tz=NOW.tzinfo))
    (request,) = http_receiver.wait_for()
    assert request.json == {
        "product": "KMS",
        "ver": "1.0",
        "id": str(event.id),
        "traceId": str(event.id),
        "level": "CRITICAL",
        "eventType": "Exception",
        "name": "Secret:RotateSecret:Failure",
        "status": "Failed",
        "regionId": "cn-hangzhou",
        "instanceName": event.instance_name,
        "groupId": "7",
        "userId": event.account_id,
        "resourceId": event.resource,
        "eventTime": f"{NOW:%Y%m%dT%H%M%S}.000+0000",
        "ruleName": rule.name,
        "content": event.content,
    }
    row = Notification.objects.get()
    assert (row.state, attempts(row)) == ("SENT", [(1, "ACCEPTED", "200")])
