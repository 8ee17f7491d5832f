"""Custom headers of a push channel as rows of name and value. Values are secrets: they never go back into a page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels.webhook import MOST_HEADERS, is_reserved

if TYPE_CHECKING:
    from collections.abc import Mapping

    _FormSet = forms.BaseFormSet["HeaderRow"]
else:
    _FormSet = forms.BaseFormSet

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""RFC 9110, 5.6.2."""
VALUE = re.compile(r"[\x20-\x7e]+")


class HeaderRow(forms.Form):
    """One header. A stored one keeps its value when the value is left empty, and goes when its name is."""

    name = forms.CharField(
        label=gettext_lazy("Header"), required=False, max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "X-Team"}),
    )  # fmt: skip
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=1024,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, stored: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name.lower(): value for name, value in stored.items()}
        self.empty_permitted = False
        if str(self["name"].value() or "").lower() in self.stored:
            self.fields["value"].help_text = _("There is one. Leave empty to keep it; clear the name to remove both.")

    def forget(self) -> None:
        """Show the row as typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()

    def clean_name(self) -> str:
        """Refuse what is no name of a header, or one that is ours to set."""
        name = str(self.cleaned_data["name"] or "")
        if name and not TOKEN.fullmatch(name):
            raise ValidationError(_("Write a header's name such as X-Team: letters, digits and hyphens."), code="name")
        if is_reserved(name):
            raise ValidationError(_("This header is set by KMS Console itself."), code="ours")
        return name

    def clean_value(self) -> str:
        """Refuse what cannot stand in a header."""
        value = str(self.cleaned_data["value"] or "")
        if value and not VALUE.fullmatch(value):
            raise ValidationError(_("Only letters, digits and signs of ASCII may stand in a header."), code="value")
        return value

    def clean(self) -> dict[str, Any]:
        """Ask for the other half of a row that was begun."""
        data = self.cleaned_data
        if data.get("value") and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name of this header."))
        if data.get("name") and not self.kept_value() and "value" not in self.errors:
            self.add_error("value", _("Write the value of this header."))
        return data

    def kept_value(self) -> str:
        """Return the value: what was typed, else what is stored under the name."""
        return self.cleaned_data.get("value") or self.stored.get(self.cleaned_data.get("name", "").lower(), "")


class Headers(_FormSet):
    """The headers, each name once."""

    def forget(self) -> None:
        """Show the rows as typed, without saying what is wrong with them yet."""
        for form in self.forms:
            form.forget()
        self._errors: list[Any] = [form.errors for form in self.forms]
        self._non_form_errors = ErrorList()

    def clean(self) -> None:
        """Say at its row when a name is there twice."""
        seen: set[str] = set()
        for form in self.forms:
            name = form.cleaned_data.get("name", "").lower() if form.is_valid() else ""
            if name in seen:
                form.add_error("name", _("This is there twice."))
            seen |= {name} - {""}

    def as_json(self) -> str:
        """Return the headers of the valid rows as they are stored; empty for none."""
        found = {form.cleaned_data["name"]: form.kept_value() for form in self.forms if form.cleaned_data.get("name")}
        return json.dumps(found) if found else ""


def headers_of(data: Any, stored: Mapping[str, str]) -> Headers:
    """Return the rows of a push channel with these headers stored."""
    made: Any = forms.formset_factory(
        HeaderRow, formset=Headers, extra=0 if stored else 1, max_num=MOST_HEADERS, absolute_max=MOST_HEADERS + 1,
        validate_max=True,
    )  # fmt: skip
    shown = [{"name": name} for name in stored]
    rows: Headers = made(data, prefix="headers", initial=shown, form_kwargs={"stored": stored})
    return rows
