"""The one parser of searches for alert rules and for resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alerts.events.catalog import PRODUCT, PRODUCT_TITLE
from alerts.rules.models import AlertRule, ResourceGroup

if TYPE_CHECKING:
    from alerts.accounts.models import CloudAccount

STATES = [choice for choice in AlertRule.State.choices if choice[0] != AlertRule.State.TRIAL]


def _by_name() -> django_filters.Filter:
    return django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", label=_("Name"), widget=forms.TextInput(attrs={"type": "search"})
    )


class AlertRuleFilter(django_filters.FilterSet):
    """The search over alert rules: a part of the name, state, product, and the contact group that is told."""

    text = _by_name()
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, empty_label=_("Any"))
    product = django_filters.ChoiceFilter(label=_("Product"), empty_label=_("Any"), method="by_product")
    group = django_filters.ChoiceFilter(label=_("Contact group"), empty_label=_("Any"), method="by_group")

    class Meta:
        model = AlertRule
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[AlertRule], account: CloudAccount) -> None:
        super().__init__(data, queryset=queryset)
        products = AlertRule.objects.saved().filter(account=account).order_by().values_list("product", flat=True)
        known = sorted({PRODUCT, *products.distinct()} - {""})
        self.filters["product"].extra["choices"] = [(e, PRODUCT_TITLE if e == PRODUCT else e) for e in known]
        groups = account.contact_groups.order_by("name").values_list("pk", "name")
        self.filters["group"].extra["choices"] = [(str(pk), name) for pk, name in groups]

    def by_product(self, rules: QuerySet[AlertRule], _name: str, value: str) -> QuerySet[AlertRule]:
        """Narrow to the rules that look at a product: those of all products too."""
        return rules.filter(Q(product=value) | Q(product__in=("", "*")))

    def by_group(self, rules: QuerySet[AlertRule], _name: str, value: str) -> QuerySet[AlertRule]:
        """Narrow to the rules that tell a group."""
        return rules.filter(pk__in=AlertRule.objects.filter(targets__group=int(value)).values("pk"))


class ResourceGroupFilter(django_filters.FilterSet):
    """The search over resource groups: a part of the name."""

    text = _by_name()

    class Meta:
        model = ResourceGroup
        fields: tuple[str, ...] = ()
