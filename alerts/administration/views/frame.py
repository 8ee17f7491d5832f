"""What the pages of the administration share: their role, their tabs, their trail."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage

PAGES = ("administration", "tokens", "access_keys", "audit")


def tabs(active: str) -> list[dict[str, object]]:
    """Return the tabs of the administration."""
    labels = (_("Members"), _("API Tokens"), _("Access Keys"), _("Audit Trail"))
    return [
        {"label": label, "url": reverse(f"accounts:{name}"), "active": name == active}
        for name, label in zip(PAGES, labels, strict=True)
    ]


class AdministrationList(ListPage):
    """A list that only administrators see."""

    needs = needs_to_change = Role.ADMINISTRATOR


class AdministrationForm(FormPage):
    """A form that only administrators see. `back` names the list that it belongs to."""

    needs = needs_to_change = Role.ADMINISTRATOR
    back = "administration"

    def framed(self, title: str, **more: object) -> dict[str, object]:
        """Return title, trail and the way back."""
        label = next(str(tab["label"]) for tab in tabs(self.back) if tab["active"])
        back = reverse(f"accounts:{self.back}")
        return {"title": title, "trail": [{"label": label, "url": back}, {"label": title}], "back": back, **more}
