"""The one parser of event searches: both consoles, the exports and the API read their parameters through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as noop

from alerts.events import catalog
from alerts.events.expression import ExpressionError, fold, parse
from alerts.events.models import SystemEvent
from alerts.events.partitions import RETENTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.events.models import SystemEventQuerySet

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


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open time range [start, end)."""

    start: datetime
    end: datetime


class OpenChoice(forms.MultipleChoiceField):
    """Several choices, where one that is not offered is allowed too: events from elsewhere bring words of their own."""

    def valid_value(self, value: Any) -> bool:
        """Accept any text of a sane length; it only ever selects."""
        return len(str(value)) <= 256


class OpenChoiceFilter(django_filters.MultipleChoiceFilter):
    """Any of several values; none chosen, or `*`, means all."""

    field_class = OpenChoice

    def filter(self, qs: SystemEventQuerySet, value: Sequence[str]) -> SystemEventQuerySet:
        """Narrow to the chosen values."""
        chosen = [each for each in value if each]
        return qs if not chosen or "*" in chosen else qs.filter(**{f"{self.field_name}__in": chosen})


class EventTypeFilter(OpenChoiceFilter):
    """Event types, where `Notification` and `StatusNotification` answer to each other."""

    def filter(self, qs: SystemEventQuerySet, value: Sequence[str]) -> SystemEventQuerySet:
        """Narrow to the chosen types and their other name."""
        other = {"Notification": "StatusNotification", "StatusNotification": "Notification"}
        return super().filter(qs, [*value, *(other[each] for each in value if each in other)])


class EventForm(forms.Form):
    """What several fields say together: the time range and the expression."""

    now: datetime

    def clean_keywords(self) -> str:
        """Refuse an expression that cannot be read, with the place of the mistake."""
        text = str(self.cleaned_data.get("keywords") or "").strip()
        if text:
            try:
                parse(text)
            except ExpressionError as error:
                raise ValidationError(str(error), code="expression") from error
        return text

    def clean_start(self) -> datetime | None:
        """Refuse a start before the 90 days for which events are kept."""
        start: datetime | None = self.cleaned_data.get("start")
        oldest = self.now - RETENTION
        if start and start < oldest - SLACK:
            shown = formats.date_format(oldest, "Y-m-d H:i e")
            raise ValidationError(_("Events are kept for 90 days: choose a start after %(when)s.") % {"when": shown})
        return start

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The end must be after the start."))
        if end and end <= self.now - RETENTION:
            self.add_error("end", _("Events are kept for 90 days: this range ended before that."))
        return self.cleaned_data

    def period(self) -> Period:
        """Return the range asked for: exact moments where given, else the chosen preset up to now."""
        data = self.cleaned_data
        _label, length = PERIODS.get(data.get("period") or DEFAULT_PERIOD, PERIODS[DEFAULT_PERIOD])
        # A sender's clock may run a little ahead of ours: the newest of all is shown all the same.
        end = data.get("end") or self.now + CLOCK_SKEW
        start = data.get("start") or min(self.now, end) - length
        return Period(max(start, self.now - RETENTION - SLACK), end)


def _moment(label: Any) -> django_filters.Filter:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    return django_filters.IsoDateTimeFilter(label=label, method="by_nothing", widget=widget)


class SystemEventFilter(django_filters.FilterSet):
    """The search over system events. Parameters: those of the fields below; unknown parameters are ignored."""

    product = OpenChoiceFilter(label=gettext_lazy("Product"), widget=forms.CheckboxSelectMultiple)
    event_type = EventTypeFilter(label=gettext_lazy("Event type"), widget=forms.CheckboxSelectMultiple)
    level = OpenChoiceFilter(label=gettext_lazy("Event level"), widget=forms.CheckboxSelectMultiple)
    name = OpenChoiceFilter(label=gettext_lazy("Event name"), widget=forms.CheckboxSelectMultiple)
    region = OpenChoiceFilter(label=gettext_lazy("Region"), widget=forms.CheckboxSelectMultiple)
    status = OpenChoiceFilter(label=gettext_lazy("Status"), widget=forms.CheckboxSelectMultiple)
    resource = django_filters.CharFilter(label=gettext_lazy("Resource"), max_length=1024)
    keywords = django_filters.CharFilter(label=gettext_lazy("Keywords"), method="by_keywords", max_length=1000)
    period = django_filters.ChoiceFilter(
        label=gettext_lazy("Time range"),
        choices=[(code, gettext_lazy(label)) for code, (label, _length) in PERIODS.items()],
        method="by_nothing",
        empty_label=None,
    )
    start = _moment(gettext_lazy("From"))
    end = _moment(gettext_lazy("To"))

    class Meta:
        model = SystemEvent
        fields: tuple[str, ...] = ()
        form = EventForm

    def __init__(self, data: Any, *, queryset: SystemEventQuerySet, now: datetime, seen: Seen) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now
        for field, choices in seen.choices().items():
            if field in self.filters:
                self.filters[field].extra["choices"] = choices

    @property
    def form(self) -> EventForm:
        """The form behind the filter, told what time it is."""
        form = super().form
        form.now = self.now
        return form

    def period_asked(self) -> Period:
        """Return the time range, once the form is valid."""
        return self.form.period()

    def by_nothing(self, qs: SystemEventQuerySet, _name: str, _value: object) -> SystemEventQuerySet:
        """Leave the time range to `filter_queryset`, which reads three fields together."""
        return qs

    def by_keywords(self, qs: SystemEventQuerySet, _name: str, value: str) -> SystemEventQuerySet:
        """Narrow to events whose text answers the expression."""
        return qs.filter(keywords_q(value)) if value else qs

    def filter_queryset(self, queryset: SystemEventQuerySet) -> SystemEventQuerySet:
        """Narrow by every field, then by time."""
        period = self.period_asked()
        narrowed: SystemEventQuerySet = super().filter_queryset(queryset)
        return narrowed.between(period.start, period.end)

    def counted_by_rollup(self) -> bool:
        """Tell whether the hourly counts can answer: they know nothing of resources and texts."""
        return not (self.form.cleaned_data.get("keywords") or self.form.cleaned_data.get("resource"))


def keywords_q(text: str) -> Q:
    """Return the database's reading of an expression: containment in the lower-case search text."""

    def all_of(parts: Iterable[Q]) -> Q:
        found = Q()
        for part in parts:
            found &= part
        return found

    def any_of(parts: Iterable[Q]) -> Q:
        found = Q()
        for part in parts:
            found |= part
        return found

    return fold(
        parse(text),
        term=lambda word: Q(search_text__contains=word.lower()),
        all_=all_of,
        any_=any_of,
        none=lambda part: ~part,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What the account's events have in them besides the catalogue's words, so that it can be chosen."""

    products: Sequence[str] = ()
    names: Sequence[str] = ()
    regions: Sequence[str] = ()
    statuses: Sequence[str] = ()
    event_types: Sequence[str] = ()

    def choices(self) -> dict[str, list[tuple[str, Any]]]:
        """Return the choices of each field: the catalogue's first, then what was seen besides."""
        names = [(record.name, _(record.title)) for record in catalog.CATALOG]
        return {
            "product": _with([(catalog.PRODUCT, catalog.PRODUCT_TITLE)], self.products),
            "event_type": _with([(each, each) for each in catalog.EVENT_TYPES], self.event_types),
            "level": [(each, each) for each in catalog.LEVELS],
            "name": _with(names, self.names),
            "region": _with([], self.regions),
            "status": _with([(each, each) for each in catalog.STATUSES], self.statuses),
        }


def _with(choices: list[tuple[str, Any]], seen: Iterable[str]) -> list[tuple[str, Any]]:
    known = {value for value, _label in choices}
    return choices + [(value, value) for value in sorted(set(seen) - known) if value]
