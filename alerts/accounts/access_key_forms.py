"""The form of an access key: the one parser of what is typed about it, in the page and on the command line."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role

if TYPE_CHECKING:
    from alerts.accounts.models import AccessKey

MOST_LINES = 50
PATTERN = re.compile(r"\*|(?:kms|cms):[A-Za-z*?]{1,100}")
REGION = re.compile(r"[a-z]{2}(?:-[a-z0-9]+)+")
PLAIN = {"autocomplete": "off", "spellcheck": "false"}
ROLES = (
    (Role.VIEWER, gettext_lazy("Viewer – only reads")),
    (Role.OPERATOR, gettext_lazy("Operator – also changes resources, alert rules and contacts")),
    (Role.ADMINISTRATOR, gettext_lazy("Administrator – also reads addresses and URLs in full")),
)


class Lines(forms.CharField):
    """Several texts, one in a line, each once."""

    widget = forms.Textarea(attrs={**PLAIN, "rows": 3, "class": "mono"})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        found = list(dict.fromkeys(super().clean(value).split()))
        if len(found) > MOST_LINES:
            raise ValidationError(_("At most %(most)s lines.") % {"most": MOST_LINES})
        return found


class AccessKeyForm(forms.Form):
    """What an access key is for, and what it may do, from where and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=64, help_text=gettext_lazy("What uses it, such as “Terraform”.")
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, widget=forms.RadioSelect, initial=Role.VIEWER)
    actions = Lines(
        label=gettext_lazy("Allowed actions"),
        required=False,
        help_text=gettext_lazy("One in a line, such as cms:Describe* or kms:ListKeys. Empty: all that the role may."),
    )
    networks = Lines(
        label=gettext_lazy("Source networks"),
        required=False,
        help_text=gettext_lazy("One in a line, such as 10.0.0.0/8 or one address. Empty: from anywhere."),
    )
    region = forms.RegexField(
        rf"\A{REGION.pattern}\Z",
        label=gettext_lazy("Default region"),
        initial="cn-hangzhou",
        max_length=64,
        help_text=gettext_lazy("Where a call is meant that names no region: the newer SDKs never name one."),
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"invalid": gettext_lazy("This is no region: write one such as cn-hangzhou.")},
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Expires"),
        required=False,
        help_text=gettext_lazy("Empty: never. In your time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: Any = None, *, now: datetime, key: AccessKey | None = None) -> None:
        super().__init__(data, initial=initial_of(key) if key else {})
        self.now = now

    def clean_actions(self) -> list[str]:
        """Refuse what is no pattern of an action."""
        for each in self.cleaned_data["actions"]:
            if not PATTERN.fullmatch(each):
                said = _("“%(action)s” is no action: write one such as cms:Describe* or kms:ListKeys.")
                raise ValidationError(said % {"action": each[:60]})
        return list(self.cleaned_data["actions"])

    def clean_networks(self) -> list[str]:
        """Refuse what is no network."""
        try:
            return [str(ipaddress.ip_network(each, strict=False)) for each in self.cleaned_data["networks"]]
        except ValueError:
            raise ValidationError(_("Write networks such as 10.0.0.0/8, or single addresses.")) from None

    def clean_expires_at(self) -> datetime | None:
        """Refuse an end that is over already."""
        ends: datetime | None = self.cleaned_data.get("expires_at")
        if ends and ends <= self.now:
            raise ValidationError(_("This moment is over: choose one that is still to come, or none."))
        return ends


def initial_of(key: AccessKey) -> dict[str, Any]:
    """Return what the form shows of a stored key; never its secret."""
    return {name: getattr(key, name) for name in AccessKeyForm.base_fields}
