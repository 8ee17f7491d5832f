"""The webhook channel in front of a real HTTP server."""

import base64
import json
import logging
import time
from dataclasses import replace
from ipaddress import ip_network

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from alerts.channels.base import ChannelSettings, DeliveryError
from alerts.channels.signature import read_secret
from alerts.channels.webhook import Webhook
from tests.channels.contract import CANARY, ChannelContract, Door, a_message
from tests.receivers import HttpReceiver, ReceivedRequest, Reply

SECRET = "whsec_" + base64.b64encode(f"{CANARY} and more bytes".encode()).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of thirty bytes").decode().rstrip("=")


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


def verify(secret: str, got: ReceivedRequest) -> None:
    """Verify a request by the library of Standard Webhooks; raises WebhookVerificationError."""
    payload = got.body if got.method == "POST" else got.query_string.encode()
    Verifier(secret).verify(payload, dict(got.headers), json_parse=False)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_secret_signs_what_is_sent(door: Door, http_receiver: HttpReceiver, method: str) -> None:
    door.address = {**door.address, "method": method, "secret": SECRET}
    door.send()
    (got,) = http_receiver.requests
    verify(SECRET, got)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verify(OTHER_SECRET, got)
    tampered = replace(got, body=got.body + b" ", query_string=got.query_string + "&a=b")
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verify(SECRET, tampered)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_while_a_secret_is_changed_either_is_enough(door: Door, http_receiver: HttpReceiver, method: str) -> None:
    door.address = {**door.address, "method": method, "secret": SECRET, "previous_secret": OTHER_SECRET}
    door.send()
    (got,) = http_receiver.requests
    assert got.headers["webhook-signature"].count("v1,") == 2
    verify(SECRET, got)
    verify(OTHER_SECRET, got)


def test_every_try_is_signed_anew_with_the_same_id(
    door: Door, http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.address = {**door.address, "secret": SECRET}
    door.send()
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    door.send()
    first, second = http_receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    verify(SECRET, second)


def test_without_a_secret_there_is_no_signature(door: Door, http_receiver: HttpReceiver) -> None:
    door.address = {**door.address, "secret": "", "previous_secret": ""}
    door.send()
    assert "webhook-signature" not in http_receiver.requests[0].headers


@pytest.mark.parametrize(
    "secret", ["whsec_", "whsec_c2hvcnQ=", CANARY, SECRET[6:], f"whsec_{CANARY}!", "whsec_" + "A" * 100]
)
def test_a_secret_of_another_form_is_refused_before_anything_is_sent(
    door: Door, http_receiver: HttpReceiver, secret: str
) -> None:
    door.address = {**door.address, "secret": secret}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "SecretInvalid")
    assert http_receiver.requests == []


def test_a_secret_may_leave_out_its_padding() -> None:
    assert read_secret(SECRET) == read_secret(SECRET.rstrip("=")) == f"{CANARY} and more bytes".encode()
    with pytest.raises(DeliveryError):
        read_secret("")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_was_sent_is_kept_without_secrets(door: Door, http_receiver: HttpReceiver, method: str) -> None:
    echo = f"got {SECRET} and {SECRET[6:]} at /hook/{CANARY}/x".encode()
    door.address = {**door.address, "method": method, "secret": SECRET}
    http_receiver.answer_with(Reply(200, body=echo), Reply(500, body=echo))
    outcome = door.channel.send(a_message(), address=door.address, settings=door.settings)
    error = door.refused()
    assert outcome.request == error.request
    assert outcome.request.startswith(f"{method} {http_receiver.url}/…")
    assert "RotateSecret" in outcome.request
    for kept in (outcome.request, outcome.detail, error.detail):
        assert not {CANARY, SECRET, SECRET[6:]} & set(kept.split())
        assert CANARY not in kept


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe", b"{"])
def test_any_2xx_is_a_yes(door: Door, http_receiver: HttpReceiver, body: bytes) -> None:
    http_receiver.answer_with(Reply(201, body=body))
    assert door.send() == "201"
