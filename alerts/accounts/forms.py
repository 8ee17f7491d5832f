"""Forms about people and tokens: the one parser of what is typed in about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import Role, Scope, User
from alerts.accounts.zones import ZoneSelect, zone_choices

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm

ROLES_EXPLAINED = (
    (Role.VIEWER, _("Viewer – looks at everything")),
    (Role.OPERATOR, _("Operator – also changes resources, alert rules and contacts")),
    (Role.ADMINISTRATOR, _("Administrator – also manages members and API tokens")),
)
SCOPES_EXPLAINED = (
    (Scope.INGEST, _("Send facts: /ingest/cloudevents and the callback address")),
    (Scope.READ, _("Read what a viewer sees, and exports")),
)


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES_EXPLAINED, widget=forms.RadioSelect, initial=Role.VIEWER)


class MemberForm(RoleForm):
    """A new member: a user that exists, or a new one with a first password."""

    name = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("For a new user, at least 8 characters; they change it after signing in. Empty for a known user."),
    )
    field_order = ("name", "password", "role")

    def clean_password(self) -> str:
        """Refuse a password that is too easy to guess."""
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password)
        return password


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), max_length=64, help_text=_("What uses it, such as “event bridge”."))
    scopes = forms.MultipleChoiceField(
        label=_("What it opens"),
        choices=SCOPES_EXPLAINED,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )


class SettingsForm(_UserForm):
    """What a person sets for themselves."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        widget=ZoneSelect,
        help_text=_("Pages show times, and read typed ones, in this zone."),
    )

    class Meta:
        model = User
        fields = ("time_zone",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.time_zone
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        if stored not in dict(zone_choices()):
            field.choices = [(stored, stored), *zone_choices()]
