"""The channel contract: what every channel does with a message, whatever is behind it.

A channel's test module subclasses ChannelContract and gives the fixture `door`: the channel before a real receiver.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from alerts.channels import BY_KIND
from alerts.channels.base import Channel, ChannelSettings, DeliveryError, Message

CANARY = "canary-7f3a9c"
"""A piece that each secret part of an address in these tests contains."""

SHORT = 0.4
"""Seconds of time-out for receivers that never answer."""

PATIENCE = 3.0
"""Seconds after which a test says that a time-out did not hold; much more than SHORT, for busy machines."""


def a_message(**changes: Any) -> Message:
    """A message about a failed rotation."""
    message = Message(
        delivery_id="3f1c0f0e-7a51-4d3c-9d53-0c2a1a5b7e11",
        subject="[CRITICAL] Secret rotation failed: rds-prod-app",
        text="The secret rds-prod-app was not rotated. 凭据轮转失败",
        html="<p>The secret <b>rds-prod-app</b> was not rotated. 凭据轮转失败</p>",
        body={"product": "KMS", "name": "Secret:RotateSecret:Failure", "content": {"secretName": "凭据"}},
        level="CRITICAL",
        language="en",
    )
    return replace(message, **changes)


@dataclass
class Door:
    """A channel, the address of a real receiver, and how to make that receiver misbehave once."""

    channel: Channel
    address: Mapping[str, str]
    settings: ChannelSettings
    arrived: Callable[[], int]
    fail_for_now: Callable[[], None]
    fail_for_good: Callable[[], None]
    hang: Callable[[], None]
    close: Callable[[], None]

    def send(self, **changes: str) -> str:
        """Send a message and return the provider's code."""
        outcome = self.channel.send(a_message(**changes), address=self.address, settings=self.settings)
        assert outcome.status == "ACCEPTED"
        assert CANARY not in f"{outcome!r}"
        return outcome.code

    def refused(self) -> DeliveryError:
        """Send a message that is not delivered, and return the error after looking for secrets in it."""
        with pytest.raises(DeliveryError) as caught:
            self.send()
        error = caught.value
        assert CANARY not in f"{error} {error!r} {error.reason} {error.detail} {error.code} {error.request}"
        assert error.__suppress_context__ or error.__context__ is None
        return error


class ChannelContract:
    """Sends, fails for now, fails for good, times out; and tells no secret."""

    def test_it_stands_in_the_tuple_of_channels(self, door: Door) -> None:
        assert type(BY_KIND[door.channel.kind]) is type(door.channel)
        assert door.channel.label
        assert set(door.address) <= set(door.channel.fields)

    def test_a_message_arrives(self, door: Door) -> None:
        assert door.send()
        assert door.arrived() == 1

    def test_text_that_no_protocol_can_carry_does_not_stop_a_message(self, door: Door) -> None:
        door.send(subject="a\r\nBcc: b@example.com\x00\udc80", text="lone \udc80", html="<p>\udc80</p>")
        assert door.arrived() == 1

    def test_a_receiver_that_is_busy_is_worth_another_try(self, door: Door) -> None:
        door.fail_for_now()
        error = door.refused()
        assert not error.permanent
        assert error.code
        assert door.send()

    def test_a_receiver_that_refuses_the_message_is_not_asked_again(self, door: Door) -> None:
        door.fail_for_good()
        error = door.refused()
        assert error.permanent
        assert error.code

    def test_a_receiver_that_never_answers_costs_little_time(self, door: Door) -> None:
        door.hang()
        door.settings = replace(door.settings, timeout=SHORT)
        started = time.monotonic()
        error = door.refused()
        assert not error.permanent
        assert error.code == "TimedOut"
        assert time.monotonic() - started < PATIENCE

    def test_a_receiver_that_is_gone_is_worth_another_try(self, door: Door) -> None:
        door.close()
        error = door.refused()
        assert not error.permanent
        assert error.code == "ConnectionRefused"

    def test_an_empty_address_is_refused_for_good(self, door: Door) -> None:
        door.address = {}
        assert door.refused().permanent

    def test_the_mask_hides_what_is_secret(self, door: Door) -> None:
        assert CANARY not in door.channel.mask(door.address)
        assert door.channel.mask({})
