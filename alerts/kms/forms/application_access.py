"""Forms of Resource › Application Access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.client_keys import LONGEST_POLICY, MOST_POLICIES
from alerts.estate.naming import LONGEST_POINT
from alerts.kms.forms.fields import MomentField, name_field


class CreateAccessPoint(forms.Form):
    """A new access point."""

    name = name_field(
        gettext_lazy("Name"), most=LONGEST_POINT, help_text=gettext_lazy("What signs in, for example aap-checkout.")
    )
    policies = forms.CharField(
        label=gettext_lazy("Permission policies"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("Their names, one a line, at most three."),
    )
    description = forms.CharField(label=gettext_lazy("Description"), max_length=256, required=False)

    def clean_policies(self) -> list[str]:
        """Return the names, each once; refuse what is too long or too much."""
        names = list(dict.fromkeys(line.strip() for line in self.cleaned_data["policies"].splitlines() if line.strip()))
        if len(names) > MOST_POLICIES:
            raise forms.ValidationError(_("An access point has at most three permission policies."), code="many")
        if any(len(name) > LONGEST_POLICY for name in names):
            raise forms.ValidationError(_("The name of a policy has at most 128 characters."), code="long")
        return names


class EndOfValidity(forms.Form):
    """Until when a client key can be used."""

    not_after = MomentField(label=gettext_lazy("Valid until"))

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["not_after"]
        assert isinstance(field, MomentField)
        field.speak()
