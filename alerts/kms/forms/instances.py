"""Forms of Resource › Instances."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.estate.models import Instance, Usage
from alerts.kms.forms.fields import name_field, quota_field

QUOTAS = ("qps_quota", "key_quota", "secret_quota", "vpc_quota")
LARGEST_SAMPLE = 1_000_000_000_000


class Quotas(forms.Form):
    """The four quotas."""

    qps_quota = quota_field(
        _("QPS quota"), initial=1000, help_text=_("Requests a second of the instance's dedicated gateway.")
    )
    key_quota = quota_field(_("Key quota"), initial=1000, help_text=_("Counted in key versions."))
    secret_quota = quota_field(
        _("Secret quota"), initial=100, help_text=_("Counted in secrets; with 0 the instance can hold none.")
    )
    vpc_quota = quota_field(
        _("Access management quota"),
        initial=1,
        help_text=_("VPCs with access, plus accounts and folders that the instance is shared with."),
    )

    def quotas(self) -> dict[str, int]:
        """Return the quotas by the names of their columns."""
        return {name: self.cleaned_data[name] for name in QUOTAS}


class CreateInstance(Quotas):
    """A new instance."""

    name = name_field(_("Name"), most=128, help_text=_("Letters, digits and _ / + = . @ -, for example payments-prod."))
    management = forms.ChoiceField(label=_("Type"), choices=Instance.Kind.choices)
    field_order = ["name", "management", *QUOTAS]


class ChangeQuotas(Quotas):
    """Other quotas, and how far usage must fall before a line may fire again."""

    rearm_margin = forms.IntegerField(
        label=_("Re-arm margin in percentage points"),
        min_value=1,
        max_value=50,
        help_text=_("With 5, the 90 % event may fire again once usage fell below 85 %, the 70 % event below 65 %."),
    )


class RecordUsage(forms.Form):
    """One sample of what an instance uses."""

    resource_type = forms.ChoiceField(label=_("Quota"), choices=Usage.Of.choices, widget=forms.RadioSelect)
    used = forms.FloatField(
        label=_("Used"),
        min_value=0,
        max_value=LARGEST_SAMPLE,
        help_text=_("Requests a second for QPS; else a number of keys, secrets, or VPCs and accounts."),
    )

    def clean_used(self) -> float:
        """Return a whole number where it is one."""
        used: float = self.cleaned_data["used"]
        return int(used) if used.is_integer() else used

    def clean(self) -> dict[str, Any]:
        """Refuse half a key: only QPS is measured, the rest is counted."""
        used, of = self.cleaned_data.get("used"), self.cleaned_data.get("resource_type")
        if isinstance(used, float) and of and of != Usage.Of.QPS:
            self.add_error("used", _("Give a whole number: this quota is counted."))
        return self.cleaned_data
