"""What a person sets for themselves: the zone of times, and the way to password and two-factor sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.forms import SettingsForm
from alerts.accounts.models import Role, User
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime


class Settings(FormPage):
    """The person's own settings."""

    template = "administration/settings.html"
    needs_to_change = Role.VIEWER
    verb = "settings.modify"

    def form(self, data: Any = None) -> SettingsForm:
        """Return the form with what is set; a program has no settings."""
        if not isinstance(self.request.user, User):
            raise PermissionDenied(_("An API token has no settings."))
        return SettingsForm(data, instance=self.request.user)

    def act(self, form: SettingsForm, *, now: datetime) -> str:
        """Store it."""
        form.save()
        self.subject = self.actor
        return reverse("accounts:settings")

    def done(self) -> str:
        """Say so."""
        return _("Your settings are stored.")

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return {"title": _("Your settings"), "submit": _("Save")}
