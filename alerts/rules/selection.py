"""Which events are meant: the part of a form that alert rules and all else that selects events have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events import catalog
from alerts.rules.fields import Keywords, OneOpen, ResourceRange, Several, SeveralOf, SqlFilter, spot
from alerts.rules.models import ResourceGroup, Selection
from alerts.rules.pattern import ANY

if TYPE_CHECKING:
    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import Seen

SELECTED = (
    "product", "event_types", "levels", "names", "statuses", "keyword_mode", "keywords", "sql_filter", "resource_group",
)  # fmt: skip
OPEN = {"product": "product", "event_types": "event_type", "names": "name", "statuses": "status"}
"""Fields with choices that depend on what the account's events have in them, by the name of those choices."""


class SelectionForm(forms.Form):
    """The clauses of a pattern. Call `offer` before it is shown or read."""

    product = OneOpen(label=gettext_lazy("Product type"), required=False)
    event_types = Several(label=gettext_lazy("Event type"), required=False)
    levels = SeveralOf(
        label=gettext_lazy("Event level"),
        required=False,
        choices=[(ANY, gettext_lazy("All levels")), *((level, level) for level in catalog.LEVELS)],
    )
    names = Several(label=gettext_lazy("Event name"), required=False)
    statuses = Several(label=gettext_lazy("Event status"), required=False)
    keyword_mode = forms.ChoiceField(
        label=gettext_lazy("Keyword filtering"), choices=Selection.Keywords.choices, required=False
    )
    keywords = Keywords(
        label=gettext_lazy("Keywords"), required=False, help_text=gettext_lazy("One in a line, at most 50.")
    )
    sql_filter = SqlFilter(
        label=gettext_lazy("SQL filter"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "Words and comparisons, joined by and, or, not: "
            "level = 'CRITICAL' and content.failureInfo.errorCode like 'Kms:%'"
        ),
    )
    resource_group = ResourceRange(
        ResourceGroup.objects.none(),
        label=gettext_lazy("Resource range"),
        required=False,
        empty_label=gettext_lazy("All resources"),
        error_messages={"invalid_choice": gettext_lazy("There is no such resource group any more: choose another.")},
    )

    def offer(self, account: CloudAccount, seen: Seen) -> None:
        """Offer the account's resource groups, and what its events have in them."""
        groups = ResourceGroup.objects.filter(account=account).order_by("name")
        self.fields["resource_group"].queryset = groups  # type: ignore[attr-defined]
        offered = seen.choices()
        every = {"product": ("", _("All products")), "event_types": (ANY, _("All types")),
                 "names": (ANY, _("All events")), "statuses": (ANY, _("All statuses"))}  # fmt: skip
        for field, source in OPEN.items():
            if field not in self.fields:  # who selects by less has less
                continue
            choices = [every[field], *offered[source]]
            chosen = self[field].value() or []
            known = {str(value) for value, _label in choices}
            asked = [chosen] if isinstance(chosen, str) else chosen
            self.fields[field].choices = [*choices, *((each, each) for each in asked if each not in known)]  # type: ignore[attr-defined]

    def filter_spot(self) -> tuple[str, str, str] | None:
        """Return the place of the mistake in the SQL filter: what is before it, the character, what is after it."""
        for error in self.errors.as_data().get("sql_filter", ()):
            if error.code == "expression" and error.params:
                return spot(str(self["sql_filter"].value()), int(error.params["position"]))
        return None
