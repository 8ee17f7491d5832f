"""Percent encoding as both signatures want it: letters, digits and `-_.~` stay, everything else is bytes of UTF-8."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

Pairs = tuple[tuple[str, str], ...]


def encode(text: str) -> str:
    """Return the text with everything encoded but for RFC 3986's unreserved characters."""
    return quote(text, safe="~")


def joined(pairs: Iterable[tuple[str, str]]) -> str:
    """Return name=value pairs, ordered by name, encoded and joined."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(pairs))


def same(one: str, other: str) -> bool:
    """Tell whether two signatures are equal, in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def digest(data: bytes) -> str:
    """Return the hex SHA-256."""
    return hashlib.sha256(data).hexdigest()
