"""The one parser of searches for contacts and contact groups. Addresses are encrypted and cannot be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.contacts.models import Contact, ContactGroup

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ContactFilter(django_filters.FilterSet):
    """Contacts by name or description, and by group."""

    text = django_filters.CharFilter(label=_("Name or description"), method="by_text", max_length=256)
    group = django_filters.MultipleChoiceFilter(
        label=_("Contact group"), field_name="groups", widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Contact], groups: QuerySet[ContactGroup]) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["group"].extra["choices"] = [(str(group.pk), group.name) for group in groups.order_by("name")]

    def by_text(self, qs: QuerySet[Contact], _name: str, value: str) -> QuerySet[Contact]:
        """Narrow to contacts whose name or description contains the text."""
        return qs.filter(Q(name__icontains=value) | Q(description__icontains=value))


class ContactGroupFilter(django_filters.FilterSet):
    """Contact groups by name, description or the name of a contact in them."""

    text = django_filters.CharFilter(label=_("Group or contact"), method="by_text", max_length=256)

    class Meta:
        model = ContactGroup
        fields: tuple[str, ...] = ()

    def by_text(self, qs: QuerySet[ContactGroup], _name: str, value: str) -> QuerySet[ContactGroup]:
        """Narrow to groups that contain the text in their name, description or contacts."""
        found = Q(name__icontains=value) | Q(description__icontains=value) | Q(contacts__name__icontains=value)
        return qs.filter(pk__in=ContactGroup.objects.filter(found).values("pk"))
