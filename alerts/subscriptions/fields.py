"""The fields of policies that rules do not have: a length of time, and words that are separated by commas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.rules.fields import Keywords
from alerts.subscriptions.models.policy import SPAN
from alerts.subscriptions.spans import MINUTE, UNITS, span_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

MOST_DIGITS = 7
COMMAS = re.compile(r"[,，]")


class SpanWidget(forms.MultiWidget):
    """A number beside its unit; the field's label is that of the number."""

    use_fieldset = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = forms.NumberInput(attrs={"min": 0, "inputmode": "numeric", "autocomplete": "off"})
        unit = forms.Select(choices=UNITS, attrs={"aria-label": gettext_lazy("Unit")})
        super().__init__((number, unit), attrs)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return both controls in one line."""
        return format_html('<span class="span">{}</span>', super().render(name, value, attrs, renderer))

    def id_for_label(self, id_: str) -> str:
        """Return the id of the number."""
        return f"{id_}_0" if id_ else ""

    def decompress(self, value: Any) -> list[Any]:
        """Return seconds as the number of the largest unit that divides them."""
        if not isinstance(value, int):
            return [None, MINUTE]
        size = next((size for size, _label in reversed(UNITS) if value and value % size == 0), MINUTE)
        return [value // size, size]


class Span(forms.MultiValueField):
    """A length of time in seconds, from `least` to a week."""

    widget = SpanWidget

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        self.least = least
        said = gettext_lazy("Write a whole number.")
        number = forms.IntegerField(min_value=0, max_value=10**MOST_DIGITS, error_messages={"invalid": said})
        unit = forms.TypedChoiceField(choices=UNITS, coerce=int, empty_value=str(MINUTE))
        missing = {"required": gettext_lazy("Write how long."), "incomplete": gettext_lazy("Write how long.")}
        super().__init__((number, unit), error_messages=missing, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> int | None:
        """Return the seconds. Raises ValidationError outside of what is allowed."""
        if not data_list or data_list[0] is None:
            return None
        seconds = int(data_list[0]) * int(data_list[1])
        if not self.least <= seconds <= SPAN:
            said = _("This must be from %(least)s to %(most)s.")
            raise ValidationError(said % {"least": span_in_words(self.least), "most": span_in_words(SPAN)}, code="span")
        return seconds


class CommaWords(Keywords):
    """Words, separated by commas; lines separate as well."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})  # type: ignore[assignment]

    def prepare_value(self, value: Any) -> Any:
        """Show a list as it is typed."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the words in the order in which they stand, each once."""
        return super().to_python(COMMAS.sub("\n", str(value or "")))
