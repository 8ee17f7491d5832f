"""The form of a contact group's digest: whether INFO events come as one message, how often, when, and in which zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from alerts.accounts.zones import UTC, ZoneSelect, zone_choices
from alerts.rules.when import CLOCK
from alerts.rules.words import DAYS
from alerts.subscriptions.models import GroupDigest

if TYPE_CHECKING:
    from alerts.contacts.models import ContactGroup

FIELDS = ("enabled", "every", "weekday", "at", "time_zone")


class DigestForm(forms.Form):
    """A digest. `wanted` gives it as the valid form describes it, not saved yet."""

    enabled = forms.BooleanField(
        label=gettext_lazy("Take INFO events as one message"),
        required=False,
        help_text=gettext_lazy(
            "CRITICAL and WARN events are told at once. Alert rules also tell at once whom the digest does not reach."
        ),
    )
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=GroupDigest.Every.choices)
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekday"), choices=DAYS, coerce=int, help_text=gettext_lazy("Of a weekly digest.")
    )
    at = forms.TimeField(
        label=gettext_lazy("Time of day"), input_formats=[CLOCK, "%H:%M:%S"],
        widget=forms.TimeInput(format=CLOCK, attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Write a time such as 09:00.")},
    )  # fmt: skip
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zone_choices, widget=ZoneSelect)

    def __init__(self, data: Any = None, *, group: ContactGroup, digest: GroupDigest | None, zone: str = UTC) -> None:
        shown = digest or GroupDigest(group=group, enabled=False, time_zone=zone)
        super().__init__(data, initial={name: getattr(shown, name) for name in FIELDS})
        self.digest = shown

    def wanted(self) -> GroupDigest:
        """Return the digest."""
        for name in FIELDS:
            setattr(self.digest, name, self.cleaned_data[name])
        return self.digest
