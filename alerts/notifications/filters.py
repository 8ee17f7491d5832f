"""The one parser of searches in the alert history: messages, and the decisions before them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.channels import CHANNELS
from alerts.events.catalog import LEVELS
from alerts.events.filters import OpenChoiceFilter
from alerts.events.forms import PERIODS, LocalMoment
from alerts.notifications.models import Decision, Destination, Notification
from alerts.notifications.resent import recall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

TEXT_LENGTH = 256
MARK_LENGTH = 32


class HistoryForm(forms.Form):
    """What the two ends of a range say together."""

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", gettext("The end must be after the start."))
        return self.cleaned_data


def _moment(field: str, lookup: str) -> django_filters.Filter:
    return django_filters.IsoDateTimeFilter(field_name=field, lookup_expr=lookup, widget=LocalMoment())


class HistoryFilter(django_filters.FilterSet):
    """What both lists are searched by. A subclass names the moment (`moment`) that the time range is about."""

    moment = ""
    period = django_filters.ChoiceFilter(
        label=_("Time range"),
        choices=[(code, _(label)) for code, (label, _length) in PERIODS.items()],
        method="by_period",
        empty_label=_("Any time"),
    )

    class Meta:
        form = HistoryForm

    def __init__(
        self, data: Any, *, queryset: QuerySet[Any], now: datetime, rules: Sequence[str], policies: Sequence[str] = ()
    ) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now
        self.filters["rule"].extra["choices"] = [(name, name) for name in rules]
        self.filters["policy"].extra["choices"] = [(name, name) for name in policies]

    @property
    def form(self) -> forms.Form:
        """The form behind the filter, which says in whose zone moments are typed."""
        form: forms.Form = super().form
        zone = timezone.get_current_timezone_name()
        form.fields["start"].label = gettext("From (%(zone)s)") % {"zone": zone}
        form.fields["end"].label = gettext("To (%(zone)s)") % {"zone": zone}
        return form

    def by_period(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Narrow to a preset range up to now."""
        length: timedelta = PERIODS[value][1]
        return qs.filter(**{f"{self.moment}__gte": self.now - length})


class NotificationFilter(HistoryFilter):
    """Messages by time, alert rule, outcome, channel and text."""

    moment = "created_at"
    start = _moment("created_at", "gte")
    end = _moment("created_at", "lt")
    rule = OpenChoiceFilter(
        label=_("Alert rule"), field_name="decision__rule_name", widget=forms.CheckboxSelectMultiple
    )
    policy = OpenChoiceFilter(
        label=_("Subscription policy"), field_name="batch__policy_name", widget=forms.CheckboxSelectMultiple
    )
    state = django_filters.MultipleChoiceFilter(
        label=_("Outcome"), choices=Notification.State.choices, widget=forms.CheckboxSelectMultiple
    )
    channel = django_filters.MultipleChoiceFilter(
        label=_("Channel"),
        choices=[(channel.kind, channel.label) for channel in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    text = django_filters.CharFilter(label=_("Event, resource or recipient"), method="by_text", max_length=TEXT_LENGTH)
    destination = django_filters.NumberFilter(
        label=_("Destination"), method="by_destination", widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1
    )
    resent = django_filters.CharFilter(
        label=_("Sent again"), method="by_resent", widget=forms.HiddenInput, max_length=MARK_LENGTH
    )

    class Meta(HistoryFilter.Meta):
        model = Notification
        fields: tuple[str, ...] = ()

    def by_text(self, qs: QuerySet[Notification], _name: str, value: str) -> QuerySet[Notification]:
        """Narrow to messages that have the text in event name, resource, recipient or subject."""
        return qs.filter(
            Q(decision__event_name__icontains=value)
            | Q(decision__resource__icontains=value)
            | Q(batch__policy_name__icontains=value)
            | Q(recipient__icontains=value)
            | Q(subject__icontains=value)
        )

    def by_destination(self, qs: QuerySet[Notification], _name: str, value: int) -> QuerySet[Notification]:
        """Narrow to messages to one destination of the account."""
        same = Destination.objects.filter(account=OuterRef("account"), destination=OuterRef("destination"))
        return qs.filter(Exists(same.filter(pk=int(value))))

    def by_resent(self, qs: QuerySet[Notification], _name: str, value: str) -> QuerySet[Notification]:
        """Narrow to messages that were sent again together, whatever became of them since."""
        return qs.filter(pk__in=recall(value))


class DecisionFilter(HistoryFilter):
    """Decisions by time, alert rule, what was decided, level and text."""

    moment = "decided_at"
    start = _moment("decided_at", "gte")
    end = _moment("decided_at", "lt")
    rule = OpenChoiceFilter(label=_("Alert rule"), field_name="rule_name", widget=forms.CheckboxSelectMultiple)
    policy = OpenChoiceFilter(
        label=_("Subscription policy"), field_name="policy_name", widget=forms.CheckboxSelectMultiple
    )
    told = django_filters.ChoiceFilter(
        label=_("Who was told of the event"),
        choices=[("somebody", _("Somebody")), ("nobody", _("Nobody"))],
        method="by_told",
        empty_label=_("Anybody or nobody"),
    )
    verdict = django_filters.MultipleChoiceFilter(
        label=_("Decision"), choices=Decision.Verdict.choices, widget=forms.CheckboxSelectMultiple
    )
    level = django_filters.MultipleChoiceFilter(
        label=_("Event level"), choices=[(level, level) for level in LEVELS], widget=forms.CheckboxSelectMultiple
    )
    text = django_filters.CharFilter(label=_("Event or resource"), method="by_text", max_length=TEXT_LENGTH)

    class Meta(HistoryFilter.Meta):
        model = Decision
        fields: tuple[str, ...] = ()

    def by_told(self, qs: QuerySet[Decision], _name: str, value: str) -> QuerySet[Decision]:
        """Narrow to decisions about events of which some rule told, or none did."""
        told = Exists(Decision.objects.filter(event_id=OuterRef("event_id"), verdict=Decision.Verdict.TOLD))
        return qs.filter(told if value == "somebody" else ~told)

    def by_text(self, qs: QuerySet[Decision], _name: str, value: str) -> QuerySet[Decision]:
        """Narrow to decisions that have the text in event name or resource."""
        return qs.filter(Q(event_name__icontains=value) | Q(resource__icontains=value))


class DestinationFilter(django_filters.FilterSet):
    """Destinations by channel, by how they are, and by the visible part of their address."""

    health = django_filters.ChoiceFilter(
        label=_("Health"),
        choices=[
            ("well", _("Answers")),
            ("failing", _("Fails")),
            ("paused", _("Paused")),
            ("untried", _("Not tried, or not since it was resumed")),
        ],
        method="by_health",
        empty_label=_("Any"),
    )
    channel = django_filters.MultipleChoiceFilter(
        label=_("Channel"),
        choices=[(channel.kind, channel.label) for channel in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    text = django_filters.CharFilter(
        label=_("Visible part of the address"), field_name="masked", lookup_expr="icontains", max_length=TEXT_LENGTH
    )

    class Meta:
        model = Destination
        fields: tuple[str, ...] = ()

    def by_health(self, qs: QuerySet[Destination], _name: str, value: str) -> QuerySet[Destination]:
        """Narrow to destinations that answer, fail, are paused, or were not tried (since they were resumed)."""
        if value == "paused":
            return qs.filter(paused_at__isnull=False)
        running = qs.filter(paused_at=None)
        if value == "failing":
            return running.filter(failing_since__isnull=False)
        untried = Q(last_outcome="")
        return running.filter(untried if value == "untried" else ~untried, failing_since=None)
