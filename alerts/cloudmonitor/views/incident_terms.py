"""Event Center › Incidents › Settings: how long an acknowledgement lasts, what is the same again, what flaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.incidents import verbs
from alerts.subscriptions.fields import Span
from alerts.subscriptions.spans import MINUTE
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.incidents.models import IncidentTerms

FIELDS = (
    "acknowledged_for", "critical_acknowledged_for", "reopens_within", "flaps_after", "flaps_within", "calm_for",
)  # fmt: skip
LEAST_ACKNOWLEDGED = 5 * MINUTE
MOST_OPENINGS = 100


class IncidentTermsForm(forms.Form):
    """The terms of an account's incidents. No length is longer than a week."""

    critical_acknowledged_for = Span(
        least=LEAST_ACKNOWLEDGED, label=gettext_lazy("An acknowledgement of CRITICAL lasts"),
        help_text=gettext_lazy("Unless told otherwise. After it messages and escalation start again."),
    )  # fmt: skip
    acknowledged_for = Span(least=LEAST_ACKNOWLEDGED, label=gettext_lazy("An acknowledgement of another level lasts"))
    reopens_within = Span(
        label=gettext_lazy("The same incident again within"),
        help_text=gettext_lazy("An event so soon after the end opens the incident again; later it makes a new one."),
    )
    flaps_after = forms.IntegerField(
        label=gettext_lazy("Flapping: more re-openings than"), min_value=1, max_value=MOST_OPENINGS,
        help_text=gettext_lazy("One notice tells of it, then the incident is quiet until it is calm."),
    )  # fmt: skip
    flaps_within = Span(least=MINUTE, label=gettext_lazy("Flapping: re-openings within"))
    calm_for = Span(
        least=MINUTE, label=gettext_lazy("Calm again after"),
        help_text=gettext_lazy("So long neither opened nor closed."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, terms: IncidentTerms) -> None:
        super().__init__(data, initial={name: getattr(terms, name) for name in FIELDS})
        self.terms = terms

    def wanted(self) -> IncidentTerms:
        """Return the terms as the valid form gives them, not saved yet."""
        for name in FIELDS:
            setattr(self.terms, name, self.cleaned_data[name])
        return self.terms


class IncidentSettings(FormPage):
    """The terms of the account."""

    verb = "incidents.settings"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> IncidentTermsForm:
        """Return the form with what holds now."""
        return IncidentTermsForm(data, terms=verbs.terms_of(self.account))

    def act(self, form: IncidentTermsForm, *, now: datetime) -> str:
        """Store them."""
        before = {name: getattr(form.terms, name) for name in FIELDS}
        terms = form.wanted()
        new = {name: getattr(terms, name) for name in FIELDS}
        changes = [f"{name} {before[name]} → {new[name]}" for name in FIELDS if new[name] != before[name]]
        self.subject, self.changed = ", ".join(changes), bool(changes)
        if changes:
            verbs.set_terms(terms, now=now)
        return reverse("cloudmonitor:incidents")

    def done(self) -> str:
        """Say so."""
        return _("The settings of incidents are stored.") if self.changed else _("Nothing was changed.")

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        back = reverse("cloudmonitor:incidents")
        return {
            "title": _("Settings of incidents"),
            "lead": _(
                "For all incidents of the account, from now on. An acknowledgement that was given keeps its end."
            ),
            "trail": [{"label": _("Incidents"), "url": back}, {"label": _("Settings"), "url": ""}],
            "back": back,
        }
