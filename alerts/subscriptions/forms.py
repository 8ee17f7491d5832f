"""The page Create/Modify Subscription Policy: the one parser of what is written to a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.rules.selection import SelectionForm
from alerts.rules.when import HoursForm
from alerts.rules.words import in_words
from alerts.subscriptions.fields import CommaWords
from alerts.subscriptions.methods import Methods
from alerts.subscriptions.models import NotificationConfiguration, PushChannel, SubscriptionPolicy
from alerts.subscriptions.noise import NOISE, NoiseForm
from alerts.subscriptions.words import QUOTA_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.accounts.models import CloudAccount
    from alerts.events.filters import Seen
    from alerts.subscriptions.methods import Check

KIND, WORDS = SubscriptionPolicy.Kind, SubscriptionPolicy.Words
SCOPE = (
    "kind", "product", "event_types", "names", "quotas", "levels", "resource_group", "content_mode", "content_words",
    "resource_mode", "resource_words",
)  # fmt: skip
ONLY = {KIND.SYSTEM: ("product", "event_types", "names"), KIND.THRESHOLD: ("quotas",)}
"""The fields that only one subscription type has."""
HOURS = ("effective_start", "effective_end", "weekdays", "time_zone")
FIELDS = ("description", *SCOPE, *NOISE, *HOURS, "configuration")
PANEL = ("name", *FIELDS, "push_channels")


def _mode(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=WORDS.choices, required=False, initial=WORDS.WHITE)


class ScopeForm(forms.Form):
    """What a policy selects by besides what alert rules do."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Subscription type"), choices=KIND.choices, widget=forms.RadioSelect, initial=KIND.SYSTEM,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )  # fmt: skip
    quotas = forms.MultipleChoiceField(
        label=gettext_lazy("Metric"),
        required=False,
        choices=list(QUOTA_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Usage of these quotas against what an instance has. Nothing chosen: all."),
    )
    content_mode = _mode(gettext_lazy("Event content: how"))
    content_words = CommaWords(
        label=gettext_lazy("Event content"),
        required=False,
        help_text=gettext_lazy("Texts that occur in the content of an event, separated by commas."),
    )
    resource_mode = _mode(gettext_lazy("Event resource: how"))
    resource_words = CommaWords(
        label=gettext_lazy("Event resource"),
        required=False,
        help_text=gettext_lazy("Texts that occur in the ID of the resource, separated by commas."),
    )

    def clean(self) -> dict[str, Any]:
        """Leave out what the other subscription type has."""
        data = super().clean() or self.cleaned_data
        if data.get("kind"):
            for name in ONLY[KIND.THRESHOLD if data["kind"] == KIND.SYSTEM else KIND.SYSTEM]:
                self.errors.pop(name, None)
                data[name] = getattr(SubscriptionPolicy(), name)
        for name in ("content_mode", "resource_mode"):
            data[name] = data.get(name) or WORDS.WHITE
        return data


class PolicyForm(SelectionForm, NoiseForm, ScopeForm, HoursForm):
    """A subscription policy; `methods` are its notification methods, which are valid or not with the form.

    `opened` is the version that the page showed, by which a save over a newer one is noticed. `check` says what is
    wrong with a text of a notification method: pairs of field (subject, body) and sentence.
    """

    statuses = keyword_mode = keywords = sql_filter = None  # type: ignore[assignment]

    name = forms.CharField(
        label=gettext_lazy("Policy name"),
        max_length=128,
        validators=SubscriptionPolicy._meta.get_field("name").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    configuration = forms.ModelChoiceField(
        NotificationConfiguration.objects.none(),
        label=gettext_lazy("Notification configuration"),
        required=False,
        empty_label=gettext_lazy("None: no contact is told"),
        error_messages={"invalid_choice": gettext_lazy("There is no such configuration any more: choose another.")},
    )
    push_channels = forms.ModelMultipleChoiceField(
        PushChannel.objects.none(),
        label=gettext_lazy("Push channel"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("One of these push channels is deleted: choose again.")},
    )
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, account: CloudAccount, seen: Seen, policy: SubscriptionPolicy | None = None,
        initial: Mapping[str, Any] | None = None, check: Check | None = None,
    ) -> None:  # fmt: skip
        initial = {**(initial or {}), **(initial_of(policy) if policy else {})}
        super().__init__(data, initial=initial, auto_id="id_policy_%s")
        self.account, self.policy = account, policy
        self.offer(account, seen)
        configurations = NotificationConfiguration.objects.filter(account=account).order_by("name")
        self.fields["configuration"].queryset = configurations  # type: ignore[attr-defined]
        channels = PushChannel.objects.filter(account=account).order_by("name")
        self.fields["push_channels"].queryset = channels  # type: ignore[attr-defined]
        self.methods = Methods(data, stored=initial.get("methods", {}), check=check)

    def is_valid(self) -> bool:
        """Tell whether the form and every notification method are valid."""
        return all([super().is_valid(), self.methods.is_valid()])

    def clean_name(self) -> str:
        """Refuse a name that another policy of the account has."""
        name = str(self.cleaned_data["name"])
        others = SubscriptionPolicy.objects.filter(account=self.account, name=name)
        if (others.exclude(pk=self.policy.pk) if self.policy else others).exists():
            raise ValidationError(_("There is a subscription policy of this name already."), code="unique")
        return name

    def wanted(self) -> SubscriptionPolicy:
        """Return the policy as the valid form describes it, not saved yet; its push channels stand in the form."""
        policy = self.policy or SubscriptionPolicy(account=self.account)
        for field in ("name", *FIELDS):
            setattr(policy, field, self.cleaned_data[field])
        policy.methods = self.methods.wanted()
        return policy

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()
        self.methods.forget()

    def hours_said(self) -> str:
        """Return the effective hours in words, empty as long as they are wrong."""
        shown = {field: self[field].value() for field in HoursForm.base_fields}
        form = HoursForm({name: value for name, value in shown.items() if value})
        return in_words(form.hours()) if form.is_valid() else ""

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for name in PANEL:
            yield from ((self[name].id_for_label, str(self[name].label), str(error)) for error in self[name].errors)
        yield from self.methods.mistakes()
        yield from (("", "", str(error)) for error in [*self.non_field_errors(), *self["opened"].errors])


def initial_of(policy: SubscriptionPolicy) -> dict[str, Any]:
    """Return what the form shows of a stored policy."""
    shown = {field: getattr(policy, field) for field in FIELDS}
    channels = list(policy.push_channels.values_list("pk", flat=True)) if policy.pk else []
    return {
        **shown, "name": policy.name, "resource_group": policy.resource_group_id, "opened": policy.version,
        "configuration": policy.configuration_id, "push_channels": channels, "methods": policy.methods,
    }  # fmt: skip
