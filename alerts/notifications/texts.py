"""Texts: subject and text of a message, from the files of its language or from what an account made of them.

Three kinds of text: `email`, `robot` (chats show less, and put heading and link themselves) and `phone` (as short as
possible). Machines get no text, but the one of robots is kept for whoever looks at the message. An own text that fails,
or that makes nothing, never keeps a message: the file's is sent, and a note says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from liquid.exceptions import LiquidError

from alerts.notifications.plain import line, shortened
from alerts.notifications.sandbox import mistake_of, rendered

KINDS = ("email", "robot", "phone")
KIND_OF: Mapping[str, str] = MappingProxyType(
    {"email": "email", "sms": "phone", "voice": "phone"}
    | dict.fromkeys(("dingtalk", "lark", "wecom", "slack", "teams"), "robot")
)
"""The kind of text of each channel that people read."""
LANGUAGES = ("en", "zh-hans")
UNFORESEEN = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What a filter may raise besides a LiquidError when it is given something odd."""
SPOKEN: Mapping[str, str] = MappingProxyType({"subject": "Subject", "body": "Text"})
"""The fields of a text as its form names them."""
SUBJECT_LENGTH = 200
NOTE_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Source:
    """The templates of subject and text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a template: in which field (`subject` or `body`), in which line (0 for none), and what."""

    field: str
    line: int
    said: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{SPOKEN[self.field]}: {place}{self.said}"


@dataclass(frozen=True, slots=True)
class Texts:
    """What templates made."""

    subject: str
    text: str
    own: bool = False
    """Whether the text is the account's own."""
    note: str = ""
    """Why the account's own text was not used."""


@cache
def default_source(kind: str, language: str) -> Source:
    """Return the templates that are used where an account has none, and that an own text starts from."""
    folder = Path(settings.BASE_DIR) / "templates/messages" / (language if language in LANGUAGES else "en")
    read = (folder.joinpath(f"{name}.liquid").read_text("utf-8") for name in ("subject", kind))
    return Source(*read)


@cache
def batch_source(kind: str) -> Source:
    """Return the templates of messages about several events; their words are facts, so all languages share them."""
    folder = Path(settings.BASE_DIR) / "templates/messages/batch"
    read = (folder.joinpath(f"{name}.liquid").read_text("utf-8") for name in ("subject", kind))
    return Source(*read)


def texts_of(
    kind: str, language: str, facts: Mapping[str, Any], *, own: Source | None = None, default: Source | None = None
) -> Texts:
    """Return subject and text; an empty own subject stands for the default one."""
    default = default or default_source(kind, language)
    if own is None:
        return _made(default, facts)
    wanted = Source(own.subject.strip() or default.subject, own.body)
    mistakes = list(mistakes_in(wanted, facts))
    if mistakes:
        return _made(default, facts, note=f"The account's own text was not used. {mistakes[0]}")
    return _made(wanted, facts, own=True)


def _made(source: Source, facts: Mapping[str, Any], *, own: bool = False, note: str = "") -> Texts:
    subject, text = line(rendered(source.subject, facts)), rendered(source.body, facts)
    if facts["test"] and own:
        # An own text may leave the mark out, and a test that looks real does harm.
        subject = subject if facts["test_mark"] in subject else f"{facts['test_mark']} {subject}"
        text = text if facts["test_note"] in text else f"{facts['test_note']}\n\n{text}"
    return Texts(subject[:SUBJECT_LENGTH], text, own, shortened(note, NOTE_LENGTH))


def mistakes_in(source: Source, facts: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with templates when they are given these facts."""
    for field, template in (("subject", source.subject), ("body", source.body)):
        try:
            made = rendered(template, facts)
        except LiquidError as error:
            yield Mistake(field, *mistake_of(error))
        except UNFORESEEN as error:
            yield Mistake(field, 0, f"{type(error).__name__} in the template")
        else:
            if not made.strip():
                yield Mistake(field, 0, "it makes nothing")
