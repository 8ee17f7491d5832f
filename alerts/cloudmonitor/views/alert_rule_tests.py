"""Create Event Test: a test event, made of an editable sample, goes through a rule; each provider's answer is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.alert_rule_panel import AlertRuleCreate, AlertRuleModify
from alerts.cloudmonitor.views.cells import state_cell
from alerts.estate.regions import DEFAULT
from alerts.events.catalog import BY_NAME, CATALOG
from alerts.events.models import SystemEvent
from alerts.notifications import sample
from alerts.notifications.explain import explain_stored
from alerts.notifications.models import Decision, Notification
from alerts.notifications.trial import send_test_event, store_trial, trial_draft
from alerts.rules.models import AlertRule
from alerts.rules.pattern import ANY
from alerts.tasks import dispatch, ring
from alerts.ui import rule_checks as words
from alerts.ui.access import ConsoleView
from alerts.ui.forms import FormPage
from alerts.ui.outcomes import VERDICTS, reason_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

ROWS = 24
SOON = 1
"""Seconds after which the page looks again for the first answer; each message then knows by itself how long to wait."""
PENDING = Notification.State.PENDING


class EventTestForm(forms.Form):
    """The content of a test event."""

    document = forms.CharField(
        label=gettext_lazy("Content (JSON)"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": ROWS, "spellcheck": "false", "autocomplete": "off", "class": "mono"}),
    )

    def clean_document(self) -> dict[str, Any]:
        """Return the fields of the event; a mistake says in which line and column it is."""
        try:
            return sample.read(self.cleaned_data["document"])
        except sample.Unreadable as mistake:
            raise ValidationError(mistake.message, code="json") from mistake


class AlertRuleTest(FormPage):
    """The page Create Event Test of a stored rule, or of a trial."""

    template = "cloudmonitor/rule_test.html"
    verb = "alert_rule.test"
    needs = Role.OPERATOR

    def found(self) -> AlertRule:
        """Return the rule that is tested."""
        return get_object_or_404(AlertRule, account=self.account, pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> EventTestForm:
        """Return the form, filled with the sample of the chosen event type."""
        self.rule = self.found()
        chosen = sample.sample_of(self.chosen(), account=self.account.pk, region=DEFAULT.id)
        return EventTestForm(data, initial={"document": sample.written(chosen)})

    def names(self) -> list[str]:
        """Return the event types to choose from: those of the rule, else all of the catalogue."""
        own = [name for name in self.rule.names if name != ANY]
        return own if own and ANY not in self.rule.names else [record.name for record in CATALOG]

    def chosen(self) -> str:
        """Return the event type that was chosen; the first one that the rule may want unless told."""
        asked, names = self.request.GET.get("type", ""), self.names()
        likely = [name for name in names if self.likely(name)]
        return asked if asked in names else (likely or names)[0]

    def likely(self, name: str) -> bool:
        """Tell whether the rule selects the sample of an event type."""
        fields = sample.sample_of(name, account=self.account.pk, region=DEFAULT.id)
        draft = trial_draft(self.rule, sample.read(sample.written(fields)), now=self.rule.changed_at)
        return self.rule.pattern().matches(draft)

    def act(self, form: EventTestForm, *, now: datetime) -> str:
        """Send it."""
        self.subject = self.rule.name
        sent = send_test_event(self.rule, form.cleaned_data["document"], now=now)
        ring(dispatch)
        return reverse("cloudmonitor:alert_rule_tested", args=[self.rule.pk, sent.id])

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        rules, chosen = reverse("cloudmonitor:alert_rules"), self.chosen()
        choices = [(name, _(BY_NAME[name].title) if name in BY_NAME else name) for name in self.names()]
        return {
            "title": _("Create Event Test"),
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Create Event Test")}],
            "rule": self.rule,
            "trial": self.rule.state == AlertRule.State.TRIAL,
            "choices": choices,
            "chosen": chosen,
            "back": rules,
        }


class AlertRuleTry(AlertRuleCreate):
    """Test of the panel: stores the rule as it is typed as a trial, and leads to its test."""

    http_method_names: tuple[str, ...] = ("post", "options")
    verb = "alert_rule.try"

    def act(self, form: Any, *, now: datetime) -> str:
        """Store it."""
        trial = store_trial(form.wanted(), targets=form.targets(), now=now)
        self.subject = trial.name
        return reverse("cloudmonitor:alert_rule_test", args=[trial.pk])

    def done(self) -> str:
        """Say nothing: the page that follows says it."""
        return ""

    def context(self) -> dict[str, Any]:
        """Return what frames the panel, whose own address is another one."""
        rule = self.rule()
        name = "cloudmonitor:alert_rule_modify" if rule else "cloudmonitor:alert_rule_create"
        return {**super().context(), "here": reverse(name, args=[rule.pk] if rule else [])}


class AlertRuleTryStored(AlertRuleTry):
    """The same of a rule that is being modified."""

    rule = AlertRuleModify.rule
    title = AlertRuleModify.title


class AlertRuleTested(ConsoleView):
    """What became of a test event: the decision, and each message with the provider's answer as it comes in."""

    def get(self, request: HttpRequest, pk: int, event_id: UUID) -> HttpResponseBase:
        """Show it; htmx asks for the part that changes."""
        rule = get_object_or_404(AlertRule, account=self.account, pk=pk)
        event = get_object_or_404(SystemEvent.objects.filter(account=self.account), pk=event_id)
        if event.test_of != rule.pk:
            return HttpResponseRedirect(reverse("cloudmonitor:system_event", args=[event_id]))
        context = self.context(rule, event)
        return render(request, f"cloudmonitor/{'_' if self.request.htmx else ''}rule_tested.html", context)

    def context(self, rule: AlertRule, event: SystemEvent) -> dict[str, Any]:
        """Return what there is to say by now."""
        decisions = Decision.objects.filter(account=self.account, event_id=event.pk, rule=rule)
        decision = decisions.prefetch_related("notifications").first()
        refused = decision is not None and decision.verdict == Decision.Verdict.UNSELECTED
        found = explain_stored(rule, event) if refused else None
        messages = sorted(decision.notifications.all(), key=lambda each: each.pk) if decision else []
        rules = reverse("cloudmonitor:alert_rules")
        return {
            "title": _("Test of “%(name)s”") % {"name": rule.name},
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Create Event Test")}],
            "rule": rule,
            "line": words.event_line(event),
            "now": timezone.now(),
            "decision": decision,
            "tone": VERDICTS[decision.verdict][0] if decision else "busy",
            "reason": reason_of(decision) if decision else "",
            "messages": [(each, state_cell(each), SOON if each.state == PENDING else 0) for each in messages],
            "found": found,
            "lines": words.lines_of(found) if found else (),
            "summary": words.summary_of(found) if found else "",
        }
