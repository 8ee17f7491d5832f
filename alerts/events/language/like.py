"""The pattern of `like`, as PostgreSQL reads it: `%` any text, `_` any one character, a backslash escapes both.

The pieces between the percent signs are looked for one after the other, each as far left as it goes; so the time is
that of looking for each of them once, whatever the pattern.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

ELEMENT: Final = re.compile(r"\\(.)|(%)|(_+)|([^%_\\]+)", re.DOTALL)


class Piece(NamedTuple):
    """What stands between two percent signs: it answers to texts of one length only."""

    shape: re.Pattern[str]
    length: int


def like(text: str, pattern: str) -> bool:
    """Tell whether a text answers a pattern; case counts. The pattern ends in no open escape."""
    return answers(text, _kept(pattern))


def answers(text: str, pieces: Sequence[Piece]) -> bool:
    """Tell whether a text answers the pattern of these pieces."""
    first, *others = pieces
    if not others:
        return first.shape.fullmatch(text) is not None
    begin = first.shape.match(text)
    if not begin:
        return False
    *middle, last = others
    found = _end_of(middle, text, begin.end())
    start = len(text) - last.length
    return found is not None and start >= found and last.shape.fullmatch(text, start) is not None


def _end_of(pieces: Sequence[Piece], text: str, start: int) -> int | None:
    """Return where the last of some pieces ends, each found behind the one before; None where one is not found."""
    for piece in pieces:
        found = piece.shape.search(text, start)
        if not found:
            return None
        start = found.end()
    return start


def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """Return what stands between the percent signs of a pattern, at least one piece, which may be empty."""
    shapes, lengths = [""], [0]
    for escaped, percent, blanks, literal in ELEMENT.findall(pattern):
        if percent:
            shapes.append("")
            lengths.append(0)
        else:
            shapes[-1] += f".{{{len(blanks)}}}" if blanks else re.escape(escaped or literal)
            lengths[-1] += len(escaped or blanks or literal)
    return tuple(Piece(re.compile(shape, re.DOTALL), length) for shape, length in zip(shapes, lengths, strict=True))


_kept = lru_cache(maxsize=1_000)(pieces_of)
