"""What every robot does beyond the channel contract: it reads its provider, cuts what is too long, and hides secrets.

A robot's test module subclasses RobotContract and gives the fixtures `door` and `receiver`: a receiver that judges each
request by the provider's rules, so that to be accepted means something.
"""

from ipaddress import ip_network

import pytest

from alerts.channels.base import Channel, ChannelSettings, Outcome
from tests.channels.contract import CANARY, ChannelContract, Door, a_message
from tests.receivers.http import Reply
from tests.receivers.provider import HTML, Provider

SETTINGS = ChannelSettings(outgoing_allow=(ip_network("127.0.0.0/8"),), version="1.2")
URL = "https://kms.example.com/cloudmonitor/events/0199-aa(1)/"
HOSTILE = (
    "[press](https://evil.example/) <@all> <!channel> <at id=all></at> @all @everyone",
    "![picture](https://evil.example/p.png) <https://evil.example|safe> <font color=red>red</font>",
    "# heading",
    "**bold** `code` https://evil.example/phish dtmd://dingtalkclient/send <b>bold</b> &lt;@all&gt;",
)
"""What an event could hold that some chat would take for a link, a mention, an image or markup."""


def a_door(
    channel: Channel, receiver: Provider, *, url: str, for_now: Reply, for_good: Reply, secret: str = ""
) -> Door:
    """Return the door of a robot at `receiver`."""
    return Door(
        channel=channel,
        address={"url": url, "secret": secret} if secret else {"url": url},
        settings=SETTINGS,
        arrived=lambda: len(receiver.requests),
        fail_for_now=lambda: receiver.answer_with(for_now),
        fail_for_good=lambda: receiver.answer_with(for_good),
        hang=lambda: receiver.answer_with(Reply(delay=30)),
        close=receiver.stop,
    )


def outcome_of(door: Door, **changes: str) -> Outcome:
    """Send a message and return what became of it."""
    return door.channel.send(a_message(**changes), address=door.address, settings=door.settings)


class RobotContract(ChannelContract):
    """Reads the provider's own result; cuts by size; links; keeps what was sent without secrets."""

    def test_a_message_is_accepted_by_the_rules_of_the_provider(self, door: Door, receiver: Provider) -> None:
        outcome = outcome_of(door, url=URL)
        assert outcome.status == "ACCEPTED"
        assert a_message().subject in receiver.requests[0].body.decode()
        assert receiver.requests[0].headers["user-agent"] == "KMSConsole/1.2"

    @pytest.mark.parametrize(
        "reply", [HTML, Reply(200, body=b""), Reply(200, body=b'{"errcode":'), Reply(200, body=b"[" * 9_000)]
    )
    def test_an_answer_that_is_not_the_providers_is_neither_yes_nor_no(
        self, door: Door, receiver: Provider, reply: Reply
    ) -> None:
        receiver.answer_with(reply)
        outcome = outcome_of(door)
        assert (outcome.status, outcome.code) == ("UNKNOWN", "200")
        assert CANARY not in outcome.detail

    def test_a_status_is_judged_where_the_body_says_nothing(self, door: Door, receiver: Provider) -> None:
        receiver.answer_with(Reply(429, headers={"Retry-After": "17"}), 502, 404)
        busy, broken, gone = door.refused(), door.refused(), door.refused()
        assert (busy.permanent, busy.code, busy.retry_after) == (False, "429", 17)
        assert (broken.permanent, broken.code) == (False, "502")
        assert (gone.permanent, gone.code) == (True, "404")
        assert busy.request.startswith("POST http://127.0.0.1")

    def test_a_wrong_url_is_refused_for_good_with_advice(self, door: Door) -> None:
        door.address = {**door.address, "url": door.address["url"][:-1]}
        error = door.refused()
        assert error.permanent
        assert len(error.reason.split(". ")) > 1

    @pytest.mark.parametrize(
        "text",
        ["第一行 line\n" * 4_000, "x" * 100_000, "密" * 50_000, '"\\' * 30_000, "👩‍👩‍👧" * 9_000, "a\n\n" * 20_000],
    )
    def test_a_text_that_is_too_long_is_cut_with_a_word_and_keeps_its_link(
        self, door: Door, receiver: Provider, text: str
    ) -> None:
        assert outcome_of(door, text=text, url="https://kms.example.com/e/1").status == "ACCEPTED"
        body = receiver.requests[0].body.decode()
        assert "https://kms.example.com/e/1" in body
        assert "…" in body

    def test_what_was_cut_is_counted_in_the_language_of_the_message(self, door: Door, receiver: Provider) -> None:
        outcome_of(door, text="行\n" * 30_000, language="zh-hans", url=URL)
        outcome_of(door, text="row\n" * 30_000, language="en", url=URL)
        chinese, english = (request.body.decode() for request in receiver.requests)
        assert " 行" in chinese
        assert "查看详情" in chinese
        assert "more lines" in english

    @pytest.mark.parametrize("text", ["", "\n\n", "  "])
    def test_a_message_may_have_no_text(self, door: Door, text: str) -> None:
        assert outcome_of(door, text=text).status == "ACCEPTED"

    def test_a_link_that_is_none_is_left_out(self, door: Door, receiver: Provider) -> None:
        outcome_of(door, url="javascript:alert(1)")
        assert b"javascript" not in receiver.requests[0].body

    def test_what_was_sent_is_kept_without_secrets(self, door: Door) -> None:
        outcome = outcome_of(door, text="rotation of rds-prod-app", url=URL)
        assert outcome.request.startswith("POST http://127.0.0.1")
        assert "rotation of rds-prod-app" in outcome.request
        assert CANARY not in outcome.request + outcome.detail
        door.close()
        assert "rotation of" not in (error := door.refused()).reason
        assert error.request.startswith("POST")

    def test_the_mask_shows_scheme_and_host_only(self, door: Door, receiver: Provider) -> None:
        assert door.channel.mask(door.address) == f"{receiver.url}/…"

    def test_more_messages_than_a_minute_bears_are_refused_for_now(self, door: Door, receiver: Provider) -> None:
        assert door.channel.limits.per_minute == receiver.per_minute
        receiver.per_minute = 1
        door.send()
        error = door.refused()
        assert not error.permanent
        assert error.retry_after


def check_codes(door: Door, receiver: Provider, replies: dict[str, Reply], *, permanent: bool) -> None:
    """Check that each reply is refused under its code, for good or for now."""
    for code, reply in replies.items():
        receiver.answer_with(reply)
        error = door.refused()
        assert (error.code, error.permanent) == (code, permanent)
