"""Recipients: what the targets of a rule come to, each destination once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.accounts.encryption import fingerprint
from alerts.channels import BY_KIND
from alerts.rules.reach import channels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from alerts.contacts.models import Contact
    from alerts.rules.models import AlertRule, RuleTarget


@dataclass(frozen=True, slots=True)
class Recipient:
    """One destination: the channel, the address as that channel wants it, and whom it belongs to."""

    channel: str
    address: Mapping[str, str]
    name: str
    contact: Contact | None = None

    @property
    def destination(self) -> str:
        """A digest of channel and address: equal for equal destinations, and unreadable."""
        return fingerprint("\n".join((self.channel, *(f"{k}={v}" for k, v in sorted(self.address.items())))))

    @property
    def masked(self) -> str:
        """The address as pages may show it."""
        return BY_KIND[self.channel].mask(self.address)


def recipients_of(rule: AlertRule) -> list[Recipient]:
    """Return every destination of the rule, each once, in the order of its targets."""
    return recipients_among(rule.targets.all(), rule_name=rule.name)


def recipients_among(targets: Iterable[RuleTarget], *, rule_name: str) -> list[Recipient]:
    """Return every destination of these targets, each once; a system goes by the name of the rule."""
    found = (recipient for target in targets for recipient in _of_target(target, rule_name))
    return list({recipient.destination: recipient for recipient in found}.values())


def _of_target(target: RuleTarget, rule_name: str) -> Iterable[Recipient]:
    if target.group is None:
        return (Recipient(target.kind, target.fields, rule_name),)
    return (each for contact in target.group.contacts.all() for each in _of_contact(contact, target.method))


def _of_contact(contact: Contact, method: str) -> Iterator[Recipient]:
    for address in contact.addresses.all():
        if address.usable:
            for channel in channels_of(address.kind, method=method):
                yield Recipient(channel, address.fields, contact.name, contact)
