"""The event id: a UUIDv8 (RFC 9562) that is identity, deduplication key, order, cursor and partition key in one.

48 bits of Unix milliseconds, then 74 bits of SHA-256 over (account, name, resource, occurrence). The same fact gives
the same id, so inserting it again does nothing; ids sort by time, so a time range is an id range.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
RANDOM_BITS = 80
VERSION = 0x8 << 76
VARIANT = 0b10 << 62
HASH_A = (1 << 12) - 1
HASH_B = (1 << 62) - 1


def milliseconds(moment: datetime) -> int:
    """Return whole Unix milliseconds, rounded down."""
    return (moment - EPOCH) // MILLISECOND


def event_id(occurred_at: datetime, *, account: str, name: str, resource: str, occurrence: str) -> uuid.UUID:
    """Return the id of one happening. `occurrence` comes from the observed fact, never from the clock."""
    # A length before each part keeps ("a", "bc") and ("ab", "c") apart.
    text = "".join(f"{len(part)}:{part}" for part in (account, name, resource, occurrence))
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    head = VERSION | ((digest >> 62) & HASH_A) << 64
    return uuid.UUID(int=milliseconds(occurred_at) << RANDOM_BITS | head | VARIANT | (digest & HASH_B))


def first_id(moment: datetime) -> uuid.UUID:
    """Return the smallest id that an event at or after `moment` can have (to the millisecond)."""
    return uuid.UUID(int=max(0, milliseconds(moment)) << RANDOM_BITS)


def moment_of(identity: uuid.UUID) -> datetime:
    """Return the time that an id carries, to the millisecond."""
    return EPOCH + timedelta(milliseconds=identity.int >> RANDOM_BITS)
