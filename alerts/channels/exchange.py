"""One request to a provider, its answer, and the words in which a channel judges it.

Providers say no in three places: in the HTTP status, in a code inside HTTP 200, or in a page of a proxy that never was
the provider. A channel reads its own provider's code and says which of four things happened: accepted, refused for now,
refused for good, unknown. What was sent and what came back are kept as excerpts without secrets.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from alerts.channels import outgoing
from alerts.channels.base import EXCERPT_LIMIT, MASK, ChannelSettings, DeliveryError, Outcome, excerpt
from alerts.channels.texts import one_line
from alerts.channels.urls import read_url, secrets_of

SAID_LIMIT = 200
"""Characters of a provider's sentence that go into our own."""

# Words that are in everybody's URL of a provider. To mask them would hide nothing and spoil `send too fast`.
_PUBLIC_PARTS = frozenset(
    {"robot", "send", "open-apis", "hook", "cgi-bin", "webhook", "webhookb2", "services", "incomingwebhook",
     "workflows", "triggers", "manual", "paths", "invoke", "api-version", "access_token", "http", "https", "message",
     "messages", "code"}
)  # fmt: skip
_CODE = re.compile(r"[\w.:-]{1,32}")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one of a provider's result codes means for us."""

    permanent: bool
    advice: str = ""
    """A sentence that says what to do."""
    wait: float | None = None
    """Seconds after which another try makes sense."""


def for_good(advice: str) -> Meaning:
    """Return the meaning of a code after which no other try can succeed."""
    return Meaning(permanent=True, advice=advice)


def for_now(advice: str = "", *, wait: float | None = None) -> Meaning:
    """Return the meaning of a code that may pass, after `wait` seconds where the provider's pages say so."""
    return Meaning(permanent=False, advice=advice, wait=wait)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what was answered, whatever the status."""

    answer: outgoing.Answer
    request: str
    """Excerpt of what was sent, without secrets."""
    hidden: tuple[str, ...] = field(repr=False)
    """What must not be shown."""

    @property
    def text(self) -> str:
        """The body as text, secrets and all: to be read, never to be kept."""
        return self.answer.body.decode("utf-8-sig", errors="replace").strip()

    @property
    def detail(self) -> str:
        """The start of the body as it may be kept."""
        whole = len(self.answer.body) < outgoing.READ_LIMIT
        return excerpt(self.text, secrets=self.hidden) if whole else self.answer.body_excerpt

    @property
    def succeeded(self) -> bool:
        """Whether the HTTP status is 2xx."""
        return self.answer.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def document(self) -> Mapping[str, object] | None:
        """The JSON object in the body; None when there is none."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def accepted(self, code: str = "") -> Outcome:
        """Return that the provider took the message."""
        return Outcome("ACCEPTED", code or str(self.answer.status), self.detail, self.request)

    def unknown(self) -> Outcome:
        """Return that the answer is neither yes nor no, such as the page of a proxy."""
        return Outcome("UNKNOWN", str(self.answer.status), self.detail, self.request)

    def refused(self, code: str, said: str, meaning: Meaning) -> DeliveryError:
        """Return that the provider said no, in its own words as far as they hold no secret."""
        said = one_line(excerpt(said, secrets=self.hidden))[:SAID_LIMIT].rstrip(". ")
        reason = (
            f"{self.answer.host} refused the message: {said or 'no reason given'} ({code}). {meaning.advice}".rstrip()
        )
        return DeliveryError(
            reason, permanent=meaning.permanent, code=code, detail=self.detail, request=self.request,
            retry_after=meaning.wait,
        )  # fmt: skip

    def check_status(self) -> None:
        """Raise DeliveryError for an answer that is not 2xx, as `outgoing.accepted` judges it."""
        try:
            outgoing.accepted(self.answer)
        except DeliveryError as error:
            error.detail, error.request = self.detail, self.request
            raise


def exchange(
    method: str,
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    secrets: Iterable[str] = (),
    settings: ChannelSettings,
    wiring: outgoing.Wiring = outgoing.SYSTEM,
) -> Exchange:
    """Make one request; raises DeliveryError where there was no answer, with what was sent as its `request`."""
    hidden = (*filter(None, secrets), *_secret_parts(url))
    # Parameters of a POST are signatures; those of a GET are the message.
    sent = urlencode(params or {}, errors="replace") if method == "GET" else content.decode("utf-8", errors="replace")
    shown = f"{method} {masked_url(url)}\n{excerpt(sent, secrets=hidden)}".strip()[:EXCERPT_LIMIT]
    try:
        answer = outgoing.request(
            method, url, headers={"User-Agent": settings.user_agent, **(headers or {})}, content=content, params=params,
            timeout=settings.timeout, allow=settings.outgoing_allow, wiring=wiring,
        )  # fmt: skip
    except DeliveryError as error:
        error.request = shown
        raise
    return Exchange(answer, shown, hidden)


def as_json(document: object) -> bytes:
    """Return `document` as compact UTF-8; a lone surrogate becomes a question mark, which is better than no message."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")


def code_in(document: Mapping[str, object], names: Sequence[str]) -> str:
    """Return the first of `names` that `document` has a code under, as text; empty when there is none."""
    found = next((document[name] for name in names if document.get(name) is not None), "")
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int) and _CODE.fullmatch(str(found)) else ""


def judged_by_code(
    done: Exchange, *, codes: Sequence[str], texts: Sequence[str], meanings: Mapping[str, Meaning]
) -> Outcome:
    """Judge an answer whose JSON holds a number under one of `codes`: 0 is success, everything else a refusal.

    A code that `meanings` does not know may pass: the provider said no, but not that it will always say so.
    """
    document = done.document or {}
    code = code_in(document, codes)
    if code == "0" and done.succeeded:
        return done.accepted(code)
    if code not in {"", "0"} and (code in meanings or done.succeeded):
        said = next((str(document[name]) for name in texts if document.get(name)), "")
        raise done.refused(code, said, meanings.get(code, for_now()))
    done.check_status()
    return done.unknown()


def masked_url(url: str) -> str:
    """Return scheme and host; path and query of a webhook are its password."""
    try:
        parsed = read_url(url)
    except DeliveryError:
        return MASK
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}/…"


def _secret_parts(url: str) -> list[str]:
    return [part for part in secrets_of(read_url(url)) if part.lower() not in _PUBLIC_PARTS]
