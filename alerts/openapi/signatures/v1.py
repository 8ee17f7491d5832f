"""Signature V1, HMAC-SHA1: the signature as a parameter, over all other parameters of query and form body.

SHA-1 is what the old SDKs speak. As a keyed digest it still holds; nothing else here uses it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from alerts.openapi.signatures.encoding import encode, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

METHOD, VERSION = "HMAC-SHA1", "1.0"
SIGNATURE = "Signature"


def string_to_sign(method: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return what is signed: every parameter but the signature."""
    text = joined(pair for pair in pairs if pair[0] != SIGNATURE)
    return f"{method}&{encode('/')}&{encode(text)}"


def sign(secret: str, text: str) -> str:
    """Return the signature in base64."""
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()
