"""Event-triggered Alert Rules: enabling, disabling and deleting one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from alerts.accounts.models import Role
from alerts.rules.models import AlertRule
from alerts.rules.save import delete_rule, set_state, set_states
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.accounts.models import CloudAccount


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


class SeveralForm(forms.Form):
    """What is to be done to which rules; `sure` is set by the page that asks before they are deleted."""

    rule = forms.ModelMultipleChoiceField(
        queryset=AlertRule.objects.none(),
        error_messages={
            "required": gettext_lazy("Mark alert rules in the list first."),
            "invalid_choice": gettext_lazy("One of these alert rules is deleted already."),
        },
    )
    do = forms.ChoiceField(choices=[(each, each) for each in ("enable", "disable", "delete")])
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = AlertRule.objects.saved().filter(account=account).order_by("name")
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]


class AlertRulesChange(FormPage):
    """Enables, disables or deletes the rules that are marked in the list; asks once before it deletes."""

    http_method_names = ["post"]
    template = "cloudmonitor/alert_rules_delete.html"
    SAID: ClassVar[dict[str, Any]] = {
        "enable": ngettext_lazy("%(count)s alert rule is enabled.", "%(count)s alert rules are enabled.", "count"),
        "disable": ngettext_lazy("%(count)s alert rule is disabled.", "%(count)s alert rules are disabled.", "count"),
        "delete": ngettext_lazy("%(count)s alert rule is deleted.", "%(count)s alert rules are deleted.", "count"),
    }

    def form(self, data: Any = None) -> SeveralForm:
        """Return the form."""
        return SeveralForm(data, account=self.account)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Say what is wrong on the list itself, ask before deleting, else act."""
        form = self.form(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(each) for found in form.errors.values() for each in found))
            return HttpResponseRedirect(reverse("cloudmonitor:alert_rules"))
        self.rules = list(form.cleaned_data["rule"])
        self.do = form.cleaned_data["do"]
        if self.do == "delete" and not form.cleaned_data["sure"]:
            return self.show(form)
        self.verb = f"alert_rule.{self.do}"  # type: ignore[misc]
        return super().post(request, **kwargs)

    def act(self, form: SeveralForm, *, now: datetime) -> str:
        """Do it to all of them, or to none."""
        self.subject = ", ".join(rule.name for rule in self.rules)
        if self.do == "delete":
            for rule in self.rules:
                delete_rule(rule)
        else:
            state = AlertRule.State.ENABLED if self.do == "enable" else AlertRule.State.DISABLED
            set_states(self.rules, state=state, now=now, by=self.actor)
        return reverse("cloudmonitor:alert_rules")

    def done(self) -> str:
        """Say to how many."""
        return str(self.SAID[self.do] % {"count": len(self.rules)})

    def context(self) -> dict[str, Any]:
        """Return the question."""
        count = len(self.rules)
        title = ngettext("Delete %(count)s alert rule?", "Delete %(count)s alert rules?", count) % {"count": count}
        rules = reverse("cloudmonitor:alert_rules")
        trail = [{"label": _("System Event"), "url": rules}, {"label": _("Delete")}]
        return {"title": title, "rules": self.rules, "trail": trail, "back": rules}
