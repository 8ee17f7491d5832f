"""The form of a silence: the one parser of what is written to one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.zones import UTC, zone_choices
from alerts.events.forms import LocalMoment
from alerts.rules.resources import Patterns
from alerts.rules.selection import SELECTED, SelectionForm
from alerts.rules.when import CLOCK
from alerts.silences.keep import LONGEST
from alerts.silences.models import Silence
from alerts.silences.recurrence import RecurrenceError, read
from alerts.silences.schedule import LAST_YEAR, Recurring, skipped
from alerts.silences.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import Seen
    from alerts.silences.schedule import Schedule

Day = TypeVar("Day", date, datetime)
ONCE, AGAIN = "once", "again"
WEEK = timedelta(days=7)
FIRST_YEAR = 1970
WHICH = (*SELECTED, "resources")
WHEN = ("recurs", "starts_at", "ends_at", "rule", "first_on", "begins", "lasts", "time_zone")
HOURS = re.compile(r"(?:(\d{1,3}) ?(?:h|:))? ?(?:(\d{1,4}) ?(?:min|m)?)?", re.ASCII | re.IGNORECASE)


class Duration(forms.CharField):
    """A duration such as 4:30, 4h, 90 min; at most seven days."""

    def prepare_value(self, value: Any) -> Any:
        """Show hours and minutes."""
        if isinstance(value, timedelta):
            minutes = int(value.total_seconds() // 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        return value

    def clean(self, value: Any) -> Any:
        """Return a timedelta; None for nothing."""
        text = str(super().clean(value))
        if not text:
            return None
        fits = HOURS.fullmatch(text)
        length = timedelta(hours=int(fits[1] or 0), minutes=int(fits[2] or 0)) if fits else timedelta(0)
        if not timedelta(0) < length <= WEEK:
            raise ValidationError(_("Write a duration such as 4:30, 4h or 90min, of seven days at most."))
        return length


class SilenceForm(SelectionForm):
    """Which events nobody is told of, why, and when. `now` is when it is written: a silence begins then unless told."""

    name = forms.CharField(
        label=gettext_lazy("Silence name"), max_length=128, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=512,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Who finds nobody told of an event reads it: what is going on, and who knows more."),
    )
    resources = Patterns(
        label=gettext_lazy("Resources"),
        required=False,
        help_text=gettext_lazy("One in a line: * stands for any text, ? for one character. Empty means all resources."),
    )
    recurs = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(ONCE, gettext_lazy("Once")), (AGAIN, gettext_lazy("Again and again"))],
        widget=forms.RadioSelect,
        initial=ONCE,
        required=False,
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("Starts"), required=False, widget=LocalMoment(), help_text=gettext_lazy("Empty means now.")
    )
    ends_at = forms.DateTimeField(label=gettext_lazy("Ends"), required=False, widget=LocalMoment())
    rule = forms.CharField(
        label=gettext_lazy("Recurrence"),
        required=False,
        max_length=256,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "list": "silence-rules"}),
        help_text=gettext_lazy("An RRULE (RFC 5545) that says on which days: FREQ=MONTHLY;BYDAY=3TU"),
    )
    first_on = forms.DateField(
        label=gettext_lazy("From day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    begins = forms.TimeField(
        label=gettext_lazy("Begins at"),
        required=False,
        input_formats=[CLOCK, "%H:%M:%S"],
        widget=forms.TimeInput(format=CLOCK, attrs={"type": "time"}),
    )
    lasts = Duration(
        label=gettext_lazy("Duration"), required=False, widget=forms.TextInput(attrs={"placeholder": "4:30"})
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, choices=zone_choices)
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, account: CloudAccount, seen: Seen, now: datetime, silence: Silence | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            data, initial={**(initial or {}), **(initial_of(silence) if silence else {})}, auto_id="id_silence_%s"
        )
        self.account, self.silence, self.now = account, silence, now
        self.offer(account, seen)

    def clean_name(self) -> str:
        """Refuse a name that another silence of the account has."""
        name = str(self.cleaned_data["name"])
        others = Silence.objects.filter(account=self.account, name=name)
        if (others.exclude(pk=self.silence.pk) if self.silence else others).exists():
            raise ValidationError(_("There is a silence of this name already."), code="unique")
        return name

    def clean_rule(self) -> str:
        """Return the rule as it is stored; say which part of it makes no sense."""
        text = str(self.cleaned_data["rule"])
        if not text or self.data.get("recurs") != AGAIN:
            return ""
        try:
            return read(text).text
        except RecurrenceError as error:
            raise ValidationError(said(error), code="recurrence") from error

    def clean_starts_at(self) -> datetime | None:
        """Refuse a start in a year that no clock is set for."""
        return _in_reach(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> datetime | None:
        """Refuse an end in such a year."""
        return _in_reach(self.cleaned_data["ends_at"])

    def clean_first_on(self) -> date | None:
        """Refuse a first day in such a year."""
        return _in_reach(self.cleaned_data["first_on"])

    def clean_time_zone(self) -> str:
        """Return the zone, UTC unless told."""
        return self.cleaned_data["time_zone"] or UTC

    def clean(self) -> dict[str, Any]:
        """Check what fields say together."""
        data = super().clean() or self.cleaned_data
        if data.get("resources") and data.get("resource_group"):
            self.add_error("resources", _("Choose a resource group or write resources, not both."))
        if not set(WHEN) & set(self.errors):
            self._clean_again() if self.recurring else self._clean_once()
        return data

    @property
    def recurring(self) -> bool:
        """Whether it is to come again."""
        return self.cleaned_data.get("recurs") == AGAIN

    def _clean_once(self) -> None:
        start, end = self.cleaned_data["starts_at"] or self.now, self.cleaned_data["ends_at"]
        if end is None:
            self.add_error("ends_at", _("A silence needs an end."))
        elif end <= max(start, self.now):
            self.add_error("ends_at", _("The end must be after the start, and still to come."))
        elif end - start > LONGEST:
            self.add_error("ends_at", _("A silence lasts for a year at most."))
        self.cleaned_data["starts_at"] = start

    def _clean_again(self) -> None:
        data = self.cleaned_data
        for name, sentence in (
            ("rule", _("Write how it recurs.")),
            ("begins", _("Write at what time of day it begins.")),
            ("lasts", _("Write how long it lasts.")),
        ):
            if not data[name]:
                self.add_error(name, sentence)
        if data["ends_at"] and data["ends_at"] <= self.now:
            self.add_error("ends_at", _("The end must be still to come."))
        if set(WHEN) & set(self.errors):
            return
        zone = ZoneInfo(data["time_zone"])
        day = data["first_on"] or self.now.astimezone(zone).date()
        wall = datetime.combine(day, data["begins"])
        if skipped(wall, zone):
            self.add_error("first_on", _("On this day clocks leave this time out: choose another first day."))
            return
        data["starts_at"] = wall.replace(tzinfo=zone)
        self._check_windows(Recurring(data["rule"], wall, data["lasts"], data["time_zone"], data["ends_at"]))

    def _check_windows(self, schedule: Recurring) -> None:
        windows = schedule.following(self.now, 20)
        if not windows:
            self.add_error("rule", _("This never comes: there is no such day within ten years, or before the end."))
        elif any(earlier.end > later.start for earlier, later in pairwise(windows)):
            self.add_error("lasts", _("The windows would overlap: choose a shorter duration."))

    def wanted(self) -> Silence:
        """Return the silence as far as the form describes it, not saved yet."""
        data, silence = self.cleaned_data, self.silence or Silence(account=self.account)
        for field in ("name", "reason", *WHICH, "starts_at", "ends_at", "rule", "time_zone"):
            if field in data:
                setattr(silence, field, data[field])
        silence.keyword_mode = silence.keyword_mode or Silence.Keywords.ANY
        silence.rule, silence.lasts_for = (data.get("rule", ""), data.get("lasts")) if self.recurring else ("", None)
        return silence

    def schedule(self) -> Schedule | None:
        """Return when it hides, as far as that is typed rightly."""
        return None if set(WHEN) & set(self.errors) else self.wanted().schedule()

    def wrong_times(self) -> list[tuple[str, str, str]]:
        """Return (id of the control, label, sentence) of what is wrong with when it hides."""
        return [
            (self[name].id_for_label, str(self[name].label), str(error)) for name in WHEN for error in self[name].errors
        ]

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for name in ("name", "reason", *WHICH, *WHEN):
            yield from ((self[name].id_for_label, str(self[name].label), str(error)) for error in self[name].errors)
        yield from (("", "", str(error)) for error in [*self.non_field_errors(), *self["opened"].errors])


def _in_reach(day: Day | None) -> Day | None:
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(_("Choose a day in the years from %(first)s to %(last)s.") % years)
    return day


def initial_of(silence: Silence) -> dict[str, Any]:
    """Return what the form shows of a stored silence."""
    shown = {field: getattr(silence, field) for field in ("name", "reason", *WHICH, "ends_at", "rule", "time_zone")}
    shown |= {"resource_group": silence.resource_group_id, "opened": silence.version}
    if not silence.recurring:
        return {**shown, "recurs": ONCE, "starts_at": silence.starts_at}
    first = silence.starts_at.astimezone(ZoneInfo(silence.time_zone))
    return {
        **shown, "recurs": AGAIN, "first_on": first.date(), "begins": first.time(), "lasts": silence.lasts_for,
    }  # fmt: skip
