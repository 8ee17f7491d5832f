"""Time zones that a person can choose: the places of the IANA database, without its aliases for offsets."""

from __future__ import annotations

import zoneinfo
from functools import cache

UTC = "UTC"
PLACES = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """Return (name, name as it is read) of every zone, UTC first, the others in alphabetical order."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in PLACES and "/" in name)
    return ((UTC, UTC), *((name, name.replace("_", " ")) for name in names))
