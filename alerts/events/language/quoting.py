r"""Quotation marks: put around a text, and taken off again.

Within them a mark is doubled or escaped by a backslash; a backslash escapes itself, and before anything else it is
itself, so that `'100\%'` is a pattern for a percent sign.
"""

import re
from typing import Final

WITHIN: Final = {mark: re.compile(rf"""\\(["'\\])|({mark}){mark}""") for mark in ('"', "'")}
QUOTED: Final = r""""(?:[^"\\\x00]|\\[^\x00]|"")*"|'(?:[^'\\\x00]|\\[^\x00]|'')*'"""
"""Regular expression of a quoted text; its alternatives begin differently, so that it never looks twice."""


def quoted(text: str, mark: str = "'") -> str:
    """Return a text in quotation marks."""
    return mark + text.replace("\\", "\\\\").replace(mark, mark * 2) + mark


def unquoted(text: str) -> str:
    """Return what stands in quotation marks."""
    return WITHIN[text[0]].sub(lambda found: found[1] or found[2], text[1:-1])
