"""Signatures of webhooks after Standard Webhooks 1.0.0, "Verifying webhook authenticity".

What is signed is `id.timestamp.payload`, by HMAC-SHA256. While a secret is being changed there are two signatures, the
new one first, and a receiver is content with either. The payload is the body; a GET has none, so its query string is
signed, byte for byte as it is sent: whoever gets it verifies what stands after the question mark.
"""

import base64
import binascii
import hashlib
import hmac

from alerts.channels.base import DeliveryError

PREFIX = "whsec_"
SHORTEST_SECRET = 24
"""Bytes."""
LONGEST_SECRET = 64
"""Bytes."""


def read_secret(text: str) -> bytes:
    """Return the key in a secret such as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw; raise DeliveryError when it is none.

    Nothing is sent here, so forms may call it for what is typed into them.
    """
    try:
        # Padding is often left out.
        bare = text.removeprefix(PREFIX).rstrip("=")
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not text.startswith(PREFIX) or not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        reason = f"The signing secret must be {PREFIX} and {SHORTEST_SECRET} to {LONGEST_SECRET} bytes in base64."
        raise DeliveryError(reason, permanent=True, code="SecretInvalid")
    return key


def signatures(payload: bytes, *, delivery_id: str, timestamp: int, secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Return a signature, such as v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=, by each secret that is given."""
    signed = f"{delivery_id}.{timestamp}.".encode("ascii", errors="replace") + payload
    keys = [read_secret(secret) for secret in secrets if secret]
    return tuple(f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode('ascii')}" for key in keys)
