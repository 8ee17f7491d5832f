"""The Slack channel in front of a receiver that checks what Slack checks."""

from collections.abc import Iterator

import pytest

from alerts.channels.slack import Slack
from tests.channels.contract import CANARY, Door
from tests.channels.robots import HOSTILE, URL, RobotContract, a_door, check_codes, outcome_of
from tests.receivers.http import Reply
from tests.receivers.slack import SlackReceiver


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[SlackReceiver]:
    """A webhook."""
    with SlackReceiver(path=f"T000/B000/{CANARY}") as receiver:
        yield receiver


@pytest.fixture
def door(receiver: SlackReceiver) -> Door:
    """The channel at that webhook."""
    return a_door(
        Slack(),
        receiver,
        url=receiver.webhook,
        for_now=Reply(429, body=f"rate_limited {receiver.path}".encode(), headers={"Retry-After": "30"}),
        for_good=Reply(404, body=f"no_service {receiver.path}".encode()),
    )


class TestSlack(RobotContract):
    """The contracts, kept by Slack."""


def test_each_word_means_what_the_page_says(door: Door, receiver: SlackReceiver) -> None:
    good = {"invalid_payload": 400, "user_not_found": 400, "action_prohibited": 403, "invalid_token": 403,
            "posting_to_general_channel_denied": 403, "no_service": 404, "channel_not_found": 404,
            "channel_is_archived": 410, "no_team": 404}  # fmt: skip
    replies = {word: Reply(status, body=word.encode()) for word, status in good.items()}
    check_codes(door, receiver, replies, permanent=True)
    check_codes(door, receiver, {"rollup_error": Reply(500, body=b"rollup_error")}, permanent=False)
    check_codes(door, receiver, {"no_active_hooks": Reply(200, body=b"no_active_hooks")}, permanent=True)


def test_a_word_is_told_with_what_to_do(door: Door, receiver: SlackReceiver) -> None:
    receiver.answer_with(Reply(410, body=b"channel_is_archived"))
    assert door.refused().reason == (
        "127.0.0.1 refused the message: channel is archived (channel_is_archived). "
        "Choose another channel for the webhook."
    )


def test_an_event_stands_only_in_plain_text(door: Door, receiver: SlackReceiver) -> None:
    outcome_of(door, subject=HOSTILE[0], text="\n".join(HOSTILE), url=URL + "?a=1&b=<2>|x")
    document = receiver.requests[0].json
    header, text, link = (block["text"] for block in document["blocks"])
    assert (header["type"], text["type"]) == ("plain_text", "plain_text")
    assert text["text"] == "\n".join(HOSTILE)
    assert link["text"] == f"<{URL}?a=1&amp;b=&lt;2&gt;%7Cx|Details>"
    assert "<" not in document["text"]
    assert "&lt;!channel&gt;" in document["text"]
    assert document["unfurl_links"] is False
