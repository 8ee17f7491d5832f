"""How values read in the consoles: moments, durations, numbers, sizes, state names. Pure: no clock, no database."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MASK = "••••••••"
SHOWN_TAIL = 4
SIZES = ("B", "KiB", "MiB", "GiB", "TiB")
STEP = 1024
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))

TONES = {
    "good": "Enabled Normal Delivered Sent Active Success Succeeded Synchronized ok On Current told",
    "busy": "Pending Queued Sending Creating Deleting Synchronizing Waiting Rotating PendingActivation",
    "warn": "PendingDeletion PendingImport Warning Warn Retrying Expiring Throttled WARN throttled",
    "critical": "Failed Invalid Error Expired Exception Unreachable CRITICAL Abnormal nobody",
    "info": "Notification StatusNotification Maintenance Merged Info INFO merged",
}
TONE_OF = {word.casefold(): tone for tone, words in TONES.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment as it is shown: in the current zone, with the zone's short name, and in UTC for the title."""

    text: str
    zone: str
    utc: str
    machine: str


def moment(at: datetime, *, precision: str = "second") -> Moment:
    """Show `at` (aware) in Django's current time zone. `precision` is `day`, `minute`, `second` or `millisecond`."""
    local = localtime(at)
    text = {
        "day": f"{local:%Y-%m-%d}",
        "minute": f"{local:%Y-%m-%d %H:%M}",
        "millisecond": f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}",
    }.get(precision, f"{local:%Y-%m-%d %H:%M:%S}")
    return Moment(text, zone_name(local), f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", at.astimezone(UTC).isoformat())


def zone_name(local: datetime) -> str:
    """The short name of the zone of `local`: its letters, or its offset where the zone has no letters of its own."""
    name = local.tzname() or "UTC"
    return name if name[0].isalpha() else f"UTC{name}"


def ago(at: datetime, *, now: datetime) -> str:
    """Say how far `at` is from `now` in its largest unit: `3 min ago`, `in 2 d`."""
    seconds = int((now - at).total_seconds())
    if abs(seconds) < UNITS[-2][1]:
        return _("just now") if seconds >= 0 else _("in a moment")
    amount = largest(abs(seconds))
    return _("%(amount)s ago") % {"amount": amount} if seconds > 0 else _("in %(amount)s") % {"amount": amount}


def largest(seconds: int) -> str:
    """The whole number of the largest unit in `seconds`: `3 min`, `2 d`."""
    unit, size = next((unit, size) for unit, size in UNITS if seconds >= size or size == 1)
    return f"{seconds // size} {unit}"


def duration(value: timedelta | float | None) -> str:
    """Show a duration (timedelta, or seconds) with its two largest units: `2 h 30 min`, `12 s`, `340 ms`."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if 0 < abs(seconds) < 1:
        return f"{round(seconds * 1000)} ms"
    parts, rest = [], int(abs(seconds))
    for unit, size in UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return ("−" if seconds < 0 else "") + (" ".join(parts[:2]) or "0 s")


def number(value: float | None) -> str:
    """Show a number with thousands separated: `1,234`."""
    if value is None:
        return ""
    if value == int(value):
        return number_format(int(value), use_l10n=True, force_grouping=True)
    return f"{value:,.1f}"


def count(value: int, *, cap: int = 10_000) -> str:
    """Show how many there are, exactly up to `cap`, above it as `10,000+`."""
    return f"{number(cap)}+" if value > cap else number(value)


def size(value: int | None) -> str:
    """Show a size in bytes: `912 B`, `1.4 MiB`."""
    if value is None:
        return ""
    amount, unit = float(value), 0
    while amount >= STEP and unit < len(SIZES) - 1:
        amount, unit = amount / STEP, unit + 1
    return f"{amount:.0f} {SIZES[0]}" if unit == 0 else f"{amount:.1f} {SIZES[unit]}"


def masked(value: str) -> str:
    """Hide a secret but for its last four characters, and all of it when it is short."""
    return MASK + value[-SHOWN_TAIL:] if len(value) >= 4 * SHOWN_TAIL else MASK if value else ""


def spoken(code: str) -> str:
    """Turn a code such as `PendingDeletion` or `sync_failed` into words: `Pending deletion`, `Sync failed`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", code).strip()
    return words[:1].upper() + (words[1:] if words.isupper() else words[1:].lower())


def tone(code: str) -> str:
    """The tone in which a state is shown: good, busy, warn, critical, info or neutral."""
    return TONE_OF.get(code.casefold(), "neutral")


def pretty_json(value: object) -> str:
    """Show a JSON value, or a string of JSON, indented; a string that is no JSON stays as it is."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def days(value: int) -> str:
    """Say a number of days in words."""
    return ngettext("%(count)s day", "%(count)s days", value) % {"count": number(value)}


def short_day(at: datetime) -> str:
    """A day without its year, in the user's language: `14 Nov`. `at` is already in the zone to be shown."""
    return date_format(at, "j M")
