"""The WeCom channel in front of a receiver that checks what WeCom checks."""

from collections.abc import Iterator

import pytest

from alerts.channels.wecom import WeCom
from tests.channels.contract import CANARY, Door
from tests.channels.robots import HOSTILE, URL, RobotContract, a_door, check_codes, outcome_of
from tests.receivers.provider import said
from tests.receivers.wecom import WeComReceiver


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[WeComReceiver]:
    """A robot."""
    with WeComReceiver(key=f"{CANARY}-0123") as receiver:
        yield receiver


@pytest.fixture
def door(receiver: WeComReceiver) -> Door:
    """The channel at that robot."""
    return a_door(
        WeCom(),
        receiver,
        url=receiver.webhook,
        for_now=said(errcode=45009, errmsg=f"api freq out of limit, key {receiver.key}"),
        for_good=said(errcode=93000, errmsg=f"invalid webhook url {receiver.key}"),
    )


class TestWeCom(RobotContract):
    """The contracts, kept by WeCom."""


def test_each_code_means_what_the_page_says(door: Door, receiver: WeComReceiver) -> None:
    good = ("93000", "93004", "93008", "40058", "44004")
    check_codes(door, receiver, {code: said(errcode=int(code), errmsg="no") for code in good}, permanent=True)
    now = ("-1", "45009", "45033", "77777")
    check_codes(door, receiver, {code: said(errcode=int(code), errmsg="no") for code in now}, permanent=False)


def test_the_whole_request_stays_below_the_size_of_the_text(door: Door, receiver: WeComReceiver) -> None:
    outcome_of(door, text="凭据轮转失败\n" * 3_000, subject="题" * 500, url=URL)
    assert 3_900 < len(receiver.requests[0].body) <= 4_096


def test_an_event_makes_no_markup_and_mentions_nobody(door: Door, receiver: WeComReceiver) -> None:
    outcome_of(door, subject=HOSTILE[0], text="\n".join(HOSTILE), url=URL)
    first, *lines = receiver.requests[0].json["markdown"]["content"].splitlines()
    assert first.startswith('**<font color="warning">[press]（https：//evil.example/) ＜@all＞')
    assert first.endswith("</font>**")
    assert first.count("<") == 2
    assert lines.pop() == "[Details](https://kms.example.com/cloudmonitor/events/0199-aa%281%29/)"
    assert not set("*`<>#") & set("".join(lines))
    assert "](" not in "".join(lines)
    assert "://" not in "".join(lines)
