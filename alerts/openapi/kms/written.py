"""How KMS writes moments, intervals and tags, and how it is told them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.openapi.parameters import Parameters

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
INTERVAL = re.compile(r"^(\d{1,9})([dhms])\Z", re.ASCII)


def written(moment: datetime | None) -> str:
    """Return a moment as `2026-11-22T06:19:22Z`; none at all is an empty text."""
    return moment.astimezone(UTC).strftime(MOMENT) if moment else ""


def seconds(interval: timedelta) -> str:
    """Return an interval as `604800s`."""
    return f"{interval.total_seconds():.0f}s"


def read_moment(told: Parameters, name: str) -> datetime | None:
    """Return the moment under this name, None when it is absent. Raises Fault for what is none."""
    raw = told.text(name)
    if not raw:
        return None
    try:
        return datetime.strptime(raw, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise told.invalid(name, "It must be written as yyyy-MM-ddTHH:mm:ssZ, in UTC.") from None


def read_interval(told: Parameters, *, switch: str = "EnableAutomaticRotation") -> timedelta | None:
    """Return RotationInterval (`7d`, `168h`, …) when automatic rotation is switched on, else None.

    Raises Fault for one that is missing or no interval; what is switched off is not looked at.
    """
    if not told.boolean(switch, default=False):
        return None
    found = INTERVAL.match(told.required("RotationInterval"))
    if not found:
        raise told.invalid("RotationInterval", "It must be a number and one of d, h, m and s, for example 7d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def read_tags(told: Parameters) -> dict[str, str]:
    """Return `Tags`, JSON such as `[{"TagKey": "team", "TagValue": "pay"}]`; none when it is absent."""
    entries = told.json("Tags")
    if entries is None:
        return {}
    if not isinstance(entries, list) or not all(_is_tag(each) for each in entries):
        raise told.invalid("Tags", "It must be a JSON array of objects with TagKey and TagValue.")
    return {each["TagKey"]: each.get("TagValue") or "" for each in entries}


def _is_tag(entry: Any) -> bool:
    return isinstance(entry, dict) and is_text(entry.get("TagKey")) and is_text(entry.get("TagValue") or "")


def is_text(value: Any) -> bool:
    """Tell whether something out of JSON is a text that a database can hold: no NUL, no half of a character."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)


def tags_of(tags: Mapping[str, str], **further: str) -> dict[str, object]:
    """Return tags as answers hold them: `{"Tag": [{"TagKey": …, "TagValue": …}]}`."""
    return {"Tag": [{**further, "TagKey": key, "TagValue": value} for key, value in tags.items()]}
