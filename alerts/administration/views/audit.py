"""Administration › Audit Trail: who changed what, and when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.filters import AuditFilter
from alerts.accounts.models import AuditEntry
from alerts.administration.views.frame import AdministrationList, tabs
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from django.db.models import QuerySet


def detail_of(entry: AuditEntry) -> str:
    """Return the details as JSON, or nothing."""
    return json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""


class Audit(AdministrationList):
    """The list of changes."""

    collection = "audit"
    filterset = AuditFilter
    columns = (
        Column("Time", gettext_lazy("Time"), lambda row: ui.moment(row.at)),
        Column("Actor", gettext_lazy("User"), attribute("actor")),
        Column("Verb", gettext_lazy("Change"), lambda row: format_html("<code>{}</code>", row.verb)),
        Column("Subject", gettext_lazy("Subject"), attribute("subject")),
        Column("Detail", gettext_lazy("Details"), detail_of, value=attribute("detail"), minor=True),
    )

    def rows(self) -> QuerySet[AuditEntry]:
        """Return the account's entries."""
        return AuditEntry.objects.filter(account=self.account)

    def context(self) -> dict[str, Any]:
        """Return title and tabs."""
        return {
            "title": _("Audit Trail"),
            "lead": _("Every change that a person made here. Addresses and secrets are never in it."),
            "tabs": tabs("audit"),
            "empty": {"title": _("Nothing has been changed yet"), "icon": "scroll-text"},
        }
