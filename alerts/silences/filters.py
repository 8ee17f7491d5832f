"""The one parser of searches for silences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alerts.silences.models import Silence, SilenceQuerySet

if TYPE_CHECKING:
    from datetime import datetime

STATES = (("current", _("Active")), ("coming", _("Coming")), ("ended", _("Ended")))
RECURS = (("once", _("Once")), ("again", _("Again and again")))


class SilenceFilter(django_filters.FilterSet):
    """The search over silences: a part of name, reason or author, what it does now, and whether it comes again."""

    text = django_filters.CharFilter(
        label=_("Name, reason or author"), method="by_text", widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, empty_label=_("Any"), method="by_state")
    recurs = django_filters.ChoiceFilter(label=_("When"), choices=RECURS, empty_label=_("Any"), method="by_recurrence")

    class Meta:
        model = Silence
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Silence], now: datetime) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now

    def by_text(self, silences: SilenceQuerySet, _name: str, value: str) -> QuerySet[Silence]:
        """Narrow to those in which a text stands."""
        return silences.filter(Q(name__icontains=value) | Q(reason__icontains=value) | Q(author__icontains=value))

    def by_state(self, silences: SilenceQuerySet, _name: str, value: str) -> QuerySet[Silence]:
        """Narrow to those that have begun and not ended, have not begun, or are over."""
        found = {"current": silences.current, "coming": silences.coming, "ended": silences.ended}
        return found[value](self.now)

    def by_recurrence(self, silences: SilenceQuerySet, _name: str, value: str) -> QuerySet[Silence]:
        """Narrow to those that come again, or do not."""
        return silences.exclude(rule="") if value == "again" else silences.filter(rule="")
