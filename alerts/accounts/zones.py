"""Time zones that a person can choose: the places of the IANA database, without its aliases for offsets."""

from __future__ import annotations

import zoneinfo
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

UTC = "UTC"
PLACES = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """Return (name, name as it is read) of every zone, UTC first, the others in alphabetical order."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in PLACES and "/" in name)
    return ((UTC, UTC), *((name, name.replace("_", " ")) for name in names))


@lru_cache(maxsize=128)
def _options(choices: tuple[tuple[str, str], ...], chosen: tuple[str, ...]) -> SafeString:
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((zone, flatatt({"selected": zone in chosen}), label) for zone, label in choices),
    )


class ZoneSelect(forms.Select):
    """A drop-down of zones, made in one piece: Django draws each of five hundred options by templates of its own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the control; the zone that is chosen is marked."""
        # What is chosen may be anything that somebody sent: only what is offered makes an entry of the cache.
        offered = tuple((zone, str(label)) for zone, label in self.choices)
        chosen = tuple(zone for zone in self.format_value(value) if any(zone == each for each, _label in offered))
        return format_html(
            '<select name="{}"{}>\n{}\n</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            _options(offered, chosen),
        )
