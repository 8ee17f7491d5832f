"""The access keys at hand: each process keeps them for two seconds, and a disabled one stops within that."""

from __future__ import annotations

import time

from alerts.accounts.models import AccessKey

SECONDS = 2.0
MOST = 1_000

_kept: dict[str, tuple[float, AccessKey]] = {}


def find(key_id: str) -> AccessKey | None:
    """Return the access key with its account and its secret; None when there is none of this id."""
    read_at, kept = _kept.get(key_id, (0.0, None))
    if kept and time.monotonic() - read_at < SECONDS:
        return kept
    found = None
    if len(key_id) <= 128 and key_id.isprintable():
        found = AccessKey.objects.select_related("account").filter(key_id=key_id).first()
    forget(key_id)
    if found:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key_id] = (time.monotonic(), found)
    return found


def forget(key_id: str) -> None:
    """Read this key anew at the next call."""
    _kept.pop(key_id, None)
