"""Event-triggered Alert Rules › Versions: what a rule was, who changed it, how, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.rules.differences import Difference, differences
from alerts.rules.document import document_of
from alerts.rules.models import AlertRule, RuleVersion
from alerts.rules.restore import roll_back
from alerts.ui.forms import FormPage
from alerts.ui.pages import PAGE_SIZE, ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

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


class AlertRuleVersions(ListPage):
    """The versions of one rule, newest first, each with its difference to the one before."""

    collection = "versions"
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

    @cached_property
    def rule(self) -> AlertRule:
        """The rule that the address names, if it is one of this account."""
        return get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=self.kwargs["pk"])

    def rows(self) -> QuerySet[RuleVersion]:
        """Return the versions of the rule."""
        return RuleVersion.objects.filter(rule=self.rule)

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
            version.found = [] if before is None else differences(before, documents[version.number])
            version.nothing = _("the first that is kept") if before is None else _("nothing")

    def shown(self) -> Sequence[Column]:
        """Return the columns, with the way back for who may change something."""
        return (*self.columns, Column("Actions", _("Actions"), self.actions_cell)) if self.may_change else self.columns

    def actions_cell(self, version: RuleVersion) -> SafeString | str:
        """Draw the way back to a version, but for the newest."""
        if version.number == self.rule.version:
            return ui.state("current", tone="good", label=_("In force"))
        url = reverse("cloudmonitor:rule_version_roll_back", args=[version.pk])
        said = _("Roll back to version %(number)s") % {"number": version.number}
        return ui.button(_("Roll back"), href=url, size="small", aria_label=said)

    def context(self) -> dict[str, Any]:
        """Return title and trail."""
        rules = reverse("cloudmonitor:alert_rules")
        modify = reverse("cloudmonitor:alert_rule_modify", args=[self.rule.pk])
        return {
            "title": _("Versions of “%(name)s”") % {"name": self.rule.name},
            "lead": _("What the alert rule was, who changed it, and how. URLs and secrets are never shown."),
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Versions")}],
            "actions": [{"label": _("Modify"), "url": modify, "icon": "pencil"}] if self.may_change else [],
            "empty": {
                "title": _("No versions yet"),
                "text": _("The next change of this alert rule keeps what it was before."),
                "icon": "history",
            },
        }


class RuleVersionRollBack(FormPage):
    """Asks, and makes a rule what it was at a version."""

    template = "cloudmonitor/alert_rule_roll_back.html"
    verb = "alert_rule.roll_back"
    needs = Role.OPERATOR

    @cached_property
    def version(self) -> RuleVersion:
        """The version that the address names, if its rule is one of this account."""
        found = RuleVersion.objects.filter(account=self.account, rule__account=self.account)
        return get_object_or_404(found.select_related("rule"), pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        assert self.version.rule is not None
        self.subject = self.version.rule.name
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Roll back."""
        roll_back(self.version, now=now, by=self.actor)
        return self.back()

    def done(self) -> str:
        """Say so."""
        return _("The alert rule “%(name)s” is what it was at version %(number)s.") % {
            "name": self.subject, "number": self.version.number,
        }  # fmt: skip

    def back(self) -> str:
        """Return the address of the versions."""
        return reverse("cloudmonitor:alert_rule_versions", args=[self.version.rule_id])

    def context(self) -> dict[str, Any]:
        """Return the question, and what would change."""
        assert self.version.rule is not None
        now, then = document_of(self.version.rule, secrets=True), json.loads(self.version.document)
        found = [each for each in differences(now, then) if each.field != "state"]
        rules = reverse("cloudmonitor:alert_rules")
        return {
            "title": _("Roll back to version %(number)s?") % {"number": self.version.number},
            "changes": as_lines(found, nothing=_("nothing: it is like this already")),
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Versions"), "url": self.back()},
                      {"label": _("Roll back")}],
            "back": self.back(),
        }  # fmt: skip
