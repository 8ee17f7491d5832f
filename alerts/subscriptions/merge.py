"""Merge: which events go into one message, and what they have in common. Pure.

The dimensions are those of the subscription scope that an event has a value of. With none of them, everything that a
policy selects goes together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.events.language import Eventlike

DIMENSIONS: Mapping[str, Callable[[Eventlike], str]] = MappingProxyType({
    "product": lambda event: event.product,
    "event_type": lambda event: event.event_type,
    "name": lambda event: event.name,
    "level": lambda event: event.level,
    "group": lambda event: event.group_id,
    "region": lambda event: event.region,
    "resource": lambda event: event.resource,
})  # fmt: skip
STORM = "storm"
"""The key of the bundle that takes what is above a policy's storm limit."""


def shared_by(event: Eventlike, dimensions: Sequence[str]) -> dict[str, str]:
    """Return what an event has in common with those that go into the same message, by dimension."""
    return {name: read(event) for name, read in DIMENSIONS.items() if name in dimensions}


def key_of(shared: Mapping[str, str]) -> str:
    """Return a digest of what events have in common."""
    return hashlib.sha256(json.dumps(dict(shared), sort_keys=True).encode(errors="replace")).hexdigest()
