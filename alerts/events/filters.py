"""The one parser of event searches: both consoles, the exports and the API read their parameters through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events import catalog
from alerts.events.forms import PERIODS, EventForm, LocalMoment, OpenChoice, Period
from alerts.events.language import parse
from alerts.events.language.fields import SAME_TYPE
from alerts.events.language.query import events_q
from alerts.events.models import SystemEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from alerts.events.models import SystemEventQuerySet


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
        return super().filter(qs, [*value, *(SAME_TYPE[each] for each in value if each in SAME_TYPE)])


def _moment() -> django_filters.Filter:
    return django_filters.IsoDateTimeFilter(method="by_nothing", widget=LocalMoment)


class SystemEventFilter(django_filters.FilterSet):
    """The search over system events. Parameters: those of the fields below; unknown parameters are ignored."""

    product = OpenChoiceFilter(label=gettext_lazy("Product"), widget=forms.CheckboxSelectMultiple)
    event_type = EventTypeFilter(label=gettext_lazy("Event type"), widget=forms.CheckboxSelectMultiple)
    level = OpenChoiceFilter(label=gettext_lazy("Event level"), widget=forms.CheckboxSelectMultiple)
    name = OpenChoiceFilter(label=gettext_lazy("Event name"), widget=forms.CheckboxSelectMultiple)
    region = OpenChoiceFilter(label=gettext_lazy("Region"), widget=forms.CheckboxSelectMultiple)
    status = OpenChoiceFilter(label=gettext_lazy("Status"), widget=forms.CheckboxSelectMultiple)
    resource = django_filters.CharFilter(label=gettext_lazy("Resource"), max_length=1024, widget=forms.HiddenInput)
    batch = django_filters.UUIDFilter(label=gettext_lazy("Message"), method="by_nothing", widget=forms.HiddenInput)
    keywords = django_filters.CharFilter(
        label=gettext_lazy("Keywords"),
        help_text=gettext_lazy(
            "Words, or comparisons of fields: level = 'CRITICAL' and content.secretName like 'rds%'"
        ),
        method="by_keywords",
        strip=False,  # so that the column of a mistake is that of the field
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "(a or b) and c", "maxlength": 1000}),
    )
    period = django_filters.ChoiceFilter(
        label=gettext_lazy("Time range"),
        choices=[(code, gettext_lazy(label)) for code, (label, _length) in PERIODS.items()],
        method="by_nothing",
        empty_label=gettext_lazy("Exact range"),
    )
    start = _moment()
    end = _moment()

    class Meta:
        model = SystemEvent
        fields: tuple[str, ...] = ()
        form = EventForm

    def __init__(self, data: Any, *, queryset: SystemEventQuerySet, now: datetime, seen: Seen) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now
        for field, choices in seen.choices().items():
            self.filters[field].extra["choices"] = _with(choices, data.getlist(field))

    @property
    def form(self) -> EventForm:
        """The form behind the filter, told what time it is and in whose zone moments are typed."""
        fresh = not hasattr(self, "_form")
        form: EventForm = super().form
        if not fresh:  # it is asked for a dozen times in each search
            return form
        form.now = self.now
        zone = timezone.get_current_timezone_name()
        form.fields["start"].label = _("From (%(zone)s)") % {"zone": zone}
        form.fields["end"].label = _("To (%(zone)s)") % {"zone": zone}
        return form

    def period_asked(self) -> Period:
        """Return the time range, once the form is valid."""
        return self.form.period()

    def by_nothing(self, qs: SystemEventQuerySet, _name: str, _value: object) -> SystemEventQuerySet:
        """Leave the time range to `filter_queryset`, which reads three fields together, and the message to the page."""
        return qs

    def by_keywords(self, qs: SystemEventQuerySet, _name: str, value: str) -> SystemEventQuerySet:
        """Narrow to events that answer the expression."""
        return qs.filter(keywords_q(value)) if value else qs

    def filter_queryset(self, queryset: SystemEventQuerySet) -> SystemEventQuerySet:
        """Narrow by every field, then by time."""
        period = self.period_asked()
        narrowed: SystemEventQuerySet = super().filter_queryset(queryset)
        return narrowed.between(period.start, period.end)

    def counted_by_rollup(self) -> bool:
        """Tell whether the hourly counts can answer: they know nothing of resources and texts."""
        return not any(self.form.cleaned_data.get(name) for name in ("keywords", "resource", "batch"))


def keywords_q(text: str) -> Q:
    """Return the condition on system events that an expression is; raises ExpressionError."""
    return events_q(parse(text))


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
