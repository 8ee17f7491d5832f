"""What every channel promises, and the words in which it reports.

The idea: an error knows whether it is for good. The delivering stage only reads `permanent` and `retry_after`; nothing
else of SMTP or HTTP reaches it. No text of this package contains a secret part of an address: sentences are written
here from a white list, and excerpts of what a receiver answered go through `excerpt`.
"""

import base64
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, Protocol
from urllib.parse import quote, quote_plus, unquote, unquote_plus

EXCERPT_LIMIT = 2_000
"""Characters of a receiver's answer that are kept."""

MASK = "•••"

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, rendered, for one address."""

    delivery_id: str
    """UUID, the same for every try, so that a receiver can drop a repeat."""
    subject: str
    text: str
    html: str
    body: Mapping[str, object]
    """The envelope for machines, ready for JSON."""
    level: str
    """Event level: CRITICAL, WARN or INFO."""
    language: str
    """BCP 47 tag of the text, such as `en` or `zh-hans`."""
    url: str = ""
    """Where to read more; empty when there is no such page."""
    thread: str = ""
    """What messages about one cause have in common, as letters, digits and dashes; empty for a message of its own."""
    source: str = ""
    """Name of what sends it, such as the alert rule; one line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message that was not refused."""

    status: Literal["ACCEPTED", "KEPT", "UNKNOWN"]
    """ACCEPTED: the receiver took it. KEPT: there is nowhere to send it, it stays readable in the outbox. UNKNOWN: the
    answer cannot be read as a yes or a no."""
    code: str = ""
    """The provider's own result code, such as 250 or 200."""
    detail: str = ""
    """Excerpt of the answer without secrets, at most EXCERPT_LIMIT characters."""
    request: str = ""
    """Excerpt of what was sent, likewise without secrets."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one address of a channel bears; None: no limit is known."""

    per_minute: int | None = None
    """Messages in any minute."""
    max_bytes: int | None = None
    """Bytes of the whole request body, in UTF-8."""


class DeliveryError(Exception):
    """A message was not delivered.

    `permanent` says that another try cannot succeed. `code` is the provider's own code (404, 550) or, where no provider
    was reached, a word such as TimedOut or AddressBlocked. `retry_after` is the wait that the receiver asked for, in
    seconds.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        code: str = "",
        detail: str = "",
        request: str = "",
        retry_after: float | None = None,
    ) -> None:
        """Keep the sentence and what the delivering stage decides by; excerpts are cut at EXCERPT_LIMIT."""
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.code = code
        self.detail = detail[:EXCERPT_LIMIT]
        self.request = request[:EXCERPT_LIMIT]
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """The provider of text messages and calls. Without a URL or a template of Alibaba Cloud, messages are kept."""

    sms_url: str = field(default="", repr=False)
    """HTTP API that takes one text message by POST."""
    sms_body: str = '{"to": "{phone}", "text": "{text}"}'
    """JSON whose strings may hold {phone}, {text}, {subject}, {level} and {id}."""
    voice_url: str = field(default="", repr=False)
    voice_body: str = '{"to": "{phone}", "text": "{text}"}'
    authorization: str = field(default="", repr=False)
    """Value of the Authorization header of both."""
    sms_template: str = ""
    """`SignName:TemplateCode` of Alibaba Cloud SMS; used instead of `sms_url` when given."""


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """How the services of the cloud are reached: queues, functions, logs and text messages."""

    access_key_id: str = ""
    access_key_secret: str = field(default="", repr=False)
    endpoint: str = ""
    """Endpoint for every service, with {product}, {region} and {uid} in it; empty: the public endpoint of each."""
    security_token: str = field(default="", repr=False)
    """What makes the key one of a role, for a while; empty: the key is one that lasts."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a channel must know of this installation."""

    smtp_url: str = field(default="", repr=False)
    """smtp://[user:password@]host[:port] or smtps://…; empty keeps mail in the outbox."""
    mail_from: str = "kms-console@localhost"
    outgoing_allow: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that outgoing HTTP may reach all the same."""
    timeout: float = 5.0
    """Seconds for one HTTP exchange as a whole, or for one step of an SMTP conversation."""
    version: str = "0"
    phone: PhoneSettings = field(default_factory=PhoneSettings)
    cloud: CloudSettings = field(default_factory=CloudSettings)

    @property
    def user_agent(self) -> str:
        """The product's name and version, as receivers see it."""
        return f"KMSConsole/{self.version}"


class Channel(Protocol):
    """One way out. Channels hold no state and are shared between threads."""

    @property
    def kind(self) -> str:
        """The code that is stored with a notification."""

    @property
    def label(self) -> str:
        """English name, to be passed through gettext where it is shown."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys that an address of this channel consists of."""

    @property
    def limits(self) -> Limits:
        """What one address bears."""

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Try once to deliver; raise DeliveryError when that fails."""

    def mask(self, address: Mapping[str, str]) -> str:
        """The address as logs and pages may show it."""


def excerpt(text: str, *, secrets: Iterable[str] = (), unsure: int = 0) -> str:
    """Return the start of `text` as it may be stored: printable, every secret masked, at most EXCERPT_LIMIT characters.

    A receiver may echo what it was sent, so each secret is also looked for as it looks in HTML, JSON, a query and
    base64. The last `unsure` characters may hold a secret that was cut in two, and are left out.
    """
    found = {form for secret in secrets if secret for form in _forms(secret)}
    text = _UNPRINTABLE.sub(" ", text)
    if found:
        # Longest first, so that a short piece cannot break a long one apart and leave the rest readable.
        pattern = "|".join(re.escape(form) for form in sorted(found, key=len, reverse=True))
        text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    return text[: len(text) - unsure].strip()[:EXCERPT_LIMIT]


def _forms(secret: str) -> Iterable[str]:
    for plain in {secret, unquote(secret), unquote_plus(secret)}:
        yield plain
        yield quote(plain)
        yield quote(plain, safe="")
        yield quote_plus(plain)
        yield html.escape(plain)
        yield plain.replace("/", "\\/")
        yield base64.b64encode(plain.encode(errors="replace")).decode()
