"""The one parser of searches for incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.regions import REGIONS
from alerts.events.catalog import CAUSES, LEVELS
from alerts.events.filters import OpenChoiceFilter
from alerts.incidents.models import Incident

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.incidents.models import IncidentQuerySet

TAKEN = (("yes", _("Acknowledged")), ("no", _("Not acknowledged")))


class IncidentFilter(django_filters.FilterSet):
    """State, cause, level, whether somebody has taken it on, region, and words of the resource's name."""

    state = OpenChoiceFilter(label=_("State"), choices=Incident.State.choices, widget=forms.CheckboxSelectMultiple)
    level = OpenChoiceFilter(
        label=_("Event level"), choices=[(each, each) for each in LEVELS], widget=forms.CheckboxSelectMultiple
    )
    cause = OpenChoiceFilter(
        label=_("Cause"),
        choices=[(cause, _(record.title)) for cause, record in CAUSES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    region = OpenChoiceFilter(
        label=_("Region"), choices=[(each.id, each.id) for each in REGIONS], widget=forms.CheckboxSelectMultiple
    )
    taken = django_filters.ChoiceFilter(
        label=_("Acknowledgement"), choices=TAKEN, method="by_taken", empty_label=_("Any")
    )
    text = django_filters.CharFilter(label=_("Resource"), method="by_text", max_length=256)

    def __init__(self, data: Any, *, queryset: IncidentQuerySet, now: datetime) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now

    def by_taken(self, found: IncidentQuerySet, _name: str, value: str) -> IncidentQuerySet:
        """Narrow to what somebody has taken on, or to what nobody has."""
        taken = Q(acknowledged_until__gt=self.now)
        return found.filter(taken) if value == "yes" else found.exclude(taken)

    def by_text(self, found: IncidentQuerySet, _name: str, value: str) -> IncidentQuerySet:
        """Narrow to resources whose name or ARN holds the text."""
        return found.filter(Q(resource__icontains=value) | Q(instance_name__icontains=value))
