"""The Lark channel in front of a receiver that checks what Lark and Feishu check."""

import json
from collections.abc import Iterator

import pytest

from alerts.channels.lark import Lark
from tests.channels.contract import CANARY, Door
from tests.channels.robots import HOSTILE, URL, RobotContract, a_door, check_codes, outcome_of
from tests.receivers.lark import LarkReceiver
from tests.receivers.provider import said

SECRET = f"{CANARY}-secret"


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[LarkReceiver]:
    """A bot that asks for signatures."""
    with LarkReceiver(token=f"{CANARY}-0123", secret=SECRET) as receiver:
        yield receiver


@pytest.fixture
def door(receiver: LarkReceiver) -> Door:
    """The channel at that bot."""
    return a_door(
        Lark(),
        receiver,
        url=receiver.webhook,
        secret=SECRET,
        for_now=said(code=11232, msg=f"frequency limited {receiver.token}"),
        for_good=said(code=19021, msg=f"sign match fail {SECRET}"),
    )


class TestLark(RobotContract):
    """The contracts, kept by Lark."""


def test_each_code_means_what_the_page_says(door: Door, receiver: LarkReceiver) -> None:
    good = ("9499", "19001", "19021", "19022", "19024")
    check_codes(door, receiver, {code: said(code=int(code), msg="no") for code in good}, permanent=True)
    now = ("11232", "99991400", "77777")
    check_codes(door, receiver, {code: said(code=int(code), msg="no") for code in now}, permanent=False)
    check_codes(door, receiver, {"9499": said(400, code=9499, msg="Bad Request")}, permanent=True)
    check_codes(door, receiver, {"99991400": said(429, code=99991400, msg="limit")}, permanent=False)


def test_the_words_of_older_bots_are_read_too(door: Door, receiver: LarkReceiver) -> None:
    receiver.answer_with(said(StatusCode=0, StatusMessage="success"), said(StatusCode=19024, StatusMessage="Key Words"))
    assert door.send() == "0"
    assert door.refused().code == "19024"


def test_a_wrong_secret_is_told_with_what_to_compare(door: Door) -> None:
    door.address = {**door.address, "secret": f"{CANARY}-other"}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "19021")
    assert "signing secret" in error.reason


def test_a_bot_without_signature_gets_none(door: Door, receiver: LarkReceiver) -> None:
    receiver.secret = ""
    door.address = {"url": door.address["url"]}
    door.send()
    assert "sign" not in receiver.requests[0].json


def test_a_keyword_that_is_missing_is_for_good(door: Door, receiver: LarkReceiver) -> None:
    receiver.keywords = ("Monitor",)
    assert door.refused().code == "19024"
    door.send(subject="Monitor: rotation failed")


def test_an_event_stands_only_in_plain_text(door: Door, receiver: LarkReceiver) -> None:
    outcome_of(door, subject=HOSTILE[0], text="\n".join(HOSTILE), url=URL)
    card = receiver.requests[0].json["card"]
    assert card["header"]["title"] == {"tag": "plain_text", "content": HOSTILE[0]}
    assert card["elements"][0]["text"] == {"tag": "plain_text", "content": "\n".join(HOSTILE)}
    assert card["elements"][1]["actions"][0]["url"] == URL
    assert "lark_md" not in json.dumps(card)


@pytest.mark.parametrize(("level", "colour"), [("CRITICAL", "red"), ("WARN", "orange"), ("INFO", "blue")])
def test_the_header_has_the_colour_of_the_level(door: Door, receiver: LarkReceiver, level: str, colour: str) -> None:
    outcome_of(door, level=level)
    assert receiver.requests[0].json["card"]["header"]["template"] == colour
