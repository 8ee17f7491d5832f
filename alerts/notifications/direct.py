"""Direct messages: those about an address or about the messages themselves, which no event and no rule stands behind.

They are written when they are created, in the language of whom they go to, and kept encrypted: some hold a link that
only the receiver may know.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING

from django.conf import settings

from alerts.channels.base import Message
from alerts.notifications.models import Notification
from alerts.notifications.threads import thread_of_incident

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.notifications.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Letter:
    """What a direct message says. `url`: where to read more or to answer; `body`: what machines are told."""

    subject: str
    text: str
    html: str = ""
    url: str = ""
    body: Mapping[str, object] = field(default_factory=dict)


def send_directly(
    account: CloudAccount, recipient: Recipient, letter: Letter, *, purpose: Notification.Purpose, now: datetime
) -> Notification:
    """Put a message on its way to one destination, and return it; the bell is the caller's to ring."""
    contact = recipient.contact
    return Notification.objects.create(
        account=account,
        purpose=purpose,
        channel=recipient.channel,
        contact=contact,
        recipient=recipient.name,
        address=json.dumps(dict(recipient.address)),
        destination=recipient.destination,
        masked=recipient.masked[:256],
        language=contact.language if contact else "en",
        time_zone=contact.time_zone if contact else "UTC",
        subject_of=json.dumps(asdict(letter)),
        created_at=now,
        due_at=now,
    )


def letter_of(notification: Notification) -> Letter:
    """Return what a notification without a decision says."""
    return Letter(**json.loads(notification.subject_of))


def direct_message(notification: Notification) -> Message:
    """Return the message that a notification without a decision carries."""
    letter, incident = letter_of(notification), notification.incident_id
    told = {"type": notification.purpose.lower(), "subject": letter.subject, "text": letter.text, "url": letter.url}
    return Message(
        delivery_id=str(notification.delivery_id),
        subject=letter.subject,
        text=letter.text,
        html=letter.html or f"<pre>{escape(letter.text)}</pre>",
        body=told | dict(letter.body),
        level="INFO",
        language=language_of(notification.language),
        url=letter.url,
        thread=thread_of_incident(notification.account_id, incident) if incident else "",
        source="KMS Console",
    )


def language_of(language: str) -> str:
    """Return the language in which somebody is written to who chose this one, or none."""
    return settings.LANGUAGE_CODE if language == "auto" else language


def kept_text(notification: Notification, message: Message) -> str:
    """Return what is kept of a message's text in the open: nothing of a link that only the receiver may know."""
    return "" if notification.purpose == Notification.Purpose.CONFIRMATION else message.text
