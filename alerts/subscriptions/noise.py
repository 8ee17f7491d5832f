"""Merge and denoise: the part of a policy's form that says what goes together, and how often it is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.subscriptions.fields import Span
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.words import DIMENSION_NAMES

DENOISE = SubscriptionPolicy.Denoise
NOISE = (
    "merge_by", "denoise", "denoise_count", "denoise_period", "denoise_mute", "group_wait", "group_interval",
    "repeat_interval", "repeat_most",
)  # fmt: skip
UNUSED = {DENOISE.COUNT: (), DENOISE.DIRECT_MUTED: ("denoise_count", "denoise_period"),
          DENOISE.ALWAYS: ("denoise_count", "denoise_period", "denoise_mute")}  # fmt: skip
"""The fields that an option has no use for."""
SHORTEST_REPEAT = 60


def _number(label: Any, most: int, **kwargs: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": most})
    said = {"invalid": gettext_lazy("Write a whole number.")}
    return forms.IntegerField(label=label, min_value=1, max_value=most, widget=widget, error_messages=said, **kwargs)


class NoiseForm(forms.Form):
    """What goes into one message, and when one is sent."""

    merge_by = forms.MultipleChoiceField(
        label=gettext_lazy("Merge content"),
        required=False,
        choices=list(DIMENSION_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Events that have all of these in common go into one message. Nothing chosen: everything goes together."
        ),
    )
    denoise = forms.ChoiceField(
        label=gettext_lazy("Denoise"), choices=DENOISE.choices, widget=forms.RadioSelect, initial=DENOISE.DIRECT_MUTED,
        error_messages={"required": gettext_lazy("Choose one of the three.")},
    )  # fmt: skip
    denoise_count = _number(gettext_lazy("Tell after so many events"), 1_000, initial=5)
    denoise_period = Span(label=gettext_lazy("Within"), least=1, initial=300)
    denoise_mute = Span(
        label=gettext_lazy("Then mute for"),
        initial=300,
        help_text=gettext_lazy(
            "After a message, the same event on the same resource is not told again inside this time. Other events and "
            "other resources of the same message wait for its end, and are told then. Merge by resource and event if "
            "each is to be told at once."
        ),
    )
    group_wait = Span(
        label=gettext_lazy("Group wait"),
        initial=0,
        help_text=gettext_lazy("How long the first message waits for further events. 0: not at all."),
    )
    group_interval = Span(
        label=gettext_lazy("Group interval"),
        initial=0,
        help_text=gettext_lazy("How long after a message the next one about further events comes at the earliest."),
    )
    repeat_interval = Span(
        label=gettext_lazy("Repeat interval"),
        initial=0,
        help_text=gettext_lazy("Say it again after this time while it lasts and nobody has acknowledged it. 0: never."),
    )
    repeat_most = _number(gettext_lazy("Repeat at most so many times"), 1_000, initial=10)

    def clean(self) -> dict[str, Any]:
        """Leave out what the chosen option has no use for; refuse a repeat that would be a storm."""
        data = super().clean() or self.cleaned_data
        unused = UNUSED.get(DENOISE(data["denoise"]), ()) if data.get("denoise") else ()
        repeat = data.get("repeat_interval")
        if repeat == 0:
            unused = (*unused, "repeat_most")
        elif repeat and repeat < SHORTEST_REPEAT:
            self.add_error("repeat_interval", _("Repeat after one minute at the earliest, or never (0)."))
        self.leave_out(unused)
        if data.get("denoise") == DENOISE.COUNT and "denoise_mute" in data and not data["denoise_mute"]:
            self.add_error("denoise_mute", _("This option mutes after it has told: write for how long."))
        return data

    def leave_out(self, names: tuple[str, ...]) -> None:
        """Take the defaults of these fields, whatever was typed into them."""
        blank = SubscriptionPolicy()
        for name in names:
            self.errors.pop(name, None)
            self.cleaned_data[name] = getattr(blank, name)
