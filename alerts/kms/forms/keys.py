"""Forms of Resource › Keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.keys import LONGEST_WAIT, SHORTEST_WAIT
from alerts.estate.models import Instance
from alerts.kms.forms.fields import InRegion, InstanceChoice, days_field

ALIAS = RegexValidator(r"^[A-Za-z0-9_/-]+\Z", gettext_lazy("Use letters, digits and _ / - only."))
PREFIX = "alias/"
ENCRYPT, SIGN = "ENCRYPT/DECRYPT", "SIGN/VERIFY"
SPECS: dict[str, tuple[str, ...]] = {
    "Aliyun_AES_256": (ENCRYPT,),
    "Aliyun_AES_192": (ENCRYPT,),
    "Aliyun_AES_128": (ENCRYPT,),
    "Aliyun_SM4": (ENCRYPT,),
    "RSA_2048": (ENCRYPT, SIGN),
    "RSA_3072": (ENCRYPT, SIGN),
    "RSA_4096": (ENCRYPT, SIGN),
    "EC_P256": (SIGN,),
    "EC_P256K": (SIGN,),
    "EC_SM2": (ENCRYPT, SIGN),
}
"""Key specs, and what a key of each can be used for. Source: CreateKey."""


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
        alias = self.cleaned_data["alias"].removeprefix(PREFIX)
        return PREFIX + alias if alias else ""

    def clean(self) -> dict[str, Any]:
        """Refuse a usage that keys of this spec do not have."""
        told = self.cleaned_data
        allowed = SPECS.get(told.get("spec", ""), ())
        if allowed and told.get("usage") and told["usage"] not in allowed:
            known = {"spec": told["spec"], "usage": allowed[0]}
            self.add_error("usage", _("A key of the spec %(spec)s can only be used for %(usage)s.") % known)
        return told


class ScheduleKeyDeletion(forms.Form):
    """How long the key waits."""

    days = days_field(SHORTEST_WAIT, LONGEST_WAIT)
