"""The panel Create/Modify Event-triggered Alert Rule: the one parser of what is written to a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.rules.models import DEFAULT_MUTE, MUTE_CHOICES, AlertRule, RuleTarget
from alerts.rules.rows import KINDS, Kind
from alerts.rules.selection import SELECTED, SelectionForm
from alerts.rules.targets import rows_of
from alerts.rules.when import HoursForm
from alerts.rules.words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import Seen
    from alerts.rules.targets import Rows

FIELDS = ("description", *SELECTED, "effective_start", "effective_end", "weekdays", "time_zone", "mute_for")
LONGEST_MUTE = 30 * 24 * 3600


class AlertRuleForm(SelectionForm, HoursForm):
    """A rule and where it goes: `rows` by kind of target, which are valid or not with the form.

    `opened` is the version of the rule that the panel showed, by which a save over a newer one is noticed. Programs
    put a rule first and its targets afterwards: they set `tells_somebody` to False.
    """

    tells_somebody = True

    name = forms.CharField(
        label=gettext_lazy("Alert rule name"),
        max_length=128,
        validators=AlertRule._meta.get_field("name").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mute_for = forms.TypedChoiceField(
        label=gettext_lazy("Mute for"),
        coerce=int,
        choices=MUTE_CHOICES,
        initial=DEFAULT_MUTE,
        help_text=gettext_lazy("The same event on the same resource is not told again inside this period."),
    )
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

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
        self.offer(account, seen)
        self._offer_period(str(self["mute_for"].value()))
        targets = list(rule.targets.order_by("pk")) if rule and rule.pk else []
        self.rows: dict[str, Rows] = {kind.name: self._rows(kind, data, targets) for kind in KINDS}

    def _offer_period(self, asked: str) -> None:
        """Offer a mute period besides the usual ones: programs may say any number of seconds."""
        known = {str(seconds) for seconds, _label in MUTE_CHOICES}
        if asked.isascii() and asked.isdigit() and asked not in known and int(asked[:9]) <= LONGEST_MUTE:
            label = _("%(seconds)s seconds") % {"seconds": asked}
            self.fields["mute_for"].choices = [*MUTE_CHOICES, (int(asked), label)]  # type: ignore[attr-defined]

    def _rows(self, kind: Kind, data: Any, targets: Sequence[RuleTarget]) -> Rows:
        stored = {target.pk: target for target in targets if target.kind == kind.target}
        shown = [kind.row.initial_of(target) for target in stored.values()]
        shown = shown or self.initial.get(kind.name, [])
        formset = rows_of(kind.row, extra=0 if shown else kind.empty)
        mentioned = data is not None and f"{kind.name}-TOTAL_FORMS" in data
        given = {"account": self.account, "known": stored}
        made: Rows = formset(data if mentioned else None, prefix=kind.name, initial=shown, form_kwargs=given)
        made.untouched = () if data is None or mentioned else tuple(stored.values())
        return made

    @property
    def row_kinds(self) -> list[tuple[Kind, Rows]]:
        """The kinds of rows with their rows, in the order of the panel."""
        return [(kind, self.rows[kind.name]) for kind in KINDS]

    @property
    def groups(self) -> Rows:
        """The rows of contact groups."""
        return self.rows["groups"]

    @property
    def urls(self) -> Rows:
        """The rows of URL callbacks."""
        return self.rows["urls"]

    def is_valid(self) -> bool:
        """Tell whether the form and every row are valid."""
        return all([super().is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def clean_name(self) -> str:
        """Refuse a name that another rule of the account has."""
        name = str(self.cleaned_data["name"])
        others = AlertRule.objects.saved().filter(account=self.account, name=name)
        if (others.exclude(pk=self.rule.pk) if self.rule else others).exists():
            raise ValidationError(_("There is an alert rule of this name already."), code="unique")
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for at least one way of notifying, unless a row is wrong, which says enough."""
        data = super().clean()
        if self.tells_somebody and all(rows.is_valid() for rows in self.rows.values()) and not self.targets():
            said = _("Choose at least one way of notifying: a contact group, a URL, a queue, a function or a log.")
            self.add_error(None, said)
        return data

    def targets(self) -> list[RuleTarget]:
        """Return where the rule's notifications are to go."""
        return [target for rows in self.rows.values() for target in rows.targets()]

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
        for rows in self.rows.values():
            rows.forget()

    def hours_said(self) -> str:
        """Return the effective hours in words, empty as long as they are wrong."""
        shown = {field: self[field].value() for field in HoursForm.base_fields}
        form = HoursForm({name: value for name, value in shown.items() if value})
        return in_words(form.hours()) if form.is_valid() else ""

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for name in PANEL:
            yield from ((self[name].id_for_label, str(self[name].label), str(error)) for error in self[name].errors)
        yield from (("", "", str(error)) for error in [*self.non_field_errors(), *self["opened"].errors])
        for rows in self.rows.values():
            yield from (("", "", str(error)) for error in rows.non_form_errors())
            for number, row in enumerate(rows.forms, start=1):
                for bound in row:
                    yield from ((bound.id_for_label, f"{bound.label} {number}", str(error)) for error in bound.errors)


PANEL = ("name", *FIELDS)


def initial_of(rule: AlertRule) -> dict[str, Any]:
    """Return what the form shows of a stored rule."""
    shown = {field: getattr(rule, field) for field in FIELDS}
    return {**shown, "name": rule.name, "resource_group": rule.resource_group_id, "opened": rule.version}
