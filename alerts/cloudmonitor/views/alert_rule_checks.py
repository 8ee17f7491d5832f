"""What can be known of an alert rule before it is saved: a preview on the past, and what it makes of one event."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.alert_rule_panel import AlertRuleCreate, AlertRuleModify
from alerts.events.models import SystemEvent
from alerts.notifications.decide import rules_with_recipients
from alerts.notifications.explain import explain_all, explain_stored
from alerts.notifications.lint import lint, others_than, paused_among, suspect
from alerts.notifications.past import Slow
from alerts.notifications.preview import preview
from alerts.notifications.recipients import recipients_among
from alerts.notifications.unreached import unreached_of
from alerts.rules.forms import FIELDS
from alerts.rules.models import AlertRule
from alerts.rules.shelf import entry_of
from alerts.ui import rule_checks as words
from alerts.ui.access import ConsoleView
from alerts.ui.export import json_response
from alerts.ui.hush_story import hushes_of
from alerts.ui.policy_explanations import policy_lines
from alerts.ui.rule_findings import said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.accounts.models import CloudAccount
    from alerts.notifications.explain import Explanation
    from alerts.notifications.preview import Preview
    from alerts.rules.forms import AlertRuleForm
    from alerts.rules.models import RuleTarget
    from alerts.ui.rule_findings import Said

EVENT_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
MOST_SHOWN = 200


@dataclass(slots=True)
class Checks:
    """What a panel shows under its fields. `stops` are the fields whose mistakes leave nothing to look for."""

    stops: Sequence[tuple[str, str, str]] = ()
    preview: Preview | None = None
    chart: Any = ""
    newest: Sequence[dict[str, Any]] = ()
    told: Sequence[tuple[str, int | None]] = ()
    unreached: Sequence[str] = ()
    findings: Sequence[Said] = ()
    slow: bool = False
    url: str = ""
    typed: str = ""
    asked: str = ""
    unknown: bool = False
    explained: Explanation | None = None
    lines: Sequence[words.Line] = field(default_factory=list)
    summary: str = ""


class AlertRuleChecks(AlertRuleCreate):
    """Checks the rule as it is typed; whoever has no scripts gets the panel back, with what was found under it."""

    http_method_names: Sequence[str] = ("post", "options")

    def post(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Look at what is typed, as far as it is right."""
        form = self.form(request.POST)
        form.checks = self.checked(form, now=timezone.now())  # type: ignore[attr-defined]
        if self.request.htmx:
            return render(request, "cloudmonitor/_rule_checks_found.html", {"checks": form.checks})  # type: ignore[attr-defined]
        form.forget()
        return self.show(form)

    def context(self) -> dict[str, Any]:
        """Return what frames the panel, whose own address is another one."""
        rule = self.rule()
        name = "cloudmonitor:alert_rule_modify" if rule else "cloudmonitor:alert_rule_create"
        return {**super().context(), "here": reverse(name, args=[rule.pk] if rule else [])}

    def checked(self, form: AlertRuleForm, *, now: datetime) -> Checks:
        """Return what the past says of the rule as typed, or which fields stop that."""
        form.is_valid()
        wrong = set(FIELDS) & set(form.errors)
        if wrong:
            stops = [(form[name].id_for_label, str(form[name].label), str(error))
                     for name in FIELDS if name in wrong for error in form[name].errors]  # fmt: skip
            return Checks(stops=stops)
        rule = typed(form)
        targets = form.targets()
        groups = [target.group for target in targets if target.group]
        prefetch_related_objects(groups, "contacts__addresses")
        return self.found(rule, targets, now=now)

    def found(self, rule: AlertRule, targets: Sequence[RuleTarget], *, now: datetime) -> Checks:
        """Return what is found out about a rule with these targets."""
        checks = Checks(unreached=[words.unreached_line(each) for each in unreached_of(targets)])
        entry, recipients = entry_of(rule), recipients_among(targets, rule_name=rule.name)
        checks.url, seen = self.request.path, None
        try:
            checks.preview = seen = preview(entry, recipients, account=rule.account_id, now=now)
        except Slow:
            checks.slow = True
        else:
            checks.chart = words.chart_of(seen.past, entry.pattern, now=now)
            checks.newest = [words.event_line(event) for event in seen.past.newest]
        count = seen.told if seen and seen.verdicts is not None else None
        checks.told = [(words.recipient_line(each), count) for each in recipients]
        checks.findings = self.findings(rule, targets, seen)
        self.explain(checks, rule, targets)
        return checks

    def findings(self, rule: AlertRule, targets: Sequence[RuleTarget], seen: Preview | None) -> list[Said]:
        """Return what is wrong with the rule although each of its fields is right; those who are not told aside."""
        past = seen.past if seen else None
        one = suspect(
            entry_of(rule), targets, matched=past.events if past else (), looked_at=past.looked_at if past else 0,
            whole=past.counted if past else False, fired=past is None or past.total > 0,
            mostly_muted=seen is not None and seen.mostly_muted,
        )  # fmt: skip
        paused = paused_among(one.recipients, rule.account_id)
        return [said(each) for each in lint(one, others_than(rule), paused=paused) if not each.unreached]

    def explain(self, checks: Checks, rule: AlertRule, targets: Sequence[RuleTarget]) -> None:
        """Add what the rule makes of the event that was asked about, if one was."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        # A button beside one of the newest events, what is typed, or what was explained before, which stays.
        checks.typed = data.get("explain", "")
        checks.asked = (data.get("explain_this") or checks.typed or data.get("explained") or "").strip()
        event = event_of(self.account, checks.asked) if checks.asked else None
        checks.unknown = bool(checks.asked) and event is None
        if event:
            checks.explained = explain_stored(rule, event, targets)
            checks.lines, checks.summary = words.lines_of(checks.explained), words.summary_of(checks.explained)


class AlertRuleChecksStored(AlertRuleChecks):
    """Checks a stored rule: as it is typed (POST), or as it stands (GET, which a viewer may ask for)."""

    http_method_names = ("get", "post", "options")
    needs = Role.VIEWER
    rule = AlertRuleModify.rule
    title = AlertRuleModify.title

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Look at the rule as it stands."""
        form = self.form()
        rule = rules_with_recipients([self.kwargs["pk"]])[self.kwargs["pk"]]
        form.checks = self.found(rule, list(rule.targets.all()), now=timezone.now())  # type: ignore[attr-defined]
        if self.request.htmx:
            return render(request, "cloudmonitor/_rule_checks_found.html", {"checks": form.checks})  # type: ignore[attr-defined]
        return self.show(form)


class AlertRuleExplain(ConsoleView):
    """What a stored rule makes of one event, clause by clause; `event` is an id or the address of a page with one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, as a page or as JSON."""
        rule = get_object_or_404(AlertRule.objects.filter(account=self.account), pk=pk)
        asked = request.GET.get("event", "").strip()
        event = event_of(self.account, asked) if asked else None
        found = explain_stored(rule, event) if event else None
        if request.GET.get("format") == "json":
            return self.json(found)
        rules = reverse("cloudmonitor:alert_rules")
        context = {
            "title": _("Explain “%(name)s”") % {"name": rule.name},
            "trail": [{"label": _("System Event"), "url": rules}, {"label": _("Explain")}],
            "rule": rule,
            "asked": asked,
            "unknown": bool(asked) and event is None,
            "event": event and words.event_line(event),
            "lines": words.lines_of(found) if found else (),
            "summary": words.summary_of(found) if found else "",
            "found": found,
        }
        return render(request, "cloudmonitor/rule_explain.html", context)

    def json(self, found: Explanation | None) -> HttpResponseBase:
        """Return the explanation for a program."""
        if found is None:
            message = _("Name an event of this account that is kept: event=<id>.")
            return json_response({"code": "EventUnknown", "message": message}, status=404)
        return json_response(words.document_of(found))


class EventExplained(ConsoleView):
    """What every enabled rule and policy made of one event, the nearest misses first."""

    def get(self, request: HttpRequest, event_id: UUID) -> HttpResponseBase:
        """Show it, as a page or as JSON."""
        event = SystemEvent.objects.filter(account=self.account, pk=event_id).first()
        if event is None:
            raise Http404(_("There is no such event here, or it is older than 90 days."))
        found, policies = explain_all(event), policy_lines(event)
        if request.GET.get("format") == "json":
            return json_response(
                {
                    "eventId": str(event.pk),
                    "rules": [words.document_of(each) for each in found],
                    "policies": [each.as_json() for each in policies],
                }
            )
        details = reverse("cloudmonitor:system_event", args=[event.pk])
        quiet = hushes_of([each.decided for each in found if each.decided])
        context = {
            "title": _("What every rule made of it"),
            "trail": [{"label": _("System Event"), "url": reverse("cloudmonitor:system_events")},
                      {"label": words.event_line(event)["title"], "url": details}, {"label": _("Rules")}],
            "line": words.event_line(event),
            "rows": [(each, words.summary_of(each), each.misses and words.clause_line(each.misses[0]),
                      quiet.get(each.decided.pk, ()) if each.decided else ()) for each in found[:MOST_SHOWN]],
            "count": len(found),
            "most": MOST_SHOWN,
            "policies": policies[:MOST_SHOWN],
        }  # fmt: skip
        return render(request, "cloudmonitor/event_explained.html", context)


def typed(form: AlertRuleForm) -> AlertRule:
    """Return the rule as far as it is typed: what is wrong with its name or its targets does not matter here."""
    form.cleaned_data.setdefault("name", str(form["name"].value() or "")[:128])
    return form.wanted()


def event_of(account: CloudAccount, text: str) -> SystemEvent | None:
    """Return the event whose id stands in a text, such as the address of its page."""
    found = EVENT_ID.findall(text[:2_000])
    return SystemEvent.objects.filter(account=account, pk=UUID(found[0])).first() if found else None
