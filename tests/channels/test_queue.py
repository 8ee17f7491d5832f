"""The queue channel in front of a receiver that checks what Simple Message Queue checks."""

import json
from collections.abc import Iterator

import pytest

from alerts.channels.base import DeliveryError
from alerts.channels.queue import Queue
from tests.channels.clouds import (
    BODY,
    KEY,
    REGION,
    Nowhere,
    TargetContract,
    a_door,
    a_long_message,
    check_cut,
    outcome_of,
    public_host,
    settings_for,
)  # fmt: skip
from tests.channels.contract import Door, a_message
from tests.receivers.queue import QueueReceiver, refused


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[QueueReceiver]:
    """An account with one queue and one topic."""
    with QueueReceiver(**KEY, queues=("kms-events",), topics=("kms-topic",)) as receiver:
        yield receiver


@pytest.fixture
def door(receiver: QueueReceiver) -> Door:
    """The channel at that queue."""
    return a_door(
        Queue(),
        receiver,
        address={"region": REGION, "queue": "kms-events"},
        for_now=refused(403, "QpsLimitExceeded", f"too fast {receiver.key_secret}"),
        for_good=refused(404, "QueueNotExist", f"not for {receiver.key_id}"),
    )


class TestQueue(TargetContract):
    """The contracts, kept by the queue."""


def test_the_message_body_is_the_json_of_the_event(door: Door, receiver: QueueReceiver) -> None:
    outcome = outcome_of(door)
    ((path, body),) = receiver.bodies
    assert path == "/queues/kms-events/messages"
    assert json.loads(body) == BODY
    assert outcome.code == "201"
    assert "E5A4D4C1B3F2-1" in outcome.detail
    assert "x-mns-request-id: 5F2A1B3C" in outcome.detail


def test_a_topic_takes_the_same_body_in_the_same_form(door: Door, receiver: QueueReceiver) -> None:
    door.address = {"region": REGION, "topic": "kms-topic"}
    assert outcome_of(door).status == "ACCEPTED"
    ((path, body),) = receiver.bodies
    assert path == "/topics/kms-topic/messages"
    assert json.loads(body) == BODY
    assert door.channel.mask(door.address) == "cn-hangzhou · kms-topic"


@pytest.mark.parametrize(("field", "code"), [("queue", "QueueNotExist"), ("topic", "TopicNotExist")])
def test_a_queue_that_does_not_exist_is_for_good(door: Door, field: str, code: str) -> None:
    door.address = {"region": REGION, field: "not-there"}
    error = door.refused()
    assert (error.permanent, error.code) == (True, code)
    assert "no such" in error.reason
    assert "not exist" in error.detail


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDenied"), (408, "TimeExpired"), (500, "InternalError"), (403, "AccessIDAuthError"), (400, "Busy")],
)
def test_what_may_pass_is_for_now(door: Door, receiver: QueueReceiver, status: int, code: str) -> None:
    receiver.answer_with(refused(status, code, "no"))
    error = door.refused()
    assert (error.permanent, error.code) == (False, code)


def test_a_long_event_is_cut_to_what_the_queue_takes(door: Door, receiver: QueueReceiver) -> None:
    assert outcome_of(door, a_long_message(200_000)).status == "ACCEPTED"
    check_cut(receiver.bodies[0][1], limit=48 * 1024)


def test_the_public_endpoint_holds_the_uid_of_the_events_account(receiver: QueueReceiver) -> None:
    nowhere, address = Nowhere(), {"region": REGION, "queue": "kms-events"}
    host = public_host(Queue(wiring=nowhere.wiring), nowhere, address=address, receiver=receiver)
    assert host == "1000000000000001.mns.cn-hangzhou.aliyuncs.com:443"


@pytest.mark.parametrize("uid", [None, "", "1/x", "evil.example/?", "١"])
def test_without_a_uid_there_is_no_public_endpoint(door: Door, receiver: QueueReceiver, uid: str | None) -> None:
    door.settings = settings_for(receiver, endpoint="")
    with pytest.raises(DeliveryError) as caught:
        outcome_of(door, a_message(body={**BODY, "userId": uid}))
    assert (caught.value.permanent, caught.value.code) == (True, "SettingInvalid")


def test_a_code_from_the_service_is_a_word_or_it_is_not_told(door: Door, receiver: QueueReceiver) -> None:
    receiver.answer_with(refused(400, "a code with blanks", "no"))
    assert door.refused().code == "400"
