"""The form of a source: the one parser of what is typed about it, in the page and on the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.access_key_forms import PLAIN, REGION, Lines
from alerts.channels.base import DeliveryError
from alerts.channels.urls import read_url
from alerts.mirrors.models import Reads, Source

MOST_REGIONS = 30
ROLE_ARN = re.compile(r"acs:ram::\d{1,20}:role/[A-Za-z0-9._-]{1,64}")
EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")
SESSION = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
ENDPOINT = re.compile(r"(?:https?://)?[A-Za-z0-9.{}_-]+(?::\d{1,5})?")


class SourceForm(forms.Form):
    """Where an account is read, with which key, what of it, how often, and who tells of happenings."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=64)
    access_key_id = forms.CharField(
        label=gettext_lazy("AccessKey ID"), max_length=128, widget=forms.TextInput(attrs=PLAIN)
    )
    access_key_secret = forms.CharField(
        label=gettext_lazy("AccessKey secret"),
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stored encrypted, and never shown again."),
    )
    role_arn = forms.RegexField(
        rf"\A{ROLE_ARN.pattern}\Z", label=gettext_lazy("Role ARN"), required=False, max_length=255,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "acs:ram::1000000000000001:role/kms-console"}),
        help_text=gettext_lazy("RAM role by which the account is read; the key only assumes it. Empty: the key reads."),
        error_messages={"invalid": gettext_lazy("This is no role: write one such as acs:ram::<account>:role/<name>.")},
    )  # fmt: skip
    external_id = forms.RegexField(
        rf"\A{EXTERNAL_ID.pattern}\Z", label=gettext_lazy("External ID"), required=False, max_length=1224,
        widget=forms.TextInput(attrs=PLAIN), help_text=gettext_lazy("If the role's trust policy asks for one."),
        error_messages={"invalid": gettext_lazy("At least two letters, digits or any of + = , . @ : / _ -")},
    )  # fmt: skip
    role_session = forms.RegexField(
        rf"\A{SESSION.pattern}\Z", label=gettext_lazy("Session name"), required=False, max_length=64,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "kms-console"}),
        help_text=gettext_lazy("By which the account's audit trail names what is read by the role."),
        error_messages={"invalid": gettext_lazy("At least two letters, digits or any of . @ _ -")},
    )  # fmt: skip
    regions = Lines(label=gettext_lazy("Regions"), help_text=gettext_lazy("One in a line, such as cn-hangzhou."))
    reads = forms.MultipleChoiceField(
        label=gettext_lazy("What is read"), choices=Reads.choices, widget=forms.CheckboxSelectMultiple,
        initial=list(Reads.values),
    )  # fmt: skip
    every = forms.IntegerField(
        label=gettext_lazy("How often"), min_value=1, max_value=24 * 60, initial=5, help_text=gettext_lazy("Minutes.")
    )
    calls_per_second = forms.IntegerField(
        label=gettext_lazy("Calls a second"), min_value=1, max_value=50, initial=25,
        help_text=gettext_lazy("The cloud takes 50 a second from the whole account; leave some to others."),
    )  # fmt: skip
    teller = forms.ChoiceField(
        label=gettext_lazy("Who tells"), choices=Source.Teller.choices, required=False, widget=forms.RadioSelect,
        help_text=gettext_lazy("One happening is one event: either the cloud's own, or ours of a difference."),
    )  # fmt: skip
    endpoint = forms.RegexField(
        rf"\A{ENDPOINT.pattern}\Z", label=gettext_lazy("Endpoint"), required=False, max_length=255,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("Host and port of another console in place of the cloud; empty: the cloud's own."),
        error_messages={"invalid": gettext_lazy("This is no endpoint: write it as console.example.com:8000.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, source: Source | None = None) -> None:
        super().__init__(data, initial=initial_of(source) if source else {"teller": Source.Teller.CLOUD})
        self.source = source
        if source:
            # Who tells is a decision of its own, with a moment from which it holds.
            del self.fields["teller"]
            self.fields["endpoint"].help_text = gettext_lazy(
                "Another endpoint is another cloud: it is read from the start, and what it does not have stays here as "
                "it was, as nobody's mirror. Nothing is told as deleted by that."
            )
            secret = self.fields["access_key_secret"]
            secret.required = False
            secret.help_text = gettext_lazy(
                "Empty: as it is stored. Another AccessKey ID or endpoint needs it again: what is stored signs for no "
                "other."
            )

    def clean_regions(self) -> list[str]:
        """Return the regions; each must look like one."""
        regions: list[str] = self.cleaned_data["regions"]
        wrong = next((each for each in regions if not REGION.fullmatch(each)), None)
        if wrong is not None or len(regions) > MOST_REGIONS:
            text = _("“%(wrong)s” is no region: write one such as cn-hangzhou.")
            raise ValidationError(text % {"wrong": wrong} if wrong else _("At most 30 regions."))
        return regions

    def clean_endpoint(self) -> str:
        """Return the endpoint; with any region and product in it, it must be one that can be called."""
        endpoint: str = self.cleaned_data["endpoint"]
        called = endpoint.replace("{region}", "cn-hangzhou").replace("{product}", "kms")
        try:
            if called:
                read_url(called if "://" in called else f"http://{called}")
        except DeliveryError as error:
            raise ValidationError(self.fields["endpoint"].error_messages["invalid"]) from error
        return endpoint

    def clean_every(self) -> timedelta:
        """Return how often as a duration."""
        return timedelta(minutes=self.cleaned_data["every"])

    def clean(self) -> dict[str, Any]:
        """Ask for the secret again wherever it would sign for something that it was not typed for."""
        found = super().clean() or {}
        if self.source and not found.get("access_key_secret"):
            changed = [name for name in ("access_key_id", "endpoint") if found.get(name) != getattr(self.source, name)]
            if changed and "access_key_secret" not in self.errors:
                said = _("Type the secret of this key: what is stored signs for no other key and no other place.")
                self.add_error("access_key_secret", said)
        return found

    @property
    def given(self) -> dict[str, Any]:
        """Return what `connect` takes."""
        return dict(self.cleaned_data)


def initial_of(source: Source) -> dict[str, Any]:
    """Return what the form shows of a stored source; never its secret."""
    plain = set(SourceForm.base_fields) - {"access_key_secret", "every", "teller"}
    return {**{name: getattr(source, name) for name in plain}, "every": int(source.every.total_seconds() // 60)}
