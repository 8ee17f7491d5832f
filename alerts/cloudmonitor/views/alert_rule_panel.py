"""Event-triggered Alert Rules: the panel that creates and modifies a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from alerts.estate.regions import REGIONS
from alerts.events.counts import seen_in
from alerts.rules.carry import carried, suggested_name
from alerts.rules.forms import AlertRuleForm, initial_of
from alerts.rules.models import AlertRule, RuleTarget
from alerts.rules.rows import KINDS
from alerts.rules.save import save_rule
from alerts.rules.targets import MOST_TARGETS
from alerts.rules.when import HoursForm
from alerts.rules.words import in_words
from alerts.ui.access import ConsoleView
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

ROWS = {kind.name for kind in KINDS}


class AlertRuleCreate(FormPage):
    """The panel, filled from a search, from another rule (`copy`), or empty."""

    template = "cloudmonitor/alert_rule.html"
    verb = "alert_rule.create"
    needs = Role.OPERATOR
    lost: Sequence[str] = ()

    def rule(self) -> AlertRule | None:
        """Return the rule that is modified; None for a new one."""
        return None

    def form(self, data: Any = None) -> AlertRuleForm:
        """Return the panel's form."""
        rule, initial = self.rule(), {}
        if rule is None:
            initial = {"time_zone": timezone.get_current_timezone_name(), **(self.copied() or self.searched())}
        return AlertRuleForm(data, account=self.account, seen=seen_in(self.account), rule=rule, initial=initial)

    def copied(self) -> dict[str, Any]:
        """Return what the rule named by `copy` has; its stored URLs are not copied, for nobody can see them."""
        wanted = self.request.GET.get("copy", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            return {}
        rule = get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=int(wanted))
        targets = list(rule.targets.order_by("pk"))
        if any(target.kind == RuleTarget.Kind.WEBHOOK for target in targets):
            self.lost = [_("URL callbacks are secrets: type them again.")]
        shown = {kind.name: [kind.row.initial_of(each) for each in targets if each.kind == kind.target]
                 for kind in KINDS if kind.target != RuleTarget.Kind.WEBHOOK}  # fmt: skip
        name = _("%(name)s copy") % {"name": rule.name[:100]}
        return {**initial_of(rule), **shown, "name": name, "opened": None}

    def searched(self) -> dict[str, Any]:
        """Return what the search in the address selects, with a name and the default contact group."""
        initial, self.lost = carried(self.request.GET)
        default = ContactGroup.objects.filter(account=self.account, name=DEFAULT_GROUP).first()
        levels = initial["levels"]
        method = levels[0] if len(levels) == 1 else RuleTarget.Method.CRITICAL
        groups = [{"group": default.pk, "method": method}] if default else []
        return {**initial, "name": suggested_name(self.account, initial), "groups": groups}

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Add a row where that was asked for, else save."""
        kind = request.POST.get("add", "")
        if kind not in ROWS:
            return super().post(request, **kwargs)
        form = self.form(one_more(request.POST, kind))
        form.forget()
        return self.show(form)

    def act(self, form: AlertRuleForm, *, now: datetime) -> str:
        """Save the rule."""
        opened = form.cleaned_data["opened"]
        anyway = self.request.POST.get("anyway", "")
        opened = int(anyway) if anyway.isascii() and anyway.isdigit() and len(anyway) < 10 else opened
        rule = save_rule(form.wanted(), targets=form.targets(), now=now, by=self.actor, opened=opened)
        self.subject = rule.name
        return reverse("cloudmonitor:alert_rules")

    def done(self) -> str:
        """Say so."""
        return _("The alert rule “%(name)s” is saved.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        rules, title = reverse("cloudmonitor:alert_rules"), self.title()
        return {
            "title": title,
            "trail": [{"label": _("System Event"), "url": rules}, {"label": title}],
            "here": self.request.get_full_path(),
            "back": rules,
            "lost": self.lost,
            "may": self.may_change,
            "most": MOST_TARGETS,
            "reachable": ContactGroup.objects.filter(account=self.account, contacts__isnull=False).exists(),
            "regions": REGIONS,
            "newer": self.newer,
        }

    def newer(self) -> AlertRule | None:
        """Return the rule as it is stored now."""
        rule = self.rule()
        return rule if rule and rule.pk else None

    def title(self) -> str:
        """Return the heading."""
        return _("Create Event-triggered Alert Rule")

    def show(self, form: Any, *, status: int = 200) -> HttpResponseBase:
        """Render the page; for htmx the side panel, or the form alone when a row was added."""
        template = self.template
        if self.request.htmx and not self.request.htmx.history_restore_request:
            added = self.request.method == "POST"
            template = "cloudmonitor/_alert_rule_form.html" if added else "cloudmonitor/_alert_rule_drawer.html"
        return render(self.request, template, {"form": form, **self.context()}, status=status)


class AlertRuleModify(AlertRuleCreate):
    """The panel with a stored rule. A viewer may look at it."""

    verb = "alert_rule.modify"
    needs = Role.VIEWER

    def rule(self) -> AlertRule:
        """Return the rule that the address names, if it is one of this account."""
        return get_object_or_404(AlertRule.objects.saved(), account=self.account, pk=self.kwargs["pk"])

    def title(self) -> str:
        """Return the heading."""
        return _("Modify Event-triggered Alert Rule")


def one_more(data: QueryDict, kind: str) -> QueryDict:
    """Return what was posted with one more empty row of a kind, up to five."""
    more = data.copy()
    name = f"{kind}-TOTAL_FORMS"
    count = more.get(name, "0")
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 3 else 0
    more[name] = str(min(rows + 1, MOST_TARGETS))
    return more


class AlertRuleHours(ConsoleView):
    """The effective hours of the panel in words, while they are being chosen."""

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Answer with the sentence, or with what is wrong."""
        form = HoursForm(request.GET, auto_id="id_rule_%s")
        said = in_words(form.hours()) if form.is_valid() else ""
        return render(request, "cloudmonitor/_alert_rule_hours.html", {"said": said, "form": form})
