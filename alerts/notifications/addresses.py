"""The addresses of contacts as what they are for: asking for their confirmation, testing them, how they fared last.

An address is reached by its own channel, and a telephone number by two: text messages and calls. Each way has its own
destination, and so its own health and its own last message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.contacts.confirmation import AGAIN_AFTER, issue_code
from alerts.contacts.models import Address
from alerts.notifications import letters
from alerts.notifications.direct import send_directly
from alerts.notifications.models import Destination, Notification
from alerts.notifications.recipients import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from alerts.contacts.models import Contact

MOST_TESTS = 10
"""How many tests an account may send in a minute."""
LOOKED_AT = 2_000
"""Among how many of an account's newest messages its tests of the last minute are looked for."""

PHONE_WAYS = ("sms", "voice")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an address: the channel, how the last message fared, and what is known of its health."""

    address: Address
    recipient: Recipient
    last: Notification | None = None
    health: Destination | None = None

    @property
    def channel(self) -> str:
        """The kind of the channel."""
        return self.recipient.channel


def recipients_at(address: Address) -> tuple[Recipient, ...]:
    """Return the ways to reach one address, whether it counts already or not."""
    channels = PHONE_WAYS if address.kind == Address.Kind.PHONE else (address.kind,)
    contact = address.contact
    return tuple(Recipient(channel, address.fields, contact.name, contact) for channel in channels)


def ways_to(contact: Contact) -> list[Way]:
    """Return every way to a contact, in the order of the kinds, with last message and health."""
    kinds: list[str] = list(Address.Kind.values)
    addresses = sorted(contact.addresses.select_related("contact"), key=lambda address: kinds.index(address.kind))
    found = [(address, recipient) for address in addresses for recipient in recipients_at(address)]
    health = health_of(contact.account, (recipient for _address, recipient in found))
    return [Way(*pair, _last(contact, pair[1]), health.get(pair[1].destination)) for pair in found]


def _last(contact: Contact, recipient: Recipient) -> Notification | None:
    told = Notification.objects.filter(contact=contact, destination=recipient.destination)
    return told.select_related("decision").defer("address", "subject_of", "text").order_by("-pk").first()


def health_of(account: CloudAccount, recipients: Iterable[Recipient]) -> Mapping[str, Destination]:
    """Return what is known of the health of these destinations, by destination."""
    wanted = {recipient.destination for recipient in recipients}
    return {each.destination: each for each in Destination.objects.filter(account=account, destination__in=wanted)}


def ask(address: Address, *, now: datetime) -> Notification:
    """Send whoever reads an e-mail address the question whether messages may come there; the bell is the caller's."""
    contact = address.contact
    url = settings.SITE_URL + reverse("confirm", args=[issue_code(address, now=now)])
    values = {"contact": contact.name, "account": contact.account.name}
    question = letters.letter(letters.CONFIRMATION, language=contact.language, url=url, **values)
    (recipient,) = recipients_at(address)
    purpose = Notification.Purpose.CONFIRMATION
    return send_directly(contact.account, recipient, question, purpose=purpose, now=now)


@transaction.atomic
def ask_again(address: Address, *, now: datetime) -> Notification:
    """Send the question once more; the link that was sent before is good for nothing then.

    Raises:
        Refused: the address is confirmed already, or it was asked less than a minute ago.
    """
    row = Address.objects.select_for_update(of=("self",)).select_related("contact__account").get(pk=address.pk)
    if row.usable:
        raise Refused(_("This address is confirmed already."))
    if row.asked_at and now < row.asked_at + AGAIN_AFTER:
        raise Refused(_("The question was sent less than a minute ago. Wait a moment before it is sent again."))
    return ask(row, now=now)


@transaction.atomic
def ask_unasked(account: CloudAccount, *, now: datetime) -> int:
    """Ask for every address of the account that waits for it and was not asked yet; return how many there were."""
    waiting = Address.objects.filter(contact__account=account, kind__in=Address.CONFIRMED_KINDS, confirmed_at=None)
    found = waiting.filter(asked_at=None).select_for_update(of=("self",)).select_related("contact__account")
    return len([ask(address, now=now) for address in found])


@transaction.atomic
def send_test(address: Address, *, channel: str, actor: str, now: datetime) -> Notification:
    """Send a message that says that it is a test, by the way that every other one takes; the bell is the caller's.

    Raises:
        Refused: the address is not confirmed, has no such channel, or the account has sent ten within a minute.
    """
    recipient = next((each for each in recipients_at(address) if each.channel == channel), None)
    if recipient is None:
        raise Refused(_("This address cannot be reached in that way."))
    if not address.usable:
        raise Refused(_("This address is not confirmed yet: nothing but the question is sent there."))
    contact, account = address.contact, address.contact.account
    check_rate(account, now=now)
    url = settings.SITE_URL + reverse("cloudmonitor:contact", args=[contact.pk])
    values = {"contact": contact.name, "account": account.name, "actor": actor}
    message = letters.letter(letters.TEST, language=contact.language, url=url, **values)
    return send_directly(account, recipient, message, purpose=Notification.Purpose.TEST, now=now)


def check_rate(account: CloudAccount, *, now: datetime) -> None:
    """Raise Refused when the account has sent ten tests within a minute."""
    # Two who press at once must not both find room for one.
    CloudAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    newest = Notification.objects.filter(account=account).order_by("-pk").values("pk")[:LOOKED_AT]
    tests = Notification.objects.filter(pk__in=newest, purpose=Notification.Purpose.TEST)
    if tests.filter(created_at__gt=now - timedelta(minutes=1)).count() >= MOST_TESTS:
        raise Refused(_("Ten tests were sent within the last minute. Wait a moment before the next one."))
