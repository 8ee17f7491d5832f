"""The function channel in front of a receiver that checks what Function Compute checks."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from alerts.channels.function import Function
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
from tests.channels.contract import Door
from tests.receivers.cloud import failed
from tests.receivers.function import FunctionReceiver
from tests.receivers.http import Reply


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[FunctionReceiver]:
    """An account with two functions, one of them in a service."""
    with FunctionReceiver(**KEY, functions=("on_event", "kms$on_event")) as receiver:
        yield receiver


@pytest.fixture
def door(receiver: FunctionReceiver) -> Door:
    """The channel at the function in the service."""
    return a_door(
        Function(),
        receiver,
        address={"region": REGION, "service": "kms", "function": "on_event"},
        for_now=failed(429, "ResourceExhausted", f"too many {receiver.key_secret}"),
        for_good=failed(404, "FunctionNotFound", f"not for {receiver.key_id}"),
    )


class TestFunction(TargetContract):
    """The contracts, kept by the function."""


def test_the_payload_is_the_json_of_the_event(door: Door, receiver: FunctionReceiver) -> None:
    outcome = outcome_of(door)
    ((name, payload),) = receiver.calls
    assert name == "kms$on_event"
    assert json.loads(payload) == BODY
    assert outcome.code == "202"
    assert "x-fc-request-id: 5F2A1B3C" in outcome.detail
    assert receiver.requests[0].headers["x-fc-invocation-type"] == "Async"


def test_a_function_may_stand_for_itself(door: Door, receiver: FunctionReceiver) -> None:
    door.address = {"region": REGION, "service": "", "function": "on_event"}
    assert outcome_of(door).status == "ACCEPTED"
    assert receiver.calls[0][0] == "on_event"
    assert door.channel.mask(door.address) == "cn-hangzhou · on_event"


def test_a_function_that_does_not_exist_is_for_good(door: Door) -> None:
    door.address = {"region": REGION, "function": "not_there"}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "FunctionNotFound")
    assert "no such function" in error.reason


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDenied"), (429, "ResourceThrottled"), (500, "InternalServerError"), (400, "Throttling.User")],
)
def test_what_may_pass_is_for_now(door: Door, receiver: FunctionReceiver, status: int, code: str) -> None:
    receiver.answer_with(failed(status, code, "no"))
    error = door.refused()
    assert (error.permanent, error.code) == (False, code)


def test_a_function_that_ran_instead_of_being_queued_is_neither_yes_nor_no(
    door: Door, receiver: FunctionReceiver
) -> None:
    receiver.answer_with(Reply(200, body=b'{"errorMessage": "boom"}', headers={"x-fc-error-type": "HandledError"}))
    assert outcome_of(door).status == "UNKNOWN"


def test_each_thread_makes_its_own_call(door: Door, receiver: FunctionReceiver) -> None:
    with FunctionReceiver(**KEY, functions=("kms$on_event",)) as other:
        elsewhere = replace(door, settings=settings_for(other))
        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(outcome_of, [door, elsewhere] * 20))
    assert [outcome.status for outcome in outcomes] == ["ACCEPTED"] * 40
    assert (len(receiver.calls), len(other.calls)) == (20, 20)


def test_a_long_event_is_cut_to_what_a_function_takes(door: Door, receiver: FunctionReceiver) -> None:
    assert outcome_of(door, a_long_message(400_000)).status == "ACCEPTED"
    check_cut(receiver.calls[0][1].decode(), limit=128 * 1024)


@pytest.mark.parametrize("region", ["cn-hangzhou", "ap-southeast-5"])
def test_the_public_endpoint_is_the_one_the_sdk_knows(receiver: FunctionReceiver, region: str) -> None:
    nowhere, address = Nowhere(), {"region": region, "function": "on_event"}
    host = public_host(Function(wiring=nowhere.wiring), nowhere, address=address, receiver=receiver)
    assert host == f"fcv3.{region}.aliyuncs.com:443"
