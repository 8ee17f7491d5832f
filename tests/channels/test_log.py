"""The log channel in front of a receiver that checks what Simple Log Service checks."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.channels.log import FIELD_LIMIT, GROUP_LIMIT, Log, flattened, log_time
from tests.channels.clouds import (
    BODY,
    KEY,
    REGION,
    Nowhere,
    TargetContract,
    a_door,
    a_long_message,
    outcome_of,
    public_host,
)
from tests.channels.contract import Door, a_message
from tests.receivers.log import LogReceiver, refused

AT = datetime(2026, 1, 5, 10, 15, 2, tzinfo=UTC).timestamp()


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[LogReceiver]:
    """A project with one Logstore."""
    with LogReceiver(**KEY, project="kms-audit", logstore="events") as receiver:
        yield receiver


@pytest.fixture
def door(receiver: LogReceiver) -> Door:
    """The channel at that Logstore."""
    return a_door(
        Log(),
        receiver,
        address={"region": REGION, "project": "kms-audit", "logstore": "events"},
        for_now=refused(403, "WriteQuotaExceed", f"too much {receiver.key_secret}"),
        for_good=refused(404, "ProjectNotExist", f"not for {receiver.key_id}"),
    )


class TestLog(TargetContract):
    """The contracts, kept by the log service."""


def test_a_log_holds_the_fields_of_the_event(door: Door, receiver: LogReceiver) -> None:
    outcome = outcome_of(door)
    (log,) = receiver.logs
    assert log.fields == {**BODY, "content": '{"secretName":"凭据","parts":[1,2]}'}
    assert (log.topic, log.source) == ("rotation", "KMSConsole")
    assert outcome.code == "200"
    assert outcome.detail == "x-log-requestid: 5F2A1B3C-0000-4D5E-8F60-718293A4B5C6"


def test_a_log_has_the_time_of_the_event_where_the_service_takes_it(door: Door, receiver: LogReceiver) -> None:
    an_hour_ago = datetime.fromtimestamp(int(time.time()) - 3600, tz=UTC)
    outcome_of(door, a_message(body={**BODY, "eventTime": f"{an_hour_ago:%Y%m%dT%H%M%S}.000+0000"}))
    assert receiver.logs[0].at == an_hour_ago.timestamp()


@pytest.mark.parametrize(
    ("written", "now", "expected"),
    [
        ("20260105T101502.120+0000", AT + 6 * 86_400, AT),
        ("20260105T181502.120+0800", AT, AT),
        ("20260105T101502.120+0000", AT + 8 * 86_400, AT + 8 * 86_400),
        ("20260105T101502.120+0000", AT - 3600, AT - 3600),
        ("yesterday", AT, AT),
    ],
)
def test_a_time_that_the_service_would_drop_becomes_that_of_sending(written: str, now: float, expected: float) -> None:
    assert log_time({"eventTime": written}, now=now) == expected
    assert log_time({}, now=now) == now


@pytest.mark.parametrize(
    ("field", "code", "said"),
    [("project", "ProjectNotExist", "no such project"), ("logstore", "LogStoreNotExist", "no such Logstore")],
)
def test_a_place_that_does_not_exist_is_for_good(door: Door, field: str, code: str, said: str) -> None:
    door.address = {**door.address, field: "not-there"}
    error = door.refused()
    assert (error.permanent, error.code) == (True, code)
    assert said in error.reason


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "ShardWriteQuotaExceed"), (400, "RequestTimeExpired"), (500, "InternalServerError"), (503, "ServerBusy")],
)
def test_what_may_pass_is_for_now(door: Door, receiver: LogReceiver, status: int, code: str) -> None:
    receiver.answer_with(refused(status, code, "no"))
    error = door.refused()
    assert (error.permanent, error.code) == (False, code)


def test_an_endpoint_may_place_the_project(door: Door, receiver: LogReceiver) -> None:
    endpoint = f"http://{{project}}.localhost:{receiver.port}"
    door.settings = replace(door.settings, cloud=replace(door.settings.cloud, endpoint=endpoint))
    assert outcome_of(door).status == "ACCEPTED"
    assert receiver.requests[0].headers["host"] == f"kms-audit.localhost:{receiver.port}"


def test_the_public_endpoint_holds_project_and_region(door: Door, receiver: LogReceiver) -> None:
    nowhere = Nowhere()
    host = public_host(Log(wiring=nowhere.wiring), nowhere, address=dict(door.address), receiver=receiver)
    assert host == "kms-audit.cn-hangzhou.log.aliyuncs.com:443"


def test_a_long_event_is_cut_to_what_a_field_takes(door: Door, receiver: LogReceiver) -> None:
    assert outcome_of(door, a_long_message(3_000_000)).status == "ACCEPTED"
    (log,) = receiver.logs
    assert log.fields["truncated"] == "true"
    assert FIELD_LIMIT - 4 < len(log.fields["content"].encode()) <= FIELD_LIMIT
    assert log.fields["name"] == BODY["name"]


def test_many_long_fields_are_cut_to_what_is_written_at_once() -> None:
    fields = flattened({f"field{number}": "凭" * 400_000 for number in range(40)})
    assert sum(len(name) + len(text.encode()) for name, text in fields.items()) <= GROUP_LIMIT
    assert fields["truncated"] == "true"


def test_fields_that_are_no_text_are_written_as_json() -> None:
    found = flattened({"a": None, "b": 1, "c": [True], "d": "text \udc80"})
    assert found == {"a": "null", "b": "1", "c": json.dumps([True]), "d": "text ?"}
