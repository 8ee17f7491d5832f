"""Versions of a rule or a policy: what it was, who changed it, how, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.ui.forms import FormPage
from alerts.ui.pages import PAGE_SIZE, ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from alerts.rules.differences import Difference
    from alerts.ui.pages import Page

CHANGES = {
    "create": gettext_lazy("Created"),
    "modify": gettext_lazy("Modified"),
    "enable": gettext_lazy("Enabled"),
    "disable": gettext_lazy("Disabled"),
    "roll-back": gettext_lazy("Rolled back"),
    "import": gettext_lazy("Imported"),
}


def as_lines(found: Sequence[Difference], *, nothing: str) -> SafeString:
    """Draw differences, a line for each field."""
    if not found:
        return format_html('<span class="muted">{}</span>', nothing)
    lines = format_html_join(
        "",
        '<div><dt>{}</dt><dd><del>{}</del><span aria-hidden="true"> → </span><ins>{}</ins></dd></div>',
        ((each.label, each.before or "–", each.after or "–") for each in found),
    )
    return format_html('<dl class="changes">{}</dl>', lines)


def in_text(found: Sequence[Difference]) -> list[str]:
    """Return differences for an export."""
    return [f"{each.label}: {each.before or '–'} → {each.after or '–'}" for each in found]


class VersionsPage(ListPage):
    """The versions of one thing, newest first, each with its difference to the one before.

    A subclass gives the rows, `differences` between two documents, the number `in_force`, and the way back.
    """

    collection = "versions"
    roll_back: ClassVar[str]
    columns = (
        Column("Version", gettext_lazy("Version"), attribute("number"), numeric=True),
        Column("ChangedAt", gettext_lazy("Changed"), lambda version: ui.moment(version.made_at),
               value=attribute("made_at")),
        Column("ChangedBy", gettext_lazy("By"), lambda version: version.made_by or "–", value=attribute("made_by")),
        Column("Change", gettext_lazy("Change"), lambda version: CHANGES.get(version.change, version.change),
               value=attribute("change")),
        Column("Differences", gettext_lazy("What changed"),
               lambda version: as_lines(version.found, nothing=version.nothing),
               value=lambda version: in_text(version.found)),
    )  # fmt: skip

    def differences(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Difference]:
        """Return what differs between two documents."""
        raise NotImplementedError

    def in_force(self) -> int:
        """Return the number of the newest version."""
        raise NotImplementedError

    def page(self, found: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
        """Return the page, each version with what it changed."""
        page = super().page(found, size)
        self.compare(page.rows)
        return page

    def everything(self) -> Any:
        """Return every version with what it changed."""
        rows = list(self.rows().order_by("-pk"))
        self.compare(rows)
        return iter(rows)

    def compare(self, rows: Sequence[Any]) -> None:
        """Give each version what it changed."""
        numbers = {version.number for version in rows} | {version.number - 1 for version in rows}
        stored = self.rows().filter(number__in=numbers).values_list("number", "document")
        documents = {number: json.loads(document) for number, document in stored}
        for version in rows:
            before = documents.get(version.number - 1)
            version.found = [] if before is None else self.differences(before, documents[version.number])
            version.nothing = _("the first that is kept") if before is None else _("nothing")

    def shown(self) -> Sequence[Column]:
        """Return the columns, with the way back for who may change something."""
        return (*self.columns, Column("Actions", _("Actions"), self.actions_cell)) if self.may_change else self.columns

    def actions_cell(self, version: Any) -> SafeString | str:
        """Draw the way back to a version, but for the newest."""
        if version.number == self.in_force():
            return ui.state("current", tone="good", label=_("In force"))
        said = _("Roll back to version %(number)s") % {"number": version.number}
        return ui.button(_("Roll back"), href=reverse(self.roll_back, args=[version.pk]), size="small", aria_label=said)


class RollBackPage(FormPage):
    """Asks, and makes something what it was at a version. A subclass gives the rest of the context and acts."""

    template = "cloudmonitor/alert_rule_roll_back.html"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        return forms.Form(data)

    def question(self, number: int, found: Sequence[Difference]) -> dict[str, Any]:
        """Return title and what would change; whether it is enabled stays as it is."""
        kept = [each for each in found if each.field != "state"]
        return {
            "title": _("Roll back to version %(number)s?") % {"number": number},
            "changes": as_lines(kept, nothing=_("nothing: it is like this already")),
        }
