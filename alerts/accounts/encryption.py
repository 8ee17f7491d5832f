"""Secrets at rest: AES-256-GCM in a text column, with the key outside the database.

A stored value reads `<key id>$<base64 of nonce and ciphertext>`. The column is bound in as associated data, so that
a ciphertext moved to another column does not open. The key id allows a second key while the first is being replaced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField

NONCE_BYTES = 12


def _key(encoded: str) -> tuple[str, bytes]:
    raw = base64.urlsafe_b64decode(encoded)
    return hashlib.sha256(raw).hexdigest()[:8], raw


def encrypt(text: str, *, column: str) -> str:
    """Encrypt under the first key of `settings.ENCRYPTION_KEYS`."""
    key_id, key = _key(settings.ENCRYPTION_KEYS[0])
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), column.encode())
    return f"{key_id}${base64.b64encode(sealed).decode()}"


def decrypt(stored: str, *, column: str) -> str:
    """Open a stored value with whichever configured key closed it.

    Raises:
        KeyError: no configured key has the id that the value names.
        cryptography.exceptions.InvalidTag: the value was changed, or belongs to another column.
    """
    key_id, _, sealed = stored.partition("$")
    raw = base64.b64decode(sealed)
    key = dict(_key(encoded) for encoded in settings.ENCRYPTION_KEYS)[key_id]
    return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], column.encode()).decode()


class EncryptedTextField(_TextField):
    """Text that is encrypted in the database and plain in Python; it cannot be searched."""

    @property
    def _column(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes into a row; nothing stays nothing."""
        return encrypt(str(value), column=self._column) if value else value

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str | None:
        """Decrypt what comes out of a row."""
        return decrypt(value, column=self._column) if value else value


def fingerprint(text: str) -> str:
    """Return a keyed digest (64 hex characters) by which equal addresses are known without being readable."""
    _id, key = _key(settings.ENCRYPTION_KEYS[0])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
