"""The form behind event searches: what the fields say together, and how moments are typed and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from alerts.events.language import ExpressionError, parse
from alerts.events.partitions import AHEAD, RETENTION, WIDTH

PERIODS: dict[str, tuple[str, timedelta]] = {
    "15m": (noop("Last 15 minutes"), timedelta(minutes=15)),
    "1h": (noop("Last hour"), timedelta(hours=1)),
    "6h": (noop("Last 6 hours"), timedelta(hours=6)),
    "1d": (noop("Last 24 hours"), timedelta(days=1)),
    "3d": (noop("Last 3 days"), timedelta(days=3)),
    "7d": (noop("Last 7 days"), timedelta(days=7)),
    "14d": (noop("Last 14 days"), timedelta(days=14)),
    "30d": (noop("Last 30 days"), timedelta(days=30)),
    "90d": (noop("Last 90 days"), timedelta(days=90)),
}
DEFAULT_PERIOD = "7d"
CLOCK_SKEW = timedelta(minutes=10)
SLACK = timedelta(hours=1)
LATEST = AHEAD + WIDTH
"""How far ahead the last partition may reach: nothing is later. A search walks weeks, and would walk those to 9999."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open time range [start, end)."""

    start: datetime
    end: datetime


class OpenChoice(forms.MultipleChoiceField):
    """Several choices, where one that is not offered is allowed too: events from elsewhere bring words of their own."""

    def valid_value(self, value: Any) -> bool:
        """Accept any text of a sane length that the database can hold; it only ever selects."""
        return len(str(value)) <= 256 and "\0" not in str(value)


class LocalMoment(forms.DateTimeInput):
    """A moment as the browser's own control wants it: in the zone of the user, whatever offset the address gave."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")

    def format_value(self, value: Any) -> str | None:
        """Show an ISO 8601 text or a moment; what cannot be read stays as it was typed."""
        try:
            read = parse_datetime(value) if isinstance(value, str) else value
            shown = timezone.localtime(read) if read and timezone.is_aware(read) else read
        except (ValueError, OverflowError):  # no moment; or one that is in no year by the clock of the user
            shown = None
        if shown is None:
            return str(value) if value else None
        return str(super().format_value(shown))


class EventForm(forms.Form):
    """What several fields say together: the time range and the expression."""

    now: datetime

    def clean_keywords(self) -> str:
        """Refuse an expression that cannot be read, with the place of the mistake."""
        text = str(self.cleaned_data.get("keywords") or "")
        if text.strip():
            try:
                parse(text)
            except ExpressionError as error:
                raise ValidationError(str(error), code="expression") from error
        return text.strip()

    def clean_start(self) -> datetime | None:
        """Refuse a start before the 90 days for which events are kept, or one that is still to come."""
        start: datetime | None = self.cleaned_data.get("start")
        oldest = self.now - RETENTION
        if start and start < oldest - SLACK:
            shown = f"{timezone.localtime(oldest):%Y-%m-%d %H:%M} {timezone.get_current_timezone_name()}"
            raise ValidationError(_("Events are kept for 90 days: choose a start after %(when)s.") % {"when": shown})
        if start and start > self.now + CLOCK_SKEW:
            raise ValidationError(_("This moment is still to come: choose a start in the past."))
        return start

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts, or before everything that is kept."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The end must be after the start."))
        elif end and end <= self.now - RETENTION:
            self.add_error("end", _("Events are kept for 90 days: this range ended before that."))
        return self.cleaned_data

    def period(self) -> Period:
        """Return the range asked for: exact moments where given, else the chosen preset up to now."""
        data = self.cleaned_data
        _label, length = PERIODS.get(data.get("period") or DEFAULT_PERIOD, PERIODS[DEFAULT_PERIOD])
        # A sender's clock may run a little ahead of ours: the newest of all is shown all the same.
        end = min(data.get("end") or self.now + CLOCK_SKEW, self.now + LATEST)
        start = data.get("start") or min(self.now, end) - length
        return Period(max(start, self.now - RETENTION - SLACK).astimezone(UTC), end.astimezone(UTC))
