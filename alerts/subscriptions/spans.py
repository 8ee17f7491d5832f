"""Lengths of time as people say them: whole seconds, minutes, hours or days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE, HOUR, DAY = 60, 3_600, 86_400
UNITS: tuple[tuple[int, Any], ...] = (
    (1, gettext_lazy("seconds")), (MINUTE, gettext_lazy("minutes")), (HOUR, gettext_lazy("hours")),
    (DAY, gettext_lazy("days")),
)  # fmt: skip
SAID: tuple[tuple[int, Callable[[int], str]], ...] = (
    (DAY, lambda count: ngettext("%(count)s day", "%(count)s days", count)),
    (HOUR, lambda count: ngettext("%(count)s hour", "%(count)s hours", count)),
    (MINUTE, lambda count: ngettext("%(count)s minute", "%(count)s minutes", count)),
    (1, lambda count: ngettext("%(count)s second", "%(count)s seconds", count)),
)


def span_in_words(seconds: int) -> str:
    """Return a length of time exactly, in at most the units that it needs: 1 hour 30 minutes."""
    parts, rest = [], seconds
    for size, said in SAID:
        count, rest = divmod(rest, size)
        if count:
            parts.append(said(count) % {"count": count})
    return " ".join(parts) or _("no time")
