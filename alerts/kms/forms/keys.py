"""Forms of Resource › Keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from alerts.estate import naming
from alerts.estate.keys import LONGEST_WAIT, SHORTEST_WAIT
from alerts.estate.models import Instance
from alerts.estate.refusal import Refused
from alerts.estate.specs import ENCRYPT, SIGN, SPECS, check_spec
from alerts.kms.forms.fields import InRegion, InstanceChoice, days_field

ALIAS = RegexValidator(naming.ALIAS, gettext_lazy("Use letters, digits and _ / - only."))


class CreateKey(InRegion):
    """A new key."""

    alias = forms.CharField(
        label=gettext_lazy("Alias"),
        max_length=249,
        required=False,
        validators=[ALIAS],
        help_text=gettext_lazy("What people call the key, for example orders; it is kept as alias/orders."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    instance = InstanceChoice(
        label=gettext_lazy("Instance"),
        queryset=Instance.objects.none(),
        to_field_name="instance_id",
        required=False,
        empty_label=gettext_lazy("None: shared gateway"),
    )
    spec = forms.ChoiceField(label=gettext_lazy("Key spec"), choices=[(spec, spec) for spec in SPECS])
    usage = forms.ChoiceField(label=gettext_lazy("Usage"), choices=[(ENCRYPT, ENCRYPT), (SIGN, SIGN)])
    deletion_protection = forms.BooleanField(
        label=gettext_lazy("Deletion protection"),
        required=False,
        help_text=gettext_lazy("While it is on, the key cannot be scheduled for deletion."),
    )

    def clean_alias(self) -> str:
        """Return the alias with its prefix."""
        alias = self.cleaned_data["alias"].removeprefix(naming.ALIAS_PREFIX)
        return naming.ALIAS_PREFIX + alias if alias else ""

    def clean(self) -> dict[str, Any]:
        """Refuse a usage that keys of this spec do not have."""
        told = self.cleaned_data
        if told.get("spec") and told.get("usage"):
            try:
                check_spec(told["spec"], told["usage"])
            except Refused as refused:
                self.add_error("usage", refused.message)
        return told


class ScheduleKeyDeletion(forms.Form):
    """How long the key waits."""

    days = days_field(SHORTEST_WAIT, LONGEST_WAIT)
