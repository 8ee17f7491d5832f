"""Event Center › System Event › Event-triggered Alert Rules: the list, and the panel that creates and modifies them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views import rule_cells as cells
from alerts.cloudmonitor.views.system_events import tabs_of
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from alerts.events.counts import seen_in
from alerts.rules.carry import carried, suggested_name
from alerts.rules.filters import AlertRuleFilter
from alerts.rules.forms import AlertRuleForm, initial_of
from alerts.rules.models import AlertRule, RuleTarget
from alerts.rules.save import save_rule
from alerts.rules.targets import MOST_TARGETS
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LATELY = timedelta(days=7)


class AlertRules(ListPage):
    """The list."""

    collection = "alertRules"
    filterset = AlertRuleFilter
    columns = cells.COLUMNS
    exported = cells.EXPORTED

    def rows(self) -> QuerySet[AlertRule]:
        """Return the rules with where they go and how often they fired lately."""
        rules = AlertRule.objects.filter(account=self.account).prefetch_related("targets__group")
        return cells.with_firings(rules, since=self.now - LATELY)

    def shown(self) -> Sequence[Column]:
        """Return the columns; who may change something sees the actions."""
        if not self.may_change:
            return self.columns
        return (*self.columns, Column("Actions", _("Actions"), cells.actions_for(self.request)))

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        create = reverse("cloudmonitor:alert_rule_create")
        may = self.may_change
        label = _("Create Alert Rule")
        return {
            "title": _("System Event"),
            "lead": _("An alert rule says which events somebody wants to hear of, and who is told."),
            "trail": [{"label": _("Event Center")}, {"label": _("System Event")}],
            "tabs": tabs_of(self.request),
            "actions": [{"label": label, "url": create, "kind": "primary", "icon": "plus"}] if may else [],
            "empty": {
                "title": _("No alert rules yet"),
                "text": _("Search for events in Event Monitoring and save the search, or start from nothing."),
                "icon": "bell-plus",
                "url": create if may else "",
                "action": label,
            },
        }


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
            initial = self.copied() or self.searched()
        return AlertRuleForm(data, account=self.account, seen=seen_in(self.account), rule=rule, initial=initial)

    def copied(self) -> dict[str, Any]:
        """Return what the rule named by `copy` has; its stored URLs are not copied, for nobody can see them."""
        wanted = self.request.GET.get("copy", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            return {}
        rule = get_object_or_404(AlertRule, account=self.account, pk=int(wanted))
        targets = list(rule.targets.order_by("pk"))
        if any(target.kind == RuleTarget.Kind.WEBHOOK for target in targets):
            self.lost = [_("URL callbacks are secrets: type them again.")]
        groups = [{"group": each.group_id, "method": each.method} for each in targets if each.group_id]
        name = _("%(name)s copy") % {"name": rule.name[:100]}
        return {**initial_of(rule), "name": name, "groups": groups}

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
        if kind not in {"groups", "urls"}:
            return super().post(request, **kwargs)
        form = self.form(one_more(request.POST, kind))
        form.forget()
        return self.show(form)

    def act(self, form: AlertRuleForm, *, now: datetime) -> str:
        """Save the rule."""
        self.subject = save_rule(form.wanted(), targets=form.targets(), now=now).name
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
        }

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
        return get_object_or_404(AlertRule, account=self.account, pk=self.kwargs["pk"])

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
