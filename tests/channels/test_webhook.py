"""The webhook channel in front of a real HTTP server."""

import json
import logging
from ipaddress import ip_network

import pytest

from alerts.channels.base import ChannelSettings
from alerts.channels.webhook import Webhook
from tests.channels.contract import CANARY, ChannelContract, Door, a_message
from tests.receivers import HttpReceiver, Reply


@pytest.fixture
def door(http_receiver: HttpReceiver) -> Door:
    """A webhook whose path and query are secret, at a receiver that echoes both when it refuses."""
    path = f"/hook/{CANARY}/x?token={CANARY}%2Fy"
    echo = f"Cannot POST {path} or {path.replace('%2F', '/')} or {json.dumps(path)}".encode()
    return Door(
        channel=Webhook(),
        address={"url": http_receiver.url + path, "method": "POST"},
        settings=ChannelSettings(outgoing_allow=(ip_network("127.0.0.0/8"),), version="1.2"),
        arrived=lambda: len(http_receiver.requests),
        fail_for_now=lambda: http_receiver.answer_with(Reply(503, body=echo)),
        fail_for_good=lambda: http_receiver.answer_with(Reply(404, body=echo)),
        hang=lambda: http_receiver.answer_with(Reply(delay=30)),
        close=http_receiver.stop,
    )


class TestWebhook(ChannelContract):
    """The contract, kept by the webhook channel."""


def test_a_post_carries_the_envelope_as_json(door: Door, http_receiver: HttpReceiver) -> None:
    door.send()
    (got,) = http_receiver.requests
    assert got.method == "POST"
    assert got.json == a_message().body
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.headers["webhook-id"] == a_message().delivery_id
    assert got.headers["webhook-timestamp"].isdigit()
    assert got.headers["user-agent"] == "KMSConsole/1.2"
    assert got.query == {"token": [f"{CANARY}/y"]}
    assert "cookie" not in got.headers


def test_a_get_carries_the_same_fields_as_parameters(door: Door, http_receiver: HttpReceiver) -> None:
    door.address = {**door.address, "method": "GET"}
    door.send()
    (got,) = http_receiver.requests
    assert got.method == "GET"
    assert got.body == b""
    assert got.query["token"] == [f"{CANARY}/y"]
    assert got.query["name"] == ["Secret:RotateSecret:Failure"]
    assert json.loads(got.query["content"][0]) == {"secretName": "凭据"}


def test_every_try_has_the_same_delivery_id(door: Door, http_receiver: HttpReceiver) -> None:
    door.fail_for_now()
    door.refused()
    door.send()
    assert len({got.headers["webhook-id"] for got in http_receiver.requests}) == 1


def test_the_method_is_post_or_get(door: Door) -> None:
    door.address = {**door.address, "method": "DELETE"}
    assert door.refused().permanent


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422])
def test_an_answer_that_judges_the_request_is_for_good(door: Door, http_receiver: HttpReceiver, status: int) -> None:
    http_receiver.answer_with(status)
    error = door.refused()
    assert (error.permanent, error.code) == (True, str(status))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_any_other_answer_may_pass(door: Door, http_receiver: HttpReceiver, status: int) -> None:
    http_receiver.answer_with(status)
    error = door.refused()
    assert (error.permanent, error.code) == (False, str(status))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "99999999999999"}, 86_400),
        ({"Retry-After": "Sun, 22 Nov 2026 08:00:30 GMT", "X-Date": "kept"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_receiver_asks_for_is_told(
    door: Door, http_receiver: HttpReceiver, headers: dict[str, str], seconds: float | None
) -> None:
    http_receiver.answer_with(Reply(429, headers=headers))
    wait = door.refused().retry_after
    # A date is read by the receiver's own clock: this one lies in its past or future, but is a number all the same.
    assert wait is not None if "X-Date" in headers else wait == seconds


def test_the_mask_shows_scheme_and_host() -> None:
    assert Webhook().mask({"url": "https://hooks.example.com:8443/a/b?c=d"}) == "https://hooks.example.com:8443/…"
    assert Webhook().mask({"url": "https://user:secret@example.com/"}) == "•••"


def test_no_log_shows_the_secret_parts_of_a_url(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    door.send()
    door.fail_for_good()
    door.refused()
    assert CANARY not in caplog.text
