"""Unreached: who stands in a rule's targets and is not told by it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.rules.reach import channels_of, reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.contacts.models import Contact
    from alerts.rules.models import RuleTarget


@dataclass(frozen=True, slots=True)
class Unreached:
    """A contact, or a whole group, that a target does not reach.

    `reason` is `empty-group`, `no-address`, `unconfirmed`, or `method` (the notification method uses none of its ways).
    """

    group: str
    contact: str
    method: str
    reason: str


def unreached_of(targets: Iterable[RuleTarget]) -> Iterator[Unreached]:
    """Yield whom the targets are meant for and do not reach."""
    for target in targets:
        if target.group is not None:
            contacts = list(target.group.contacts.all())
            if not contacts:
                yield Unreached(target.group.name, "", target.method, "empty-group")
            for contact in contacts:
                if not reaches(contact, method=target.method):
                    yield Unreached(target.group.name, contact.name, target.method, _reason(contact, target.method))


def _reason(contact: Contact, method: str) -> str:
    addresses = list(contact.addresses.all())
    if not addresses:
        return "no-address"
    return "unconfirmed" if any(channels_of(each.kind, method=method) for each in addresses) else "method"
