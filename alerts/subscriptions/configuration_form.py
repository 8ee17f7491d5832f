"""The form of a notification configuration: who is told, the steps of the escalation as rows, repeat and recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.contacts.models import ContactGroup
from alerts.rules.targets import GroupChoice
from alerts.subscriptions.models import EscalationStep, NotificationConfiguration
from alerts.subscriptions.models.configuration import LONGEST_STEP, MOST_ROUNDS, MOST_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.accounts.models import CloudAccount

    _FormSet = forms.BaseFormSet["StepRow"]
else:
    _FormSet = forms.BaseFormSet

MODE = NotificationConfiguration.Mode
BY_LEVEL = ("critical_group", "warn_group", "info_group")
GROUPS = ("group", *BY_LEVEL)
PLAIN = ("name", "description", "mode", *GROUPS, "rounds", "recovery")


def _group(label: Any) -> GroupChoice:
    gone = gettext_lazy("There is no such contact group any more: choose another.")
    return GroupChoice(
        ContactGroup.objects.none(),
        label=label,
        required=False,
        empty_label="–",
        error_messages={"invalid_choice": gone},
    )


def _offer(form: forms.Form, account: CloudAccount, *names: str) -> None:
    groups = ContactGroup.objects.filter(account=account).annotate(reached=Count("contacts")).order_by("name")
    for name in names:
        form.fields[name].queryset = groups  # type: ignore[attr-defined]


class StepRow(forms.Form):
    """One step: so many minutes after the one before, this group is told. An empty row is none."""

    after = forms.IntegerField(
        label=gettext_lazy("After (minutes)"), required=False, min_value=1, max_value=LONGEST_STEP,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": LONGEST_STEP}),
        error_messages={"invalid": gettext_lazy("Write a whole number.")},
    )  # fmt: skip
    group = _group(gettext_lazy("Contact group"))

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Else a row that is just as it was stored would count as one that nobody filled in.
        self.empty_permitted = False
        _offer(self, account, "group")

    def forget(self) -> None:
        """Show the row as typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        """Ask for the other half of a row that was begun."""
        data = self.cleaned_data
        if data.get("after") and not data.get("group") and "group" not in self.errors:
            self.add_error("group", _("Choose who is told then."))
        if data.get("group") and not data.get("after") and "after" not in self.errors:
            self.add_error("after", _("Write after how many minutes."))
        return data

    def step(self) -> EscalationStep | None:
        """Return the step of a valid row, None for an empty one."""
        after, group = self.cleaned_data.get("after"), self.cleaned_data.get("group")
        return EscalationStep(after=after, group=group) if after and group else None


class Steps(_FormSet):
    """The steps in their order."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": gettext_lazy("An escalation has at most %(num)d steps."),
    }

    def forget(self) -> None:
        """Show the rows as typed, without saying what is wrong with them yet."""
        for form in self.forms:
            form.forget()
        self._errors: list[Any] = [form.errors for form in self.forms]
        self._non_form_errors = ErrorList()

    def steps(self) -> list[EscalationStep]:
        """Return what the valid rows describe."""
        found = [form.step() for form in self.forms]
        return [step for step in found if step]


def _steps_of(extra: int) -> Any:
    return forms.formset_factory(
        StepRow, formset=Steps, extra=extra, max_num=MOST_STEPS, absolute_max=MOST_STEPS + 1, validate_max=True
    )


class ConfigurationForm(forms.Form):
    """A notification configuration; `steps` are its rows, which are valid or not with the form.

    `opened` is the version that the page showed, by which a save over a newer one is noticed.
    """

    name = forms.CharField(
        label=gettext_lazy("Configuration name"), max_length=128, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=gettext_lazy("Notification settings"), choices=MODE.choices, initial=MODE.DIRECT, widget=forms.RadioSelect
    )
    group = _group(gettext_lazy("Contact group"))
    critical_group = _group(gettext_lazy("Contact group of CRITICAL events"))
    warn_group = _group(gettext_lazy("Contact group of WARN events"))
    info_group = _group(gettext_lazy("Contact group of INFO events"))
    rounds = forms.IntegerField(
        label=gettext_lazy("Rounds of escalation"), min_value=1, max_value=MOST_ROUNDS, initial=1,
        help_text=gettext_lazy("How many times the steps are gone through while nobody acknowledges. 1: once."),
        error_messages={"invalid": gettext_lazy("Write a whole number.")},
    )  # fmt: skip
    recovery = forms.BooleanField(
        label=gettext_lazy("Tell everybody who was told when it is over"), required=False, initial=True
    )
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, account: CloudAccount, configuration: NotificationConfiguration | None = None
    ) -> None:
        super().__init__(data, initial=initial_of(configuration) if configuration else {})
        self.account, self.configuration = account, configuration
        _offer(self, account, *GROUPS)
        stored = list(configuration.steps.order_by("number")) if configuration and configuration.pk else []
        shown = [{"after": step.after, "group": step.group_id} for step in stored]
        made = _steps_of(0 if shown else 1)
        self.steps: Steps = made(data, prefix="steps", initial=shown, form_kwargs={"account": account})

    def is_valid(self) -> bool:
        """Tell whether the form and every step are valid."""
        return all([super().is_valid(), self.steps.is_valid()])

    def clean_name(self) -> str:
        """Refuse a name that another configuration of the account has, or one that the database cannot hold."""
        name = str(self.cleaned_data["name"])
        others = NotificationConfiguration.objects.filter(account=self.account, name=name)
        if (others.exclude(pk=self.configuration.pk) if self.configuration else others).exists():
            raise ValidationError(_("There is a notification configuration of this name already."), code="unique")
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for the group that the chosen way needs, and leave out those of the other way."""
        data = self.cleaned_data
        mode = data.get("mode")
        for name in BY_LEVEL if mode == MODE.DIRECT else ("group",):
            self.errors.pop(name, None)
            data[name] = None
        if mode == MODE.DIRECT and not data.get("group") and "group" not in self.errors:
            self.add_error("group", _("Choose the contact group that is told."))
        if mode == MODE.BY_LEVEL and not any(data.get(name) or name in self.errors for name in BY_LEVEL):
            self.add_error("critical_group", _("Choose a contact group for one level at least."))
        if data.get("rounds", 1) > 1 and self.steps.is_valid() and not self.steps.steps():
            self.add_error("rounds", _("There is no step that could be repeated: add one, or write 1."))
        return data

    def wanted(self) -> NotificationConfiguration:
        """Return the configuration as the valid form describes it, not saved yet; its steps stand in `steps`."""
        configuration = self.configuration or NotificationConfiguration(account=self.account)
        for field in PLAIN:
            setattr(configuration, field, self.cleaned_data[field])
        return configuration

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()
        self.steps.forget()

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for bound in self.visible_fields():
            yield from ((bound.id_for_label, str(bound.label or ""), str(error)) for error in bound.errors)
        others = [*self.non_field_errors(), *self["opened"].errors, *self.steps.non_form_errors()]
        yield from (("", "", str(error)) for error in others)
        for number, row in enumerate(self.steps.forms, start=1):
            for bound in row:
                label = _("Step %(number)s, %(field)s") % {"number": number, "field": bound.label}
                yield from ((bound.id_for_label, label, str(error)) for error in bound.errors)


def initial_of(configuration: NotificationConfiguration) -> dict[str, Any]:
    """Return what the form shows of a stored configuration."""
    shown = {name: getattr(configuration, name) for name in PLAIN if name not in GROUPS}
    chosen = {name: getattr(configuration, f"{name}_id") for name in GROUPS}
    return {**shown, **chosen, "opened": configuration.version}
