"""Event-triggered Alert Rules: enabling, disabling and deleting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.rules.models import AlertRule
from alerts.rules.save import delete_rule, set_state
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime


class AlertRuleEnable(FormPage):
    """Enables a rule; only ever posted to."""

    http_method_names = ["post"]
    verb = "alert_rule.enable"
    state: ClassVar[str] = AlertRule.State.ENABLED

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Set the state."""
        rule = get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=self.kwargs["pk"])
        self.subject = rule.name
        set_state(rule, state=self.state, now=now, by=self.actor)
        return reverse("cloudmonitor:alert_rules")

    def done(self) -> str:
        """Say so."""
        return _("The alert rule “%(name)s” is enabled.") % {"name": self.subject}


class AlertRuleDisable(AlertRuleEnable):
    """Disables a rule."""

    verb = "alert_rule.disable"
    state = AlertRule.State.DISABLED

    def done(self) -> str:
        """Say so."""
        return _("The alert rule “%(name)s” is disabled.") % {"name": self.subject}


class AlertRuleDelete(FormPage):
    """Asks, and deletes a rule."""

    template = "pages/confirm.html"
    verb = "alert_rule.delete"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found = get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        self.subject = self.found.name
        delete_rule(self.found)
        return reverse("cloudmonitor:alert_rules")

    def done(self) -> str:
        """Say so."""
        return _("The alert rule “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        rules = reverse("cloudmonitor:alert_rules")
        return {
            "title": _("Delete the alert rule “%(name)s”?") % {"name": self.found.name},
            "text": _("Nobody is told by it any more. What it decided and sent stays in the alert history."),
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Delete")}],
            "back": rules,
        }
