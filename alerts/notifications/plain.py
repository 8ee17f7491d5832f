"""Plain text from outside: whatever an event brings along, as single lines that cannot pass for anything else. Pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BLANKS = re.compile(r"\s+")
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that a line never has: controls, direction marks, lone surrogates, line ends."""

MOST_PAIRS = 24
VALUE_LENGTH = 300


def line(text: object) -> str:
    """Return a text as one line: runs of blanks and line ends become one blank, what cannot be seen is dropped."""
    seen = "".join(sign for sign in str(text) if sign.isspace() or unicodedata.category(sign) not in UNSEEN)
    return BLANKS.sub(" ", seen).strip()


def shortened(text: str, length: int) -> str:
    """Return a text of at most `length` characters; what was cut ends with an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def pairs_of(content: object) -> list[tuple[str, str]]:
    """Return an event's content as at most 24 pairs of path (`failureInfo.errorCode`) and value."""
    return list(islice(_pairs(content, ""), MOST_PAIRS))


def _pairs(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _pairs(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(value):
            yield from _pairs(inner, f"{path}.{number}" if path else str(number))
    elif path or value:
        yield shortened(line(path or "content"), 80), shortened(_spoken(value), VALUE_LENGTH)


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(line(each) for each in value) or "–"
    return line("" if value is None or value == {} else value) or "–"
