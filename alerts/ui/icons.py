"""Icons as inline SVG, from Lucide. They take the colour of the text beside them and are silent without a label."""

from __future__ import annotations

from functools import lru_cache

import lucide
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=512)
def icon(name: str, *, size: int = 16, label: str = "") -> SafeString:
    """Draw the Lucide icon `name` at `size` pixels. With a `label` it is an image of that name, else decoration.

    Raises lucide.IconDoesNotExist for a name that Lucide lacks.
    """
    drawing = drawn(str(name), size)
    if not label:
        return mark_safe(drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 - own drawing
    opening = format_html('<svg role="img" aria-label="{}" ', label)
    return mark_safe(drawing.replace("<svg ", opening, 1))  # noqa: S308 - own drawing, the label is escaped


@lru_cache(maxsize=512)
def drawn(name: str, size: int) -> str:
    """The bare SVG of an icon, read from Lucide's archive once."""
    attributes: dict[str, object] = {"class": "icon", "stroke-width": 1.75}
    return "".join(lucide._render_icon(name, size, **attributes).split("\n  "))  # noqa: SLF001 - its one renderer
