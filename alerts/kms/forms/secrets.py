"""Forms of Resource › Secrets. None of them has a field for a secret's value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.models import Instance, Secret
from alerts.estate.naming import LONGEST_SECRET
from alerts.estate.refusal import Refused
from alerts.estate.secrets import LONGEST_WAIT, SHORTEST_WAIT
from alerts.estate.specs import SUB_TYPES, check_sub_type
from alerts.kms.forms.fields import InRegion, InstanceChoice, days_field, name_field

Type = Secret.Type
MOST_HOURS = 365 * 24
ALL_SUB_TYPES = tuple(dict.fromkeys(each for some in SUB_TYPES.values() for each in some))


class Rotation(forms.Form):
    """How often a managed secret rotates: a number and its unit."""

    rotation_interval = forms.IntegerField(
        label=gettext_lazy("Rotate every"),
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        help_text=gettext_lazy("6 hours to 365 days. Empty: no automatic rotation."),
    )
    rotation_unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[("days", gettext_lazy("days")), ("hours", gettext_lazy("hours"))],
        initial="days",
    )

    def interval(self) -> timedelta | None:
        """Return the interval; None for no automatic rotation."""
        number = self.cleaned_data.get("rotation_interval")
        return timedelta(**{self.cleaned_data["rotation_unit"]: number}) if number else None


def as_typed(interval: timedelta | None) -> dict[str, Any]:
    """Return the initial values of `Rotation` for an interval: in days where it is whole days."""
    if interval is None:
        return {"rotation_unit": "days"}
    hours = round(interval.total_seconds() / 3600)
    days, rest = divmod(hours, 24)
    whole = days and not rest
    return {"rotation_interval": days if whole else hours, "rotation_unit": "days" if whole else "hours"}


class CreateSecret(InRegion, Rotation):
    """A new secret: its name and what kind it is."""

    name = name_field(
        gettext_lazy("Secret name"),
        most=LONGEST_SECRET,
        help_text=gettext_lazy("Letters, digits and _ / + = . @ -, for example prod/db/orders."),
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=Type.choices,
        help_text=gettext_lazy("Generic secrets are kept; all others are managed, and can rotate automatically."),
    )
    sub_type = forms.ChoiceField(
        label=gettext_lazy("Sub-type"),
        choices=[("", gettext_lazy("None")), *((each, each) for each in ALL_SUB_TYPES)],
        required=False,
        help_text=gettext_lazy("Of a managed database account or server."),
    )
    instance = InstanceChoice(
        label=gettext_lazy("Instance"),
        queryset=Instance.objects.none(),
        to_field_name="instance_id",
        required=False,
        empty_label=gettext_lazy("None: shared gateway"),
    )
    field_order = ["name", "instance", "type", "sub_type", "rotation_interval", "rotation_unit"]

    def clean(self) -> dict[str, Any]:
        """Refuse a sub-type that the type does not have."""
        told = self.cleaned_data
        if told.get("type"):
            try:
                check_sub_type(told["type"], told.get("sub_type", ""))
            except Refused as refused:
                self.add_error("sub_type", refused.message)
        return told


class ScheduleSecretDeletion(forms.Form):
    """How long the secret can still be restored."""

    days = days_field(SHORTEST_WAIT, LONGEST_WAIT)


class DeleteSecret(forms.Form):
    """The name, typed once more by who wants to lose it."""

    typed = forms.CharField(
        label=gettext_lazy("Type the name of the secret to confirm"),
        max_length=LONGEST_SECRET,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, name: str) -> None:
        super().__init__(data)
        self.name = name

    def clean_typed(self) -> str:
        """Refuse any other name."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.name:
            raise forms.ValidationError(_("This is not the name of the secret."), code="other")
        return typed
