"""What text messages and calls have in common: a telephone number, and a provider's HTTP API that the operator named.

There is no common API of such providers, so the operator writes the JSON that this one wants, with placeholders in its
strings. They are filled in after the JSON was parsed, so nothing in a message can become JSON. The answer is read by
the keys that most providers use; what they mean is a table, not a guess: a word that is not in it makes the result
unknown. The provider's URL passes the same address guard as every other one.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from alerts.channels import outgoing
from alerts.channels.base import MASK, ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.exchange import Exchange, Meaning, as_json, code_in, exchange
from alerts.channels.outgoing import PERMANENT_STATUSES
from alerts.channels.texts import fitted, heading, lines_of, link_of

TEXT_LIMIT = 500
"""Characters of the text of one message."""

_SEPARATORS = re.compile(r"[\s().\-]")
# E.164: at most 15 digits, the first of them not 0. The plus may be missing, as in a number of the country.
_NUMBER = re.compile(r"\+?[1-9][0-9]{5,14}")
_PLACEHOLDER = re.compile(r"\{(phone|text|subject|level|id)\}")
_DOTS = "•" * 5

YES = frozenset(
    {"0", "00", "0000", "000000", "200", "201", "202", "ok", "success", "succeeded", "successful", "accepted",
     "queued", "sent", "sending", "scheduled", "submitted", "delivered", "pending", "initiated", "ringing",
     "in-progress"}
)  # fmt: skip
"""What providers say, in any case, when they take a message."""
NO = frozenset(
    {"fail", "failed", "failure", "error", "rejected", "undelivered", "undeliverable", "invalid", "denied",
     "expired", "blocked", "busy", "canceled", "cancelled", "forbidden", "unauthorized"}
)  # fmt: skip
"""What they say when they do not."""
CODE_KEYS = ("code", "errcode", "errorCode", "error_code")
"""Here everything that is not a yes is a no."""
TRUTH_KEYS = ("success", "ok")
"""Here stands whether it went well."""
WORD_KEYS = ("status", "state", "result")
"""Here a word may also be one that we do not know."""
TEXT_KEYS = ("message", "msg", "errmsg", "error_message", "errorMessage", "error", "detail", "description")


class Phone(ABC):
    """Sends to a telephone number. An address is `phone`."""

    kind: str
    label: str
    fields = ("phone",)
    limits = Limits()

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Hand the message to the provider once, or keep it when there is none."""
        phone = read_phone(address.get("phone", ""))
        url, template = self.provider(settings)
        if not url:
            return Outcome(status="KEPT")
        values = {
            "phone": phone, "text": self.text(message), "subject": heading(message), "level": message.level,
            "id": message.delivery_id,
        }  # fmt: skip
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": settings.phone.authorization}
        done = exchange(
            "POST",
            url,
            content=as_json(filled(template, values)),
            headers={name: value for name, value in headers.items() if value},
            secrets=(phone, phone.removeprefix("+"), *_parts(settings.phone.authorization)),
            settings=settings,
            wiring=self._wiring,
        )
        return judged(done)

    def mask(self, address: Mapping[str, str]) -> str:
        """Country code and last four digits, as in +86•••••1234."""
        try:
            phone = read_phone(address.get("phone", ""))
        except DeliveryError:
            return MASK
        return f"{phone[:3] if phone.startswith('+') else ''}{_DOTS}{phone[-4:] if len(phone) > 9 else phone[-2:]}"

    @abstractmethod
    def provider(self, settings: ChannelSettings) -> tuple[str, str]:
        """Return the URL of the provider, empty for none, and the JSON it wants."""

    @abstractmethod
    def text(self, message: Message) -> str:
        """Return what is sent or spoken, at most TEXT_LIMIT characters."""


def read_phone(text: str) -> str:
    """Return the number without blanks, dashes and brackets; raise DeliveryError (permanent) when it is none."""
    phone = _SEPARATORS.sub("", text)
    if not _NUMBER.fullmatch(phone):
        reason = "The phone number is not valid: write the country code and the number, as in +8613800001234."
        raise DeliveryError(reason, permanent=True, code="AddressInvalid")
    return phone


def short_text(message: Message, *, linked: bool) -> str:
    """Return the text without blank lines in at most TEXT_LIMIT characters, with the link at its end if wanted."""
    lines = [line.strip() for line in lines_of(message) if line.strip()]
    link = link_of(message) if linked else ""
    end = [link] if link and len(link) < TEXT_LIMIT // 2 else []
    kept = fitted(lines, room=TEXT_LIMIT, size=lambda some: len("\n".join([*some, *end])), language=message.language)
    return "\n".join([*kept, *end])


def filled(template: str, values: Mapping[str, str]) -> object:
    """Return the JSON of `template` with every placeholder in its strings replaced, once and all at a time."""
    try:
        return _filled(json.loads(template), values)
    except (ValueError, RecursionError):
        reason = "The body for the phone provider is not valid JSON; mend it in the settings of this installation."
        raise DeliveryError(reason, permanent=True, code="SettingInvalid") from None


def _filled(node: object, values: Mapping[str, str]) -> object:
    if isinstance(node, str):
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], node)
    if isinstance(node, list):
        return [_filled(item, values) for item in node]
    if isinstance(node, dict):
        return {name: _filled(value, values) for name, value in node.items()}
    return node


def judged(done: Exchange) -> Outcome:
    """Read the provider's answer.

    A status that is not 2xx is a no, whatever stands in the body. Inside 2xx the words of the JSON decide; a body that
    is no JSON must be one of the words itself.
    """
    done.check_status()
    document = done.document
    if document is None:
        silent = done.answer.status in {HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT} and not done.text
        return done.accepted() if silent or done.text.lower() in YES else done.unknown()
    words = [word for key in WORD_KEYS if (word := code_in(document, (key,)).lower())]
    code = code_in(document, CODE_KEYS)
    if no := _refusal(code, code_in(document, TRUTH_KEYS).lower(), words):
        said = next((text for key in TEXT_KEYS if isinstance(text := document.get(key), str)), "")
        raise done.refused(no, said, Meaning(permanent=no.isdigit() and int(no) in PERMANENT_STATUSES))
    return done.accepted(code) if code or not words or not YES.isdisjoint(words) else done.unknown()


def _refusal(code: str, truth: str, words: Sequence[str]) -> str:
    """Return the code or word that says no, empty when none does."""
    if code and code.lower() not in YES:
        return code
    if truth in {"false", "0", "no"}:
        return truth
    return next((word for word in words if word in NO or (word.isdigit() and int(word) >= HTTPStatus.BAD_REQUEST)), "")


def _parts(authorization: str) -> tuple[str, ...]:
    return (authorization, authorization.partition(" ")[2].strip()) if authorization else ()
