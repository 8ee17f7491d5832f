"""Reach: by which channels a policy tells of an event level, and whom: a contact group, and the policy's systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.contacts.models import Address
from alerts.rules.reach import channels_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from alerts.contacts.models import Contact, ContactGroup

PEOPLE = ("email", "sms", "voice", "dingtalk", "lark", "wecom", "slack", "teams", "webhook")
"""The channels by which contacts are told, for each of which a policy may have a notification method of its own."""
WAYS_OF_PHONE = ("voice", "sms")


def ways_of(kind: str, *, level: str, methods: Mapping[str, Any]) -> list[str]:
    """Return the channels by which an address of this kind is told of events of this level.

    By default those of the notification method of an alert rule with the name of the level.
    """
    usual = channels_of(kind, method=level if level in ("CRITICAL", "WARN") else "INFO")
    possible = WAYS_OF_PHONE if kind == Address.Kind.PHONE else (kind,)
    return [way for way in possible if (level in methods[way]["levels"] if way in methods else way in usual)]


def reached_in(
    group: ContactGroup, *, level: str, methods: Mapping[str, Any]
) -> Iterator[tuple[Contact, str, Mapping[str, str]]]:
    """Yield contact, channel and address of everybody in a group who is told of events of this level.

    Reads `group.contacts` with their addresses: prefetch them.
    """
    for contact in group.contacts.all():
        for address in contact.addresses.all():
            if address.usable:
                for way in ways_of(address.kind, level=level, methods=methods):
                    yield contact, way, address.fields
