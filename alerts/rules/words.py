"""Effective hours in words, as a person would say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.rules.hours import Hours

DAYS = (
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
)


def in_words(hours: Hours) -> str:
    """Return when somebody may be told, in one sentence."""
    if hours.always:
        return _("At any time, on every day.")
    days = days_in_words(hours.weekdays)
    if hours.start is None or hours.end is None or hours.start == hours.end:
        return _("%(days)s, the whole day, in the zone %(zone)s.") % {"days": days, "zone": hours.zone}
    said = {"days": days, "start": f"{hours.start:%H:%M}", "end": f"{hours.end:%H:%M}", "zone": hours.zone}
    if hours.start < hours.end:
        return _("%(days)s, from %(start)s to %(end)s, in the zone %(zone)s.") % said
    return _("%(days)s, from %(start)s to %(end)s on the following day, in the zone %(zone)s.") % said


def days_in_words(weekdays: Sequence[int]) -> str:
    """Return the days on which it begins: runs of three and more as a range."""
    if not weekdays:
        return _("Every day")
    names = dict(DAYS)
    parts: list[str] = []
    for run in _runs(sorted(weekdays)):
        ends = {"first": names[run[0]], "last": names[run[-1]]}
        parts += [_("%(first)s to %(last)s") % ends] if len(run) > 2 else [str(names[day]) for day in run]
    return ", ".join(parts)


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
