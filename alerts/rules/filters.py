"""The one parser of searches for alert rules."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.rules.models import AlertRule


class AlertRuleFilter(django_filters.FilterSet):
    """The search over alert rules: a part of the name, and the state."""

    text = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", label=_("Name"), widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=AlertRule.State.choices, empty_label=_("Any"))

    class Meta:
        model = AlertRule
        fields: tuple[str, ...] = ()
