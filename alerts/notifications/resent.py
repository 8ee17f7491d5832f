"""Resent: which messages went out again together, remembered for a day, so that they can be looked at together.

They are known by a mark, which is the moment written out. What is remembered are only numbers: whoever looks for them
sees those of the own account.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK = "%Y%m%dT%H%M%S.%fZ"
KEPT = 86_400
"""Seconds that they are remembered."""


def remember(messages: Sequence[int], *, now: datetime) -> str:
    """Remember the primary keys of messages that were sent again now; return the mark by which `recall` finds them."""
    mark = now.astimezone(UTC).strftime(MARK)
    cache.set(_key(mark), list(messages), KEPT)
    return mark


def recall(mark: str) -> list[int]:
    """Return the primary keys behind a mark; none when it is no mark, or when it is too old."""
    return cache.get(_key(mark), []) if moment_of(mark) else []


def moment_of(mark: str) -> datetime | None:
    """Return the moment that a mark stands for; None for what is no mark."""
    try:
        return datetime.strptime(mark, MARK).replace(tzinfo=UTC)
    except ValueError:
        return None


def _key(mark: str) -> str:
    return f"resent:{mark}"
