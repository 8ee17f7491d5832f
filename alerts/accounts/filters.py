"""The one parser of searches in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import AuditEntry

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AuditFilter(django_filters.FilterSet):
    """Entries by who, what and which thing."""

    actor = django_filters.CharFilter(label=_("User or token"), lookup_expr="icontains", max_length=150)
    text = django_filters.CharFilter(label=_("Change or subject"), method="by_text", max_length=256)

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def by_text(self, qs: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        """Narrow to entries with the text in what was done or to what."""
        return qs.filter(Q(verb__icontains=value) | Q(subject__icontains=value))
