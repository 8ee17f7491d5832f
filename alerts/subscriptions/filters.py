"""The one parser of searches for subscription policies, notification configurations and push channels."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.subscriptions.models import NotificationConfiguration, PushChannel, SubscriptionPolicy


def _by_name() -> django_filters.Filter:
    return django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", label=_("Name"), widget=forms.TextInput(attrs={"type": "search"})
    )


class PolicyFilter(django_filters.FilterSet):
    """The search over subscription policies: a part of the name, state, and subscription type."""

    text = _by_name()
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=SubscriptionPolicy.State.choices, empty_label=_("Any")
    )
    kind = django_filters.ChoiceFilter(
        label=_("Subscription type"), choices=SubscriptionPolicy.Kind.choices, empty_label=_("Any")
    )

    class Meta:
        model = SubscriptionPolicy
        fields: tuple[str, ...] = ()


class ConfigurationFilter(django_filters.FilterSet):
    """The search over notification configurations: a part of the name."""

    text = _by_name()

    class Meta:
        model = NotificationConfiguration
        fields: tuple[str, ...] = ()


class PushChannelFilter(django_filters.FilterSet):
    """The search over push channels: a part of the name, and the target type."""

    text = _by_name()
    kind = django_filters.ChoiceFilter(label=_("Target type"), choices=PushChannel.Kind.choices, empty_label=_("Any"))

    class Meta:
        model = PushChannel
        fields: tuple[str, ...] = ()
