"""The fields of the alert rule panel that Django does not have: open choices, lists of words, the SQL filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alerts.events.forms import OpenChoice
from alerts.events.language import ExpressionError, parse
from alerts.rules.models import ResourceGroup
from alerts.rules.pattern import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    _GroupField = forms.ModelChoiceField[ResourceGroup]
else:
    _GroupField = forms.ModelChoiceField

MOST_ENTRIES = 50
KEYWORD_LENGTH = 256


def refuse_too_many(entries: Sequence[str]) -> None:
    """Raise ValidationError above fifty entries."""
    if len(entries) > MOST_ENTRIES:
        raise ValidationError(
            _("At most %(limit)s entries are allowed; these are %(count)s.")
            % {"limit": MOST_ENTRIES, "count": len(entries)}
        )


def some_or_all(values: Sequence[str]) -> list[str]:
    """Return the chosen values, none for all. Raises ValidationError when all and some are chosen at once."""
    if ANY in values and len(values) > 1:
        raise ValidationError(_("All and some of them are marked: take one of both away."), code="all")
    return [value for value in values if value != ANY]


class Several(OpenChoice):
    """Several choices, at most fifty; `*` is all, which is an empty list."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        """Refuse more entries than a pattern may have."""
        super().validate(value)
        refuse_too_many(value)

    def clean(self, value: Any) -> list[str]:
        """Return the chosen values."""
        return some_or_all(super().clean(value))


class SeveralOf(forms.MultipleChoiceField):
    """Several of the choices that are offered; `*` is all, which is an empty list."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        """Return the chosen values."""
        return some_or_all(super().clean(value))


class OneOpen(forms.ChoiceField):
    """One choice, where one that is not offered is allowed too; `*` is all, which is empty."""

    def valid_value(self, value: Any) -> bool:
        """Accept any text of a sane length that the database can hold."""
        return len(str(value)) <= 64 and "\0" not in str(value)

    def clean(self, value: Any) -> str:
        """Return the choice."""
        chosen = str(super().clean(value))
        return "" if chosen == ANY else chosen


class Keywords(forms.CharField):
    """Keywords, one in a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the words in the order in which they stand, each once."""
        text = str(value or "")
        validators.ProhibitNullCharactersValidator()(text)  # the field's own would look for it in the list of words
        lines = (line.strip() for line in text.splitlines())
        words = list(dict.fromkeys(line for line in lines if line))
        refuse_too_many(words)
        for word in words:
            if len(word) > KEYWORD_LENGTH:
                raise ValidationError(
                    _("“%(start)s…” is longer than %(limit)s characters.")
                    % {"start": word[:20], "limit": KEYWORD_LENGTH}
                )
        return words


class SqlFilter(forms.CharField):
    """An expression of the filter language of events. What is wrong with it has a place: see `spot`."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off", "class": "mono"})

    def to_python(self, value: Any) -> str:
        """Return the text with one kind of line ends, so that places are those that a person counts."""
        return str(super().to_python("\n".join(str(value or "").splitlines())))

    def clean(self, value: Any) -> str:
        """Refuse what is no expression; the error's `position` is that of the character, counted from 1."""
        text = str(super().clean(value))
        if text:
            try:
                parse(text)
            except ExpressionError as error:
                raise ValidationError(str(error), code="expression", params={"position": error.position}) from error
        return text


def spot(text: str, position: int) -> tuple[str, str, str]:
    """Return the line that holds a character (counted from 1): what is before it, itself, and what is after it.

    At the end of a text the character is a blank, so that there is something to mark.
    """
    text = "\n".join(text.strip().splitlines())
    index = min(max(position - 1, 0), len(text))
    begin = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    rest = text[index : end if end >= 0 else len(text)]
    return text[begin:index][-80:], rest[:1] or " ", rest[1:80]


class ResourceRange(_GroupField):
    """All resources, or those of a resource group."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the group's name."""
        return str(obj.name)
