"""ACS3-HMAC-SHA256: the signature in the header `Authorization`, over method, query, chosen headers and body.

    Authorization: ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b;c>,Signature=<64 hex>

The client chooses the headers. Whatever decides over the call must be among them, so every `x-acs-` header that is
there, and the host, must be signed; else somebody on the way could add one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.openapi.signatures.encoding import digest, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALGORITHM = "ACS3-HMAC-SHA256"
NEEDED = frozenset({"host", "x-acs-date", "x-acs-signature-nonce"})
AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=(?P<key>[^,\s]+)\s*,\s*SignedHeaders=(?P<signed>[!-+\--~]+)\s*,\s*"
    r"Signature=(?P<signature>[0-9a-fA-F]{64})\s*"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the header says: whose key, which headers, and the signature."""

    key_id: str
    signed: tuple[str, ...]
    signature: str


def read(authorization: str) -> Claim | None:
    """Return what the header claims, None when it is malformed."""
    found = AUTHORIZATION.fullmatch(authorization)
    if not found:
        return None
    return Claim(found["key"], tuple(found["signed"].lower().split(";")), found["signature"].lower())


def unsigned(claim: Claim, headers: Mapping[str, str]) -> list[str]:
    """Return the headers that decide over the call and are not signed, or signed and not there; names in lower case."""
    deciding = {name for name in headers if name.startswith("x-acs-")} | NEEDED
    return sorted((deciding - set(claim.signed)) | {name for name in claim.signed if name not in headers})


def string_to_sign(
    method: str, path: str, *, query: Iterable[tuple[str, str]], headers: Mapping[str, str], claim: Claim, body: str
) -> str:
    """Return what is signed. `headers` by lower-case name; `body` is its hex SHA-256."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(claim.signed))
    canonical = "\n".join((method, path, joined(query), lines, ";".join(claim.signed), body))
    return f"{ALGORITHM}\n{digest(canonical.encode())}"


def sign(secret: str, text: str) -> str:
    """Return the signature, 64 hex characters."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
