"""Text messages by template, in front of a receiver that checks what Alibaba Cloud SMS checks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from alerts.channels.base import ChannelSettings, Limits, Message, Outcome, PhoneSettings
from alerts.channels.cloud_sms import send_by_template, template_variables
from alerts.channels.outgoing import SYSTEM, Wiring
from tests.channels.clouds import KEY, CloudContract, Nowhere, a_door, outcome_of, public_host
from tests.channels.contract import Door, a_message
from tests.receivers.cloud_sms import CloudSmsReceiver, answered
from tests.receivers.http import Reply

PHONE = "+8613800001234"


class ByTemplate:
    """The function under test in the form of a channel, so that it keeps the contract."""

    kind = "sms"
    label = "Text message"
    fields = ("phone",)
    limits = Limits()

    def __init__(self, wiring: Wiring = SYSTEM) -> None:
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        return send_by_template(message, phone=address.get("phone", ""), settings=settings, wiring=self._wiring)

    def mask(self, address: Mapping[str, str]) -> str:
        return "•••"


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[CloudSmsReceiver]:
    """An account with one signature and one template."""
    with CloudSmsReceiver(**KEY, signature="密钥管理", template="SMS_1234") as receiver:
        yield receiver


@pytest.fixture
def door(receiver: CloudSmsReceiver) -> Door:
    """The way to that account."""
    door = a_door(
        ByTemplate(),
        receiver,
        address={"phone": PHONE},
        for_now=answered("isv.BUSINESS_LIMIT_CONTROL", f"{PHONE} {receiver.key_secret}"),
        for_good=answered("isv.MOBILE_NUMBER_ILLEGAL", f"{PHONE} {receiver.key_id}"),
    )
    door.settings = replace(door.settings, phone=PhoneSettings(sms_template="密钥管理:SMS_1234"))
    return door


class TestCloudSms(CloudContract):
    """The contracts, kept by text messages."""

    def test_it_stands_in_the_tuple_of_channels(self, door: Door) -> None:
        assert door.channel.kind == "sms"  # the channel is somebody else's, and calls this

    def test_a_signed_request_is_accepted(self, door: Door, receiver: CloudSmsReceiver) -> None:  # type: ignore[override]
        outcome = outcome_of(door)
        ((number, variables),) = receiver.texts
        assert (outcome.status, outcome.code, number) == ("ACCEPTED", "OK", "8613800001234")
        assert variables["level"] == "CRITICAL"
        assert receiver.requests[0].query["OutId"] == [a_message().delivery_id]
        assert "900619746936498440" in outcome.detail


def test_variables_fit_and_stand_on_one_line() -> None:
    found = template_variables(a_message(subject="a\nb", text="凭" * 100, source="rule"))
    assert found == {"level": "CRITICAL", "subject": "a b", "text": "凭" * 34 + "…", "rule": "rule"}


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", True),
        ("isv.PARAM_LENGTH_LIMIT", True),
        ("isv.TEMPLATE_MISSING_PARAMETERS", True),
        ("isv.BUSINESS_LIMIT_CONTROL", False),
        ("isv.AMOUNT_NOT_ENOUGH", False),
        ("isp.RAM_PERMISSION_DENY", False),
        ("isv.SMS_TEMPLATE_ILLEGAL", False),
        ("isv.SOMETHING_NEW", False),
    ],
)
def test_each_code_inside_200_means_what_the_page_says(
    door: Door, receiver: CloudSmsReceiver, code: str, *, permanent: bool
) -> None:
    receiver.answer_with(answered(code, "no"))
    error = door.refused()
    assert (error.permanent, error.code) == (permanent, code)


def test_a_number_that_is_sent_too_much_waits_a_minute(door: Door) -> None:
    door.fail_for_now()
    assert door.refused().retry_after == 60


def test_no_text_holds_the_number(door: Door, receiver: CloudSmsReceiver) -> None:
    receiver.answer_with(answered("isv.MOBILE_NUMBER_ILLEGAL", f"{PHONE} or 8613800001234 or 13800001234"))
    receiver.answer_with(Reply(500, body=PHONE.encode()))
    for _ in range(2):
        error = door.refused()
        assert "13800001234" not in f"{error.reason} {error.detail} {error.request}"


def test_the_public_endpoint_is_the_one_the_sdk_knows(receiver: CloudSmsReceiver) -> None:
    nowhere = Nowhere()
    host = public_host(ByTemplate(nowhere.wiring), nowhere, address={"phone": PHONE}, receiver=receiver)
    assert host == "dysmsapi.aliyuncs.com:443"
