"""Event-triggered Alert Rules › Versions: what a rule was, who changed it, how, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views.versions import RollBackPage, VersionsPage
from alerts.rules.differences import Difference, differences
from alerts.rules.document import document_of
from alerts.rules.models import AlertRule, RuleVersion
from alerts.rules.restore import roll_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django import forms
    from django.db.models import QuerySet


class AlertRuleVersions(VersionsPage):
    """The versions of one rule."""

    roll_back = "cloudmonitor:rule_version_roll_back"

    @cached_property
    def rule(self) -> AlertRule:
        """The rule that the address names, if it is one of this account."""
        return get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=self.kwargs["pk"])

    def rows(self) -> QuerySet[RuleVersion]:
        """Return the versions of the rule."""
        return RuleVersion.objects.filter(rule=self.rule)

    def differences(self, before: Any, after: Any) -> Sequence[Difference]:
        """Return what differs between two documents."""
        return differences(before, after)

    def in_force(self) -> int:
        """Return the rule's version."""
        return self.rule.version

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


class RuleVersionRollBack(RollBackPage):
    """Asks, and makes a rule what it was at a version."""

    verb = "alert_rule.roll_back"

    @cached_property
    def version(self) -> RuleVersion:
        """The version that the address names, if its rule is one of this account."""
        found = RuleVersion.objects.filter(account=self.account, rule__account=self.account)
        return get_object_or_404(found.select_related("rule"), pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        assert self.version.rule is not None
        self.subject = self.version.rule.name
        return super().form(data)

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
        rules = reverse("cloudmonitor:alert_rules")
        return {
            **self.question(self.version.number, differences(now, then)),
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Versions"), "url": self.back()},
                      {"label": _("Roll back")}],
            "back": self.back(),
        }  # fmt: skip
