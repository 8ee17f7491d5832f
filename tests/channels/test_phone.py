"""Text messages and calls in front of a provider's HTTP API."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alerts.channels.base import ChannelSettings, DeliveryError, PhoneSettings
from alerts.channels.phone import filled
from alerts.channels.sms import Sms
from alerts.channels.voice import Voice
from tests.channels.contract import CANARY, ChannelContract, Door, a_message
from tests.channels.robots import SETTINGS, outcome_of
from tests.receivers.http import Reply
from tests.receivers.phone import PhoneReceiver
from tests.receivers.provider import HTML, said

NUMBER = "+86 138-0000-1234"
URL = "https://kms.example.com/e/1"


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[PhoneReceiver]:
    """An account of a provider."""
    with PhoneReceiver(path=f"accounts/{CANARY}/messages", token=f"{CANARY}-token") as receiver:
        yield receiver


@pytest.fixture(params=[Sms, Voice])
def door(receiver: PhoneReceiver, request: pytest.FixtureRequest) -> Door:
    """The channel for text messages or calls at that account."""
    phone = PhoneSettings(
        sms_url=receiver.endpoint, voice_url=receiver.endpoint, authorization=f"Bearer {receiver.token}"
    )
    echo = f"{receiver.path} {receiver.token}"
    return Door(
        channel=request.param(),
        address={"phone": NUMBER},
        settings=replace(SETTINGS, phone=phone),
        arrived=lambda: len(receiver.requests),
        fail_for_now=lambda: receiver.answer_with(said(code=1001, message=f"busy {echo}")),
        fail_for_good=lambda: receiver.answer_with(said(code=400, message=f"no {echo}")),
        hang=lambda: receiver.answer_with(Reply(delay=30)),
        close=receiver.stop,
    )


class TestPhone(ChannelContract):
    """The contract, kept by text messages and by calls."""


def with_body(door: Door, body: str) -> None:
    """Let both providers want `body`."""
    door.settings = replace(door.settings, phone=replace(door.settings.phone, sms_body=body, voice_body=body))


def test_a_number_is_sent_without_separators_and_shown_without_its_middle(door: Door, receiver: PhoneReceiver) -> None:
    outcome = outcome_of(door)
    assert receiver.requests[0].json["to"] == "+8613800001234"
    assert receiver.requests[0].headers["authorization"] == f"Bearer {CANARY}-token"
    assert "13800001234" not in outcome.request
    assert "•••" in outcome.request
    assert door.channel.mask(door.address) == "+86•••••1234"


@pytest.mark.parametrize(
    "phone", ["", "12", "0138000012", "+0123456789", "+861380000123456789", "+86abc", "a@b.example"]
)
def test_what_is_no_number_is_refused_for_good(door: Door, phone: str) -> None:
    door.address = {"phone": phone}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "AddressInvalid")
    assert door.channel.mask(door.address) == "•••"


def test_without_a_provider_a_message_is_kept(door: Door) -> None:
    door.settings = ChannelSettings()
    assert outcome_of(door).status == "KEPT"


def test_placeholders_are_filled_inside_strings_and_only_once(door: Door, receiver: PhoneReceiver) -> None:
    template = {
        "to": "{phone}",
        "text": "{level}: {subject} {id} {unknown} {{text}}",
        "more": [{"of": ["{text}", 1, None, True]}],
        "{phone}": "key",
    }
    with_body(door, json.dumps(template))
    outcome_of(door, subject='"}, {"to": "+1', text='{phone} "quoted" \\ {level}')
    sent = receiver.requests[0].json
    assert sent["text"].startswith('CRITICAL: "}, {"to": "+1 ' + a_message().delivery_id)
    assert sent["text"].endswith('{unknown} {{phone} "quoted" \\ {level}}')
    assert sent["more"] == [{"of": ['{phone} "quoted" \\ {level}', 1, None, True]}]
    assert set(sent) == {"to", "text", "more", "{phone}"}


@pytest.mark.parametrize("template", ["", "{", "to={phone}", "[" * 100_000])
def test_a_template_that_is_no_json_is_a_fault_of_the_settings(template: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        filled(template, {})
    assert (caught.value.permanent, caught.value.code) == (True, "SettingInvalid")


def test_a_long_text_is_one_message_of_at_most_500_characters(door: Door, receiver: PhoneReceiver) -> None:
    outcome_of(door, text="凭据轮转失败\n\n" * 300, url=URL)
    text = receiver.requests[0].json["text"]
    assert 450 < len(text) <= 500
    assert "more lines" in text
    assert (URL in text) == (door.channel.kind == "sms")


@pytest.mark.parametrize(
    "reply",
    [
        said(code=0), said(code="0"), said(code=200), said(code="OK", Message="x"), said(status="queued"), said(201),
        said(success=True), said(status=200), said(error_code=None, status="sent"), said(result=0),
        Reply(202, body=b""), Reply(204, body=b""), Reply(200, body=b"OK"),
    ],
)  # fmt: skip
def test_a_yes_is_read_in_the_words_of_many_providers(door: Door, receiver: PhoneReceiver, reply: Reply) -> None:
    receiver.answer_with(reply)
    assert outcome_of(door).status == "ACCEPTED"


@pytest.mark.parametrize(
    ("reply", "code", "permanent"),
    [
        (said(code=1002, message="no balance"), "1002", False),
        (said(code="isv.X", message="no"), "isv.X", False),
        (said(code=403, msg="no"), "403", True),
        (said(code=429, msg="no"), "429", False),
        (said(success=False, error="no"), "false", False),
        (said(success=0, code=0), "0", False),
        (said(status="failed", code=0), "failed", False),
        (said(status=400), "400", True),
        (said(status=500), "500", False),
        (said(400, code=0), "400", True),
        (said(503, code=0), "503", False),
        (Reply(429, headers={"Retry-After": "9"}), "429", False),
    ],
)
def test_a_no_is_read_in_the_words_of_many_providers(
    door: Door, receiver: PhoneReceiver, reply: Reply, code: str, *, permanent: bool
) -> None:
    receiver.answer_with(reply)
    error = door.refused()
    assert (error.code, error.permanent) == (code, permanent)


@pytest.mark.parametrize("reply", [HTML, Reply(200, body=b""), Reply(200, body=b"{"), said(status="perhaps")])
def test_an_answer_in_other_words_is_neither(door: Door, receiver: PhoneReceiver, reply: Reply) -> None:
    receiver.answer_with(reply)
    assert outcome_of(door).status == "UNKNOWN"


def test_the_number_is_in_no_error(door: Door, receiver: PhoneReceiver) -> None:
    receiver.answer_with(said(code=1002, message="no number: +8613800001234 or 8613800001234"))
    error = door.refused()
    assert "13800001234" not in f"{error} {error.detail} {error.request}"
    assert "no number" in error.reason


def test_a_template_of_the_cloud_is_used_instead_of_the_provider(door: Door, receiver: PhoneReceiver) -> None:
    door.settings = replace(door.settings, phone=replace(door.settings.phone, sms_template="Signature:SMS_1"))
    if door.channel.kind == "sms":
        # Without an access key of the cloud it is kept; how it is sent with one is tested with `cloud_sms`.
        assert outcome_of(door).status == "KEPT"
        assert receiver.requests == []
        door.address = {"phone": "none"}
        assert door.refused().code == "AddressInvalid"
    else:
        assert door.send()
