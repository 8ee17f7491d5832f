"""Custom notification methods: by which channel people are told of which levels, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.subscriptions.reach import PEOPLE, WAYS_OF_PHONE, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Check = Callable[[str, str], "Iterator[tuple[str, str]]"]

LEVELS = ("CRITICAL", "WARN", "INFO")
LONGEST = 8_000


def usual_levels(channel: str) -> list[str]:
    """Return the levels of which a channel tells unless told otherwise."""
    kind = "phone" if channel in WAYS_OF_PHONE else channel
    return [level for level in LEVELS if channel in ways_of(kind, level=level, methods={})]


class MethodForm(forms.Form):
    """One channel: its levels, and a subject and a text instead of the account's. `there` tells that it was shown."""

    there = forms.BooleanField(required=False, widget=forms.HiddenInput, initial=True)
    levels = forms.MultipleChoiceField(
        label=gettext_lazy("Event level"),
        required=False,
        choices=[(level, level) for level in LEVELS],
        widget=forms.CheckboxSelectMultiple,
    )
    subject = forms.CharField(
        label=gettext_lazy("Subject"), required=False, max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    body = forms.CharField(
        label=gettext_lazy("Notification template"), required=False, max_length=LONGEST, strip=False,
        help_text=gettext_lazy("Liquid, as in Message Texts. Empty: the usual text."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}),
    )  # fmt: skip

    def __init__(self, data: Any, *, channel: str, stored: Mapping[str, Any], check: Check | None) -> None:
        shown = {"levels": usual_levels(channel), **stored, "there": True}
        mentioned = data is not None and f"methods-{channel}-there" in data
        super().__init__(data if mentioned else None, prefix=f"methods-{channel}", initial=shown)
        self.channel, self.stored, self.check = channel, dict(stored), check
        if channel in WAYS_OF_PHONE:
            del self.fields["subject"]

    @property
    def label(self) -> str:
        """The channel's name."""
        return _(BY_KIND[self.channel].label)

    @property
    def own(self) -> bool:
        """Whether something else than usual is stored, or was typed."""
        return bool(self.stored) or (self.is_bound and (not self.is_valid() or bool(self.wanted())))

    @property
    def said(self) -> str:
        """What the channel does, in few words."""
        levels = self["levels"].value() or []
        texts = _("own text") if self["body"].value() else ""
        return ", ".join(filter(None, [*levels, texts])) or _("never")

    def clean(self) -> dict[str, Any]:
        """Say what is wrong with a text of its own, at its field."""
        data = self.cleaned_data
        if self.check and data.get("body") and not self.errors:
            for field, sentence in self.check(data.get("subject", ""), data["body"]):
                self.add_error(field if field in self.fields else "body", sentence)
        if data.get("subject") and not data.get("body") and "body" not in self.errors:
            self.add_error("body", _("Write the text to this subject, or leave both empty."))
        return data

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict() if self.is_bound else None

    def wanted(self) -> dict[str, Any]:
        """Return what is to be stored; nothing where everything is as usual."""
        if not self.is_bound:
            return self.stored
        data = self.cleaned_data
        levels = [level for level in LEVELS if level in data["levels"]]
        texts = {name: data.get(name, "").replace("\r\n", "\n") for name in ("subject", "body")}
        return {} if levels == usual_levels(self.channel) and not any(texts.values()) else {"levels": levels, **texts}


class Methods:
    """The methods of a policy: one form for each channel by which contacts are told."""

    def __init__(self, data: Any, *, stored: Mapping[str, Any], check: Check | None = None) -> None:
        self.forms = [MethodForm(data, channel=each, stored=stored.get(each, {}), check=check) for each in PEOPLE]

    def is_valid(self) -> bool:
        """Tell whether each is valid, or was not shown."""
        checked = [not form.is_bound or form.is_valid() for form in self.forms]
        return all(checked)

    def wanted(self) -> dict[str, Any]:
        """Return what is to be stored."""
        return {form.channel: wanted for form in self.forms if (wanted := form.wanted())}

    def replaces(self, stored: Mapping[str, Any]) -> None:
        """Forget what is stored of the channels that were not shown, and take these instead."""
        for form in self.forms:
            form.stored = dict(stored.get(form.channel, {}))

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        for form in self.forms:
            form.forget()

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong."""
        for form in self.forms:
            if form.is_bound:
                for bound in form:
                    label = f"{form.label}: {bound.label}"
                    yield from ((bound.id_for_label, label, str(error)) for error in bound.errors)
