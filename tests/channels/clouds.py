"""What every machine target does beyond the channel contract: key, address guard, extra, size, and no secret told.

A test module subclasses CloudContract and gives the fixtures `door` and `receiver`: a receiver that checks the real
signature, so that to be accepted means that the official SDK signed what arrived.
"""

import json
import sys
from dataclasses import replace
from ipaddress import ip_network

import pytest

from alerts.channels.base import Channel, ChannelSettings, CloudSettings, DeliveryError, Message, Outcome
from alerts.channels.envelope import CUT
from alerts.channels.outgoing import Wiring
from tests.channels.contract import CANARY, ChannelContract, Door, a_message
from tests.receivers.cloud import CloudReceiver
from tests.receivers.http import Reply
from tests.receivers.provider import HTML

KEY = {"key_id": f"LTAI{CANARY}", "key_secret": f"{CANARY}+/secret="}
BODY = {
    "product": "KMS",
    "id": "01994d2a-7b10-8000-8000-000000000001",
    "name": "Secret:RotateSecret:Failure",
    "userId": "1000000000000001",
    "eventTime": "20260105T101502.120+0000",
    "ruleName": "rotation",
    "content": {"secretName": "凭据", "parts": [1, 2]},
}
REGION = "cn-hangzhou"


def settings_for(receiver: CloudReceiver, **changes: object) -> ChannelSettings:
    """Settings with the receiver's key and endpoint."""
    cloud = CloudSettings(receiver.key_id, receiver.key_secret, receiver.url)
    return ChannelSettings(outgoing_allow=(ip_network("127.0.0.0/8"),), cloud=replace(cloud, **changes), version="1.2")  # type: ignore[arg-type]


def a_door(
    channel: Channel, receiver: CloudReceiver, *, address: dict[str, str], for_now: Reply, for_good: Reply
) -> Door:
    """Return the door of a service at `receiver`."""
    return Door(
        channel=channel,
        address=address,
        settings=settings_for(receiver),
        arrived=lambda: len(receiver.requests),
        fail_for_now=lambda: receiver.answer_with(for_now),
        fail_for_good=lambda: receiver.answer_with(for_good),
        hang=lambda: receiver.answer_with(Reply(delay=30)),
        close=receiver.stop,
    )


def outcome_of(door: Door, message: Message | None = None) -> Outcome:
    """Send a message and return what became of it."""
    message = message or a_message(body=BODY, source="rotation")
    outcome = door.channel.send(message, address=door.address, settings=door.settings)
    assert CANARY not in f"{outcome!r}"
    return outcome


class Nowhere:
    """A resolver that knows no name, and remembers which ones it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, seconds: float) -> list[str]:
        self.asked.append(f"{host}:{port}")
        raise OSError

    @property
    def wiring(self) -> Wiring:
        """The way to the network with this resolver."""
        return Wiring(resolve=self)


def public_host(channel: Channel, nowhere: Nowhere, *, address: dict[str, str], receiver: CloudReceiver) -> str:
    """Return where the channel goes when no endpoint is set."""
    door = a_door(channel, receiver, address=address, for_now=Reply(), for_good=Reply())
    door.settings = settings_for(receiver, endpoint="")
    with pytest.raises(DeliveryError) as caught:
        outcome_of(door)
    assert (caught.value.permanent, caught.value.code) == (False, "NameNotResolved")
    (asked,) = nowhere.asked
    return asked


def a_long_message(size: int) -> Message:
    """A message whose content alone has some `size` bytes, many of them such as JSON escapes."""
    return a_message(body={**BODY, "content": {"text": '凭"\n' * (size // 5)}})


class CloudContract(ChannelContract):
    """Signs with the key, goes through the guard, fits, tells no secret."""

    def test_a_signed_request_is_accepted(self, door: Door, receiver: CloudReceiver) -> None:
        outcome = outcome_of(door)
        assert outcome.status == "ACCEPTED"
        assert REGION in outcome.request
        assert "Secret:RotateSecret:Failure" in outcome.request

    def test_a_wrong_secret_is_named_without_telling_it_and_may_be_mended(self, door: Door) -> None:
        door.settings = replace(door.settings, cloud=replace(door.settings.cloud, access_key_secret=f"other{CANARY}"))
        error = door.refused()
        assert "Signature" in error.code
        assert not error.permanent
        assert "KMSCONSOLE_CLOUD_ACCESS_KEY" in error.reason

    def test_an_unknown_key_is_named_without_telling_it_and_may_be_mended(self, door: Door) -> None:
        door.settings = replace(door.settings, cloud=replace(door.settings.cloud, access_key_id=f"LTAIother{CANARY}"))
        error = door.refused()
        assert not error.permanent
        assert "•••" in error.detail

    def test_without_a_key_a_message_is_kept(self, door: Door, receiver: CloudReceiver) -> None:
        door.settings = replace(door.settings, cloud=CloudSettings(endpoint=receiver.url))
        outcome = outcome_of(door)
        assert outcome.status == "KEPT"
        assert "KMSCONSOLE_CLOUD_ACCESS_KEY" in outcome.detail
        assert not receiver.requests

    def test_the_address_guard_stands_before_the_sdk(self, door: Door, receiver: CloudReceiver) -> None:
        door.settings = replace(door.settings, outgoing_allow=())
        error = door.refused()
        assert (error.permanent, error.code) == (True, "AddressBlocked")
        assert not receiver.requests

    def test_no_redirect_is_followed(self, door: Door, receiver: CloudReceiver) -> None:
        receiver.answer_with(Reply(307, headers={"Location": receiver.url + "/elsewhere"}))
        assert door.refused().permanent
        assert len(receiver.requests) == 1

    def test_a_service_in_trouble_is_tried_again_later_and_not_at_once(
        self, door: Door, receiver: CloudReceiver
    ) -> None:
        receiver.answer_with(Reply(429, headers={"Retry-After": "17"}), 500, 503)
        first, second, third = door.refused(), door.refused(), door.refused()
        assert (first.permanent, first.code, first.retry_after) == (False, "429", 17)
        assert (second.permanent, second.code) == (False, "500")
        assert (third.permanent, third.code) == (False, "503")
        assert len(receiver.requests) == 3

    @pytest.mark.parametrize("reply", [HTML, Reply(200, body=b"{"), Reply(200, body=b"")])
    def test_an_answer_that_is_not_the_services_is_neither_yes_nor_no(
        self, door: Door, receiver: CloudReceiver, reply: Reply
    ) -> None:
        receiver.answer_with(reply)
        outcome = outcome_of(door)
        assert (outcome.status, outcome.code) == ("UNKNOWN", "200")

    def test_without_the_extra_the_error_says_what_to_do(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("mns.mns_client", "alibabacloud_tea_openapi.utils_models"):
            monkeypatch.setitem(sys.modules, name, None)
        error = door.refused()
        assert (error.permanent, error.code) == (True, "ExtraMissing")
        assert "make cloud" in error.reason

    @pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1/{unknown}{", "http://[::1", "http://x y/"])
    def test_a_broken_endpoint_is_an_error_and_no_crash(self, door: Door, endpoint: str) -> None:
        door.settings = replace(door.settings, cloud=replace(door.settings.cloud, endpoint=endpoint))
        with pytest.raises(DeliveryError):
            outcome_of(door)

    def test_no_proxy_of_the_environment_is_used(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        assert outcome_of(door).status == "ACCEPTED"


class TargetContract(CloudContract):
    """What a machine target does, which takes the envelope."""

    def test_the_address_is_shown_for_nothing_in_it_is_secret(self, door: Door) -> None:
        shown = door.channel.mask(door.address)
        assert shown.startswith(f"{REGION} · ")
        assert all(value in shown for value in door.address.values())

    @pytest.mark.parametrize("wrong", ["", "a/b", "a b", "@evil.example", "a" * 200, "ä", "..", "a\n"])
    def test_each_field_of_the_address_is_checked(self, door: Door, receiver: CloudReceiver, wrong: str) -> None:
        whole = dict(door.address)
        for name in whole:
            door.address = {**whole, name: wrong}
            if name == "service" and not wrong:
                continue
            error = door.refused()
            assert (error.permanent, error.code) == (True, "AddressInvalid")
        assert not receiver.requests

    def test_an_error_keeps_what_was_sent(self, door: Door) -> None:
        door.fail_for_good()
        with pytest.raises(DeliveryError) as caught:
            outcome_of(door)
        assert "rotation" in caught.value.request
        assert CANARY not in caught.value.request


def check_cut(text: str, *, limit: int) -> None:
    """Assert that the envelope fits, says that it was cut, and has kept the start of its content and all else."""
    assert limit - 8 <= len(text.encode()) <= limit
    found = json.loads(text)
    assert found[CUT] is True
    assert found["content"].startswith('{"text":"凭')
    assert {name: found[name] for name in BODY if name != "content"} == {
        name: value for name, value in BODY.items() if name != "content"
    }
