"""Masking in logs: whatever looks like a token, a password or the secret part of an address is hidden.

The last line of defence: code does not log secrets in the first place.
"""

from __future__ import annotations

import logging
import re

MASK = "•••"
PATTERNS = (
    re.compile(r"(?P<keep>/(?:ingest/cloudmonitor|confirm)/)[^\s/?\"']+"),
    re.compile(r"(?P<keep>\bBearer\s+)[^\s\"',]+", re.IGNORECASE),
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@\"']*:)[^\s@\"']+(?=@)", re.IGNORECASE),
    re.compile(r"(?P<keep>\bhttps?://[^\s/?#\"']+)[/?#][^\s\"']+", re.IGNORECASE),
    # But for `Secret:RotateSecret:Failure`, which is the name of an event.
    re.compile(
        r"(?P<keep>\b(?!secret:\w+:\w)(?:password|passwd|secret|token)\b[\"']?\s*[=:]\s*[\"']?)[^\s\"',&]+",
        re.IGNORECASE,
    ),
)


def masked(text: str) -> str:
    """Return the text with every secret-looking part replaced."""
    for pattern in PATTERNS:
        text = pattern.sub(lambda match: match["keep"] + MASK, text)
    return text


class Masked(logging.Filter):
    """Masks a record's message, and the text of its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by the masked one; never drops a record."""
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        return True
