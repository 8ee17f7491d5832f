"""The panel Create/Modify Event-triggered Alert Rule: the one parser of what is written to a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events import catalog
from alerts.events.forms import OpenChoice
from alerts.rules.models import DEFAULT_MUTE, MUTE_CHOICES, AlertRule, RuleTarget
from alerts.rules.targets import GroupRow, UrlRow, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import Seen

MOST_ENTRIES = 50
KEYWORD_LENGTH = 256
FIELDS = ("product", "event_types", "levels", "names", "keyword_mode", "keywords", "mute_for")


class Several(OpenChoice):
    """Several choices, at most fifty."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        """Refuse more entries than a pattern may have."""
        super().validate(value)
        refuse_too_many(value)


class OneOpen(forms.ChoiceField):
    """One choice, where one that is not offered is allowed too."""

    def valid_value(self, value: Any) -> bool:
        """Accept any text of a sane length that the database can hold."""
        return len(str(value)) <= 64 and "\0" not in str(value)


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


def refuse_too_many(entries: Sequence[str]) -> None:
    """Raise ValidationError above fifty entries."""
    if len(entries) > MOST_ENTRIES:
        raise ValidationError(
            _("At most %(limit)s entries are allowed; these are %(count)s.")
            % {"limit": MOST_ENTRIES, "count": len(entries)}
        )


class AlertRuleForm(forms.Form):
    """A rule and where it goes. `groups` and `urls` are the rows of targets; they are valid or not with the form."""

    name = forms.CharField(
        label=gettext_lazy("Alert rule name"),
        max_length=128,
        validators=AlertRule._meta.get_field("name").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    product = OneOpen(label=gettext_lazy("Product type"), required=False)
    event_types = Several(label=gettext_lazy("Event type"), required=False)
    levels = forms.MultipleChoiceField(
        label=gettext_lazy("Event level"),
        required=False,
        choices=[(level, level) for level in catalog.LEVELS],
        widget=forms.CheckboxSelectMultiple,
    )
    names = Several(label=gettext_lazy("Event name"), required=False)
    keyword_mode = forms.ChoiceField(
        label=gettext_lazy("Keyword filtering"), choices=AlertRule.Keywords.choices, required=False
    )
    keywords = Keywords(
        label=gettext_lazy("Keywords"), required=False, help_text=gettext_lazy("One in a line, at most 50.")
    )
    mute_for = forms.TypedChoiceField(
        label=gettext_lazy("Mute for"),
        coerce=int,
        choices=MUTE_CHOICES,
        initial=DEFAULT_MUTE,
        help_text=gettext_lazy("The same event on the same resource is not told again inside this period."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        account: CloudAccount,
        seen: Seen,
        rule: AlertRule | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        # Its ids are its own: the panel opens over a search, which has fields of the same names.
        initial = {**(initial or {}), **(initial_of(rule) if rule else {})}
        super().__init__(data, initial=initial, auto_id="id_rule_%s")
        self.account, self.rule = account, rule
        self._offer(seen)
        targets = list(rule.targets.order_by("pk")) if rule else []
        self.groups = self._group_rows(data, targets)
        self.urls = self._url_rows(data, targets)

    def _offer(self, seen: Seen) -> None:
        offered = seen.choices()
        every = [("", _("All products")), *offered["product"]]
        for field, choices in (("product", every), ("event_types", offered["event_type"]), ("names", offered["name"])):
            chosen = self[field].value() or []
            known = {str(value) for value, _label in choices}
            asked = [chosen] if isinstance(chosen, str) else chosen
            self.fields[field].choices = [*choices, *((each, each) for each in asked if each not in known)]  # type: ignore[attr-defined]

    def _group_rows(self, data: Any, targets: Sequence[RuleTarget]) -> Any:
        stored = [{"group": t.group_id, "method": t.method} for t in targets if t.kind == RuleTarget.Kind.CONTACT_GROUP]
        rows = stored or self.initial.get("groups", [])
        formset = rows_of(GroupRow, extra=0 if rows else 1)
        return formset(data, prefix="groups", initial=rows, form_kwargs={"account": self.account})

    def _url_rows(self, data: Any, targets: Sequence[RuleTarget]) -> Any:
        known = {t.pk: t for t in targets if t.kind == RuleTarget.Kind.WEBHOOK}
        rows = [{"stored": pk, "http_method": target.fields.get("method", "POST")} for pk, target in known.items()]
        formset = rows_of(UrlRow, extra=0 if rows else 1)
        return formset(data, prefix="urls", initial=rows, form_kwargs={"known": known})

    def is_valid(self) -> bool:
        """Tell whether the form and every row are valid."""
        return all([super().is_valid(), self.groups.is_valid(), self.urls.is_valid()])

    def clean_name(self) -> str:
        """Refuse a name that another rule of the account has."""
        name = str(self.cleaned_data["name"])
        others = AlertRule.objects.saved().filter(account=self.account, name=name)
        if (others.exclude(pk=self.rule.pk) if self.rule else others).exists():
            raise ValidationError(_("There is an alert rule of this name already."), code="unique")
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for at least one way of notifying, unless a row is wrong, which says enough."""
        if self.groups.is_valid() and self.urls.is_valid() and not self.targets():
            self.add_error(None, _("Choose at least one way of notifying: a contact group or a URL."))
        return self.cleaned_data

    def targets(self) -> list[RuleTarget]:
        """Return where the rule's notifications are to go."""
        return [*self.groups.targets(), *self.urls.targets()]

    def wanted(self) -> AlertRule:
        """Return the rule as the valid form describes it, not saved yet."""
        rule = self.rule or AlertRule(account=self.account)
        for field in ("name", *FIELDS):
            setattr(rule, field, self.cleaned_data[field])
        rule.keyword_mode = rule.keyword_mode or AlertRule.Keywords.ANY
        return rule

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()
        for rows in (self.groups, self.urls):
            rows.forget()

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for bound in self:
            yield from ((bound.id_for_label, str(bound.label), str(error)) for error in bound.errors)
        yield from (("", "", str(error)) for error in self.non_field_errors())
        for rows in (self.groups, self.urls):
            yield from (("", "", str(error)) for error in rows.non_form_errors())
            for number, row in enumerate(rows.forms, start=1):
                for bound in row:
                    yield from ((bound.id_for_label, f"{bound.label} {number}", str(error)) for error in bound.errors)


def initial_of(rule: AlertRule) -> dict[str, Any]:
    """Return what the form shows of a stored rule."""
    return {"name": rule.name, **{field: getattr(rule, field) for field in FIELDS}}
