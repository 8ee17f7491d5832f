"""The e-mail channel: one message to one address through the operator's SMTP server.

Without a server (`smtp_url` empty) a message is kept, to be read in the outbox. A 5xx reply to the message, its sender
or its recipient is for good. What only the server's owner can mend (log-in, TLS) says nothing of the message and counts
as temporary, so that it goes out if that is mended in time. Making the mail is here, the conversation in `smtp`.
"""

import hashlib
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from alerts.channels import smtp
from alerts.channels.base import MASK, ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.outgoing import system_trust

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\x00-\x1f\x7f]+@[^\s@<>,;:\"()\x00-\x1f\x7f]+")
_THREAD = re.compile(r"[A-Za-z0-9-]{1,128}")
_WORDS = re.compile(r"[a-z0-9]+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\s]+")
_ENCODED = re.compile(r"=(?=\?)")
"""The beginning of an RFC 2047 encoded word: `email` would decode it in a header and write out what it hides."""
_APART = "=\N{WORD JOINER}"
_ADDRESS_LIMIT = 254
_SUBJECT_LIMIT = 250
_LABEL_LIMIT = 40


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
    if len(text) > _ADDRESS_LIMIT or not _ADDRESS.fullmatch(text) or _ENCODED.search(text):
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
    mail["Subject"] = _header(message.subject)
    mail["Date"] = formatdate(usegmt=True)
    # The same for every try, so that a mailbox that got a mail twice can show it once.
    mail["Message-ID"] = f"<{message.delivery_id}@{domain}>"
    for name, value in _belongs_to(message, domain=domain):
        mail[name] = value
    # RFC 3834: no out-of-office note comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Mailer"] = settings.user_agent
    mail["X-KMSConsole-Level"] = _header(message.level)
    # Quoted-printable keeps the mail within seven bits and short lines, whatever the server can do.
    mail.set_content(_sound(message.text), cte="quoted-printable")
    mail.add_alternative(_sound(message.html), subtype="html", cte="quoted-printable")
    # After the content, which clears every header of this kind.
    mail["Content-Language"] = message.language
    return mail


def _belongs_to(message: Message, *, domain: str) -> Iterator[tuple[str, str]]:
    """Yield the headers by which mail programs sort (RFC 2919) and thread (RFC 5322, section 3.6.4).

    The root of a thread is an id that no mail has: every message about a cause refers to it, so programs put them
    together whichever of them arrived first, and a reader who deleted the first one loses nothing.
    """
    if message.source:
        yield "List-Id", f"<{_label(message.source)}.{domain}>"
    if _THREAD.fullmatch(message.thread):
        root = f"<thread-{message.thread}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root


def _label(source: str) -> str:
    """Return `source` as a label of a List-Id: readable where it is ASCII, and different for different names."""
    readable = "-".join(_WORDS.findall(source.lower()))[:_LABEL_LIMIT]
    if readable == source.lower():
        return readable
    digest = hashlib.sha256(source.encode(errors="replace")).hexdigest()[:12]
    return f"{readable}-{digest}".lstrip("-")


def _header(text: str) -> str:
    """Return a text as one header may carry it: one line, in which nothing can be read as an encoded word."""
    return _ENCODED.sub(_APART, _BREAKS.sub(" ", _sound(text)).strip()[:_SUBJECT_LIMIT])


def _sound(text: str) -> str:
    """Replace lone surrogates, which no mail can carry."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
