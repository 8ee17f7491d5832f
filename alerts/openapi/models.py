"""Nonces that were used while Redis was away."""

from __future__ import annotations

from django.db import models


class Nonce(models.Model):
    """A nonce that must not come again until it expires, by the digest of the access key and itself."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest
