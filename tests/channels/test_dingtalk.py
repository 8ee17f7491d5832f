"""The DingTalk channel in front of a receiver that checks what DingTalk checks."""

from collections.abc import Iterator

import pytest

from alerts.channels.dingtalk import DingTalk
from tests.channels.contract import CANARY, Door
from tests.channels.robots import HOSTILE, URL, RobotContract, a_door, check_codes, outcome_of
from tests.receivers.dingtalk import DingTalkReceiver
from tests.receivers.provider import said

SECRET = f"SEC{CANARY}+/="


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[DingTalkReceiver]:
    """A robot that asks for signatures."""
    with DingTalkReceiver(token=f"{CANARY}0123", secret=SECRET) as receiver:
        yield receiver


@pytest.fixture
def door(receiver: DingTalkReceiver) -> Door:
    """The channel at that robot."""
    return a_door(
        DingTalk(),
        receiver,
        url=receiver.webhook,
        secret=SECRET,
        for_now=said(errcode=-1, errmsg=f"系统繁忙 {receiver.token}"),
        for_good=said(errcode=310000, errmsg=f"sign not match {SECRET} {receiver.token}"),
    )


class TestDingTalk(RobotContract):
    """The contracts, kept by DingTalk."""


def test_each_code_means_what_the_page_says(door: Door, receiver: DingTalkReceiver) -> None:
    good = ("310000", "300001", "400013", "400101", "400102", "400106", "430101")
    check_codes(door, receiver, {code: said(errcode=int(code), errmsg="no") for code in good}, permanent=True)
    now = ("-1", "130101", "410100", "77777")
    check_codes(door, receiver, {code: said(errcode=int(code), errmsg="no") for code in now}, permanent=False)


def test_a_silenced_robot_is_left_alone_for_ten_minutes(door: Door, receiver: DingTalkReceiver) -> None:
    receiver.answer_with(said(status=1111, wait=5, punish="deny", errcode=130101, errmsg="send too fast"))
    error = door.refused()
    assert error.retry_after == 600
    assert "send too fast" in error.reason


def test_a_wrong_secret_is_told_with_what_to_compare(door: Door) -> None:
    door.address = {**door.address, "secret": f"{CANARY}-other"}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "310000")
    assert "signing secret" in error.reason


def test_a_robot_without_signature_gets_none(door: Door, receiver: DingTalkReceiver) -> None:
    receiver.secret = ""
    door.address = {"url": door.address["url"]}
    door.send()
    assert set(receiver.requests[0].query) == {"access_token"}


def test_a_keyword_that_is_missing_is_for_good(door: Door, receiver: DingTalkReceiver) -> None:
    receiver.keywords = ("Monitor",)
    error = door.refused()
    assert (error.permanent, "keywords" in error.reason) == (True, True)
    door.send(subject="Monitor: rotation failed")


def test_an_event_makes_no_markup_and_mentions_nobody(door: Door, receiver: DingTalkReceiver) -> None:
    outcome_of(door, subject=HOSTILE[0], text="\n".join(HOSTILE), url=URL)
    document = receiver.requests[0].json
    text = document["markdown"]["text"]
    assert document["at"] == {"isAtAll": False}
    assert text.count("](") == 1
    assert text.endswith("[Details](https://kms.example.com/cloudmonitor/events/0199-aa%281%29/)")
    assert text.count("://") == 1
    assert not set("*`<>!") & set(text)
    assert [line for line in text.splitlines() if line.startswith("#")] == [text.splitlines()[0]]
