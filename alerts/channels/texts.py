"""The text of a message as robots and phones take it: a heading, lines, and a cut that is named.

A chat shows less than a mail, and each provider refuses what is too large. The idea: what a text may be is measured on
the finished request, by the channel's own `size`, so nobody has to guess what escaping and JSON add. Whole lines go
first; a line is cut inside only where it alone is long, and never inside a character. Words of this module are in the
two languages of messages, because channels know no translations.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from alerts.channels.base import Message

HEADING_LIMIT = 200
"""Characters of a heading."""
LONG_LINE = 120
"""Characters from which on a line is cut inside rather than left out."""

ELLIPSIS = "…"

# Control characters, lone surrogates, and the signs that turn the direction of text and so disguise it.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_BARE_URL = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)
_JOINER = "\u200d"
_WORDS = {
    "en": {"open": "Details", "line": "1 more line", "lines": "{count} more lines"},
    "zh": {"open": "查看详情", "line": "还有 1 行", "lines": "还有 {count} 行"},
}


def _word(name: str, language: str) -> str:
    return _WORDS["zh" if language.lower().startswith("zh") else "en"][name]


def open_label(language: str) -> str:
    """Return what the link of a message is called."""
    return _word("open", language)


def more_lines(count: int, language: str) -> str:
    """Return the line that stands for `count` lines that found no room."""
    return f"{ELLIPSIS} {_word('line' if count == 1 else 'lines', language).format(count=count)}"


def one_line(text: str) -> str:
    """Return `text` printable and on one line."""
    return _BLANKS.sub(" ", _UNPRINTABLE.sub(" ", text)).strip()


def heading(message: Message) -> str:
    """Return the subject as a heading: one line, at most HEADING_LIMIT characters."""
    text = one_line(message.subject)
    return text if len(text) <= HEADING_LIMIT else text[: whole(text, HEADING_LIMIT - 1)] + ELLIPSIS


def link_of(message: Message) -> str:
    """Return the page of the message when it is one that may be linked, otherwise nothing."""
    return message.url if _BARE_URL.fullmatch(message.url) else ""


def lines_of(message: Message) -> list[str]:
    """Return the text line by line, printable, without double blank lines and without the link, which channels add."""
    lines = [_UNPRINTABLE.sub(" ", line).rstrip() for line in message.text.splitlines()]
    lines = "\n".join(_unlinked(lines, message.url)).strip("\n").split("\n")
    return [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]


def _unlinked(lines: list[str], url: str) -> list[str]:
    """Leave out the line that is only the link, and the title above it when that has nothing else below."""
    place = next((number for number, line in enumerate(lines) if url and line.strip() == url), None)
    if place is None:
        return lines
    titled = lines[place] != url and place > 0 and lines[place - 1] and not lines[place - 1].startswith(" ")
    return [*lines[: place - 1 if titled else place], *lines[place + 1 :]]


def fitted(lines: Sequence[str], *, room: int, size: Callable[[Sequence[str]], int], language: str) -> Sequence[str]:
    """Return as much of `lines` as fits: `size` of the result is at most `room`, and what is missing is named."""
    if size(lines) <= room:
        return lines
    kept = _largest(len(lines) - 1, lambda n: size([*lines[:n], more_lines(len(lines) - n, language)]) <= room)
    start, broken, rest = lines[:kept], lines[kept], len(lines) - kept - 1
    end = [more_lines(rest, language)] if rest else []
    if len(broken) > LONG_LINE:
        part = _largest(len(broken) - 1, lambda n: size([*start, broken[:n] + ELLIPSIS, *end]) <= room)
        if part := whole(broken, part):
            return [*start, broken[:part] + ELLIPSIS, *end]
    return [*start, more_lines(rest + 1, language)]


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `most` that fits, given that smaller ones do; 0 when none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def whole(text: str, end: int) -> int:
    """Return the place at or before `end` where `text` can be cut without parting an accent or a joined emoji."""
    while 0 < end < len(text) and (_hangs_on(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end


def _hangs_on(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"} or character == _JOINER or "🏻" <= character <= "🏿"
