"""What silences say to people: why a recurrence is refused, and examples to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from alerts.silences.recurrence import RecurrenceError

EXAMPLES: tuple[tuple[str, StrOrPromise], ...] = (
    ("FREQ=DAILY", _("Every day")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", _("From Monday to Friday")),
    ("FREQ=WEEKLY;BYDAY=SA,SU", _("At weekends")),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", _("Every other Sunday")),
    ("FREQ=MONTHLY;BYDAY=3TU", _("Every third Tuesday of a month")),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", _("On the last day of every month")),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", _("On 24 December")),
)
REFUSALS: Mapping[str, StrOrPromise] = {
    "long": _("A recurrence has at most 200 characters."),
    "form": _("“%(part)s” is no part such as FREQ=WEEKLY or BYDAY=MO,FR; parts are separated by semicolons."),
    "twice": _("“%(part)s” is there twice."),
    "unknown": _(
        "“%(part)s” is not known here. There are: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST."
    ),
    "elsewhere": _("“%(part)s” does not belong here: first day, time, duration and end have fields of their own."),
    "frequency-missing": _("How often is missing: begin with FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY."),
    "frequency": _("“%(part)s”: choose DAILY, WEEKLY, MONTHLY or YEARLY."),
    "often": _("“%(part)s” is too often: there is at most one window on a day."),
    "number": _("“%(part)s”: this number is out of range."),
    "day": _(
        "“%(part)s”: days are MO, TU, WE, TH, FR, SA and SU, with a number such as 3TU or -1FR in months and years."
    ),
    "ordinal": _("“%(part)s”: the third or the last day of a kind needs FREQ=MONTHLY or FREQ=YEARLY."),
    "month-day": _("“%(part)s” makes no sense with FREQ=WEEKLY: use FREQ=MONTHLY."),
    "position": _("“%(part)s” needs BYDAY, BYMONTHDAY or BYMONTH, from which it chooses."),
    "never-day": _("“%(part)s” never comes: none of the months has such a day."),
    "never-ordinal": _("“%(part)s” never comes: a month has a day of the week five times at most."),
    "never-position": _("“%(part)s” never comes: there are not so many days from which it chooses."),
}


def said(error: RecurrenceError) -> str:
    """Return why a recurrence is refused, in a sentence that names the part."""
    return str(REFUSALS[error.code]) % {"part": error.part}
