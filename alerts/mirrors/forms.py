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
from alerts.mirrors.models import Reads, Source

MOST_REGIONS = 30
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
        ENDPOINT.pattern + r"\Z", label=gettext_lazy("Endpoint"), required=False, max_length=255,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("Host and port of another console in place of the cloud; empty: the cloud's own."),
    )  # fmt: skip

    def clean_regions(self) -> list[str]:
        """Return the regions; each must look like one."""
        regions: list[str] = self.cleaned_data["regions"]
        wrong = next((each for each in regions if not REGION.fullmatch(each)), None)
        if wrong is not None or len(regions) > MOST_REGIONS:
            text = _("“%(wrong)s” is no region: write one such as cn-hangzhou.")
            raise ValidationError(text % {"wrong": wrong} if wrong else _("At most 30 regions."))
        return regions

    def clean_every(self) -> timedelta:
        """Return how often as a duration."""
        return timedelta(minutes=self.cleaned_data["every"])

    @property
    def given(self) -> dict[str, Any]:
        """Return what `connect` takes."""
        return dict(self.cleaned_data)
