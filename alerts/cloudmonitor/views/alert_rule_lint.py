"""Event-triggered Alert Rules: what is wrong with which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.notifications.lint import MOST_COMPARED, findings_of
from alerts.rules.models import AlertRule
from alerts.ui.access import ConsoleView
from alerts.ui.export import json_response
from alerts.ui.rule_findings import said

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class AlertRuleLint(ConsoleView):
    """Every rule with something wrong about it."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show them, as a page or as JSON; the list of rules asks for the short form."""
        rules = list(AlertRule.objects.saved().filter(account=self.account).order_by("name")[:MOST_COMPARED])
        found = findings_of(rules, account=self.account.pk, now=timezone.now())
        rows = [(rule, [said(each) for each in found[rule.pk]]) for rule in rules if found.get(rule.pk)]
        if request.GET.get("format") == "json":
            return json_response({
                "rules": [
                    {"id": rule.pk, "name": rule.name,
                     "findings": [{"code": each.code, "message": each.text} for each in findings]}
                    for rule, findings in rows
                ]
            })  # fmt: skip
        context = {
            "title": _("What is wrong with rules"),
            "trail": [
                {"label": _("System Event"), "url": reverse("cloudmonitor:alert_rules")},
                {"label": _("What is wrong with rules")},
            ],
            "rows": rows,
            "grave": [(rule, bad) for rule, all_ in rows if (bad := [each for each in all_ if each.tone != "info"])],
            "count": len(rules),
        }
        return render(request, f"cloudmonitor/{'_' if self.request.htmx else ''}rule_lint.html", context)
