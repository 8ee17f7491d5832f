"""Reach: which ways a notification method takes to an address, and whether somebody is told at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.contacts.models import Address
from alerts.rules.models import RuleTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.contacts.models import Contact

PHONE_CHANNELS: Mapping[str, tuple[str, ...]] = {
    RuleTarget.Method.CRITICAL: ("voice", "sms"),
    RuleTarget.Method.WARN: ("sms",),
    RuleTarget.Method.INFO: (),
}
"""What a notification method does with a phone. "Create an event-triggered alert rule", notification method."""


def channels_of(kind: str, *, method: str) -> tuple[str, ...]:
    """Return the channels by which a notification method tells an address of this kind."""
    return PHONE_CHANNELS[method] if kind == Address.Kind.PHONE else (kind,)


def reaches(contact: Contact, *, method: str) -> bool:
    """Tell whether a notification method reaches a contact: by an address that counts, and that it uses."""
    return any(each.usable and channels_of(each.kind, method=method) for each in contact.addresses.all())
