"""The e-mail channel: one message to one address through the operator's SMTP server.

Without a server (`smtp_url` empty) a message is kept, to be read in the outbox. A 5xx reply to the message, its sender
or its recipient is for good. What only the server's owner can mend (log-in, TLS) says nothing of the message and counts
as temporary, so that it goes out if that is mended in time. Making the mail is here, the conversation in `smtp`.
"""

import re
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from alerts.channels import smtp
from alerts.channels.base import MASK, ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.outgoing import system_trust

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\x00-\x1f\x7f]+@[^\s@<>,;:\"()\x00-\x1f\x7f]+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\s]+")
_ADDRESS_LIMIT = 254
_SUBJECT_LIMIT = 250


class Email:
    """Sends mail. An address is `email`."""

    kind = "email"
    label = "Email"
    fields = ("email",)
    limits = Limits()

    def __init__(self, *, trust: Callable[[], ssl.SSLContext] = system_trust) -> None:
        """Take the certificate authorities to trust; tests bring their own."""
        self._trust = trust

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Hand the message to the server once, or keep it when there is none.

        Raises DeliveryError, permanent for an address that is none and for a 5xx reply to this message.
        """
        recipient = _recipient(address.get("email", ""))
        if not settings.smtp_url:
            return Outcome(status="KEPT")
        sender = parseaddr(settings.mail_from)[1]
        international = not (sender + recipient).isascii()
        mail = _mail(message, recipient=recipient, settings=settings)
        reply = smtp.deliver(
            smtp.Envelope(sender, recipient, mail.as_bytes(policy=SMTP.clone(utf8=international)), international),
            server=smtp.read_server(settings.smtp_url),
            timeout=settings.timeout,
            trust=self._trust,
        )
        return Outcome(status="ACCEPTED", code=str(reply.code), detail=reply.text)

    def mask(self, address: Mapping[str, str]) -> str:
        """First letter and domain, as in s•••@example.com."""
        local, at, domain = address.get("email", "").rpartition("@")
        return f"{local[:1]}{MASK}@{domain}" if at else MASK


def _recipient(text: str) -> str:
    invalid = DeliveryError("The e-mail address is not valid.", permanent=True, code="AddressInvalid")
    if len(text) > _ADDRESS_LIMIT or not _ADDRESS.fullmatch(text):
        raise invalid
    local, _, domain = text.rpartition("@")
    try:
        local.encode()
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise invalid from None


def _mail(message: Message, *, recipient: str, settings: ChannelSettings) -> EmailMessage:
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = recipient
    mail["Subject"] = _BREAKS.sub(" ", _sound(message.subject)).strip()[:_SUBJECT_LIMIT]
    mail["Date"] = formatdate(usegmt=True)
    # The same for every try, so that a mailbox that got a mail twice can show it once.
    mail["Message-ID"] = f"<{message.delivery_id}@{domain}>"
    # RFC 3834: no out-of-office note comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Mailer"] = settings.user_agent
    mail["X-KMSConsole-Level"] = message.level
    # Quoted-printable keeps the mail within seven bits and short lines, whatever the server can do.
    mail.set_content(_sound(message.text), cte="quoted-printable")
    mail.add_alternative(_sound(message.html), subtype="html", cte="quoted-printable")
    # After the content, which clears every header of this kind.
    mail["Content-Language"] = message.language
    return mail


def _sound(text: str) -> str:
    """Replace lone surrogates, which no mail can carry."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
