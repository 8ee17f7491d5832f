"""What the robots of group chats have in common: a URL that is a password, one JSON document, a reading of the answer.

A robot's own module says how its document looks, how it is signed and what its provider's codes mean. The text is cut
here, measured on the finished request, so that a message never fails for its size and always keeps its link.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.channels import outgoing
from alerts.channels.base import ChannelSettings, Limits, Message, Outcome
from alerts.channels.exchange import Exchange, as_json, exchange, masked_url
from alerts.channels.texts import fitted, heading, lines_of, link_of, open_label


@dataclass(frozen=True, slots=True)
class Content:
    """What a document is made of: everything in it still is plain text."""

    heading: str
    lines: Sequence[str]
    level: str
    url: str
    """Empty when there is no page to link."""
    label: str
    """What the link is called."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What proves a message, and where it goes."""

    params: Mapping[str, str] = field(default_factory=dict)
    """Query parameters."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Fields of the document."""
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Robot(ABC):
    """Sends one JSON document by POST."""

    kind: str
    label: str
    fields: tuple[str, ...] = ("url",)
    limits: Limits = Limits()

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Post the message once; raises DeliveryError when it was refused or nobody answered."""
        signature = self.sign(address.get("secret", ""), at=time.time())
        done = exchange(
            "POST",
            address.get("url", ""),
            content=as_json({**signature.fields, **self._document(message, signature)}),
            headers={"Content-Type": "application/json; charset=utf-8"},
            params=signature.params,
            secrets=signature.secrets,
            settings=settings,
            wiring=self._wiring,
        )
        return self.judge(done)

    def mask(self, address: Mapping[str, str]) -> str:
        """Scheme and host."""
        return masked_url(address.get("url", ""))

    def _document(self, message: Message, signature: Signature) -> Mapping[str, object]:
        def document(lines: Sequence[str]) -> Mapping[str, object]:
            link = link_of(message)
            return self.document(Content(heading(message), lines, message.level, link, open_label(message.language)))

        def size(lines: Sequence[str]) -> int:
            return self.size({**signature.fields, **document(lines)})

        return document(fitted(lines_of(message), room=self.room, size=size, language=message.language))

    @property
    def room(self) -> int:
        """The largest `size` that the provider takes."""
        return self.limits.max_bytes or 0

    def size(self, document: Mapping[str, object]) -> int:
        """Measure a document: the bytes of the request body, unless a provider counts otherwise."""
        return len(as_json(document))

    def sign(self, secret: str, *, at: float) -> Signature:
        """Sign a message that is sent `at`, in seconds since the epoch; nothing where there is no secret."""
        del secret, at
        return Signature()

    @abstractmethod
    def document(self, content: Content) -> Mapping[str, object]:
        """Return the document in the provider's own form."""

    @abstractmethod
    def judge(self, done: Exchange) -> Outcome:
        """Read the answer; raises DeliveryError for a refusal."""
