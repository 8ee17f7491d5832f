"""Fields that several forms have: names as KMS allows them, numbers that fit their column, moments in a zone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import naming
from alerts.estate.models import Instance
from alerts.ui.formats import days as in_days
from alerts.ui.formats import moment

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

LARGEST = 2_147_483_647
"""The largest number that a quota's column holds."""

USUAL_WAIT = 30
"""Days that a deletion waits unless told otherwise. Source: ScheduleKeyDeletion, DeleteSecret."""

NAME = RegexValidator(naming.NAME, gettext_lazy("Use letters, digits and _ / + = . @ - only."))
CODE = RegexValidator(r"^[A-Za-z0-9_.:/-]+\Z", gettext_lazy("Use letters, digits and _ . : / - only."))


def name_field(label: Any, *, most: int, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a name: letters, digits and `_/+=.@-`. Source: CreateSecret, CreateKmsInstance."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, max_length=most, required=required, validators=[NAME], widget=widget, help_text=help_text
    )


def quota_field(label: Any, *, initial: int | None = None, help_text: Any = "") -> forms.IntegerField:
    """Return a field for a quota: 0 to what the column holds."""
    return forms.IntegerField(label=label, min_value=0, max_value=LARGEST, initial=initial, help_text=help_text)


def days_field(least: int, most: int, *, initial: int = USUAL_WAIT) -> forms.IntegerField:
    """Return a field for a waiting period in days."""
    between = gettext_lazy("Between %(least)d and %(most)d days.") % {"least": least, "most": most}
    return forms.IntegerField(
        label=gettext_lazy("Waiting period in days"),
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=gettext_lazy("%(least)d to %(most)d days.") % {"least": least, "most": most},
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), between),
    )


def waits(form: forms.BaseForm | None, *, usual: int) -> int | None:
    """Return the days that a form asks for: the usual ones before it is sent; None when it asks for what cannot be."""
    if form is None or not form.is_bound:
        return usual
    return form.cleaned_data.get("days") if form.is_valid() else None


def until(days: int, *, now: datetime) -> str:
    """Say until when a waiting period that starts now can be ended."""
    ends = moment(now + timedelta(days=days), precision="minute")
    return _("With %(days)s that is until %(when)s.") % {"days": in_days(days), "when": f"{ends.text} {ends.zone}"}


class MomentField(forms.DateTimeField):
    """A moment in the person's zone, to the minute, within a hundred years from now; the help text names the zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> Any:
        """Refuse what is a date, and yet none that a key could have."""
        chosen = super().clean(value)
        if chosen and abs(chosen.year - timezone.localtime().year) > 100:
            raise forms.ValidationError(_("Choose a date within the next hundred years."), code="far")
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare to the minute: that is what can be typed."""
        shown = initial.replace(second=0, microsecond=0) if initial else initial
        return super().has_changed(shown, data)

    def speak(self) -> None:
        """Say which zone is meant."""
        self.help_text = _("In your time zone, %(zone)s.") % {"zone": timezone.get_current_timezone_name()}


class InstanceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice among instances, named and with their id, so that two of the same name can be told apart."""

    def label_from_instance(self, obj: Any) -> str:
        """Return name and id."""
        return f"{obj.name} · {obj.instance_id}" if obj.name else str(obj.instance_id)


class InRegion(forms.Form):
    """A form that offers the instances of a region in its field `instance`."""

    def __init__(self, data: Any = None, *, instances: QuerySet[Instance], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["instance"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = instances.order_by("name", "pk")


class Outcome(forms.Form):
    """How something went: it succeeded, or it failed with a code and a sentence."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("succeeded", gettext_lazy("Succeeded")), ("failed", gettext_lazy("Failed"))],
        widget=forms.RadioSelect,
    )
    error_code = forms.CharField(
        label=gettext_lazy("Error code"), max_length=128, required=False, validators=[CODE],
        help_text=gettext_lazy("Of a failure."), widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )  # fmt: skip
    error_message = forms.CharField(
        label=gettext_lazy("Error message"), max_length=512, required=False,
        help_text=gettext_lazy("Of a failure: what happened, in a sentence. Never a password or a key."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for the code of a failure, and refuse one for a success."""
        told = self.cleaned_data
        failed = told.get("outcome") == "failed"
        if failed and not told.get("error_code") and "error_code" not in self.errors:
            self.add_error("error_code", _("Say with which code it failed."))
        if told.get("outcome") == "succeeded" and (told.get("error_code") or told.get("error_message")):
            self.add_error("outcome", _("A success has no error: choose “Failed”, or empty the error fields."))
        return told

    def told(self) -> dict[str, Any]:
        """Return the outcome as the verbs take it."""
        told = self.cleaned_data
        return {
            "succeeded": told["outcome"] == "succeeded",
            "error_code": told["error_code"],
            "error_message": told["error_message"],
        }
