"""When a rule may tell anybody: the part of its panel about effective hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.zones import UTC, ZoneSelect, zone_choices
from alerts.rules.hours import Hours
from alerts.rules.words import DAYS

CLOCK = "%H:%M"


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format=CLOCK, attrs={"type": "time"})
    said = gettext_lazy("Write a time such as 22:00.")
    return forms.TimeField(
        label=label, required=False, input_formats=[CLOCK, "%H:%M:%S"], widget=widget, error_messages={"invalid": said}
    )


class HoursForm(forms.Form):
    """Effective hours: from, until, on which weekdays, in which zone. Nothing chosen means always."""

    effective_start = _clock(gettext_lazy("From"))
    effective_end = _clock(gettext_lazy("Until"))
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        required=False,
        coerce=int,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), required=False, choices=zone_choices, widget=ZoneSelect
    )

    def clean_weekdays(self) -> list[int]:
        """Return the days in their order; all seven are no restriction."""
        days = sorted(self.cleaned_data["weekdays"])
        return [] if len(days) == len(DAYS) else days

    def clean_time_zone(self) -> str:
        """Return the zone, UTC unless told."""
        return self.cleaned_data["time_zone"] or UTC

    def clean(self) -> dict[str, Any]:
        """Refuse half a range, and one of no length."""
        data = self.cleaned_data
        start, end = data.get("effective_start"), data.get("effective_end")
        if {"effective_start", "effective_end"} & set(self.errors):
            return data
        if (start is None) != (end is None):
            missing = "effective_start" if start is None else "effective_end"
            self.add_error(missing, _("Write both times, or none for the whole day."))
        elif start is not None and start == end:
            self.add_error("effective_end", _("These hours have no length: leave both empty for the whole day."))
        return data

    def hours(self) -> Hours:
        """Return the hours that the valid form describes."""
        data = self.cleaned_data
        return Hours(data["effective_start"], data["effective_end"], tuple(data["weekdays"]), data["time_zone"])
