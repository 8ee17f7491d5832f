"""Alerts › Alert History: every message and what became of it, and every decision that an alert rule took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.cloudmonitor.views.cells import state_cell, verdict_cell
from alerts.cloudmonitor.views.message_cells import (
    ANSWER_LENGTH,
    channel_label,
    details_cell,
    duration_of,
    event_cell,
    outcome_cell,
    recipient_cell,
    source_cell,
    subject_cell,
)
from alerts.cloudmonitor.views.resending import can_be_sent_again
from alerts.events.models import SystemEvent
from alerts.notifications.filters import DecisionFilter, NotificationFilter
from alerts.notifications.message import callback_body
from alerts.notifications.models import Attempt, Decision, Destination, Notification
from alerts.notifications.plain import shortened
from alerts.notifications.resent import moment_of
from alerts.rules.models import AlertRule
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.ui import formats
from alerts.ui.access import ConsoleView
from alerts.ui.outcomes import OUTCOMES, reason_of
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

TOLD_NOBODY = "?told=nobody"


def tabs(active: str) -> list[dict[str, object]]:
    """Return the three tabs of the menu entry: an event that told nobody is as easy to find as a message."""
    decisions = reverse("cloudmonitor:decisions")
    pages = (
        ("history", _("Messages"), reverse("cloudmonitor:history")),
        ("decisions", _("Decisions"), decisions),
        ("nobody", _("Told Nobody"), decisions + TOLD_NOBODY),
    )
    return [{"label": label, "url": url, "active": name == active} for name, label, url in pages]


class HistoryPage(ListPage):
    """What both tabs have in common."""

    searched: type[NotificationFilter | DecisionFilter]

    def make_search(self) -> NotificationFilter | DecisionFilter:
        """Return the filter, with the account's alert rules and policies to choose from."""
        rules = AlertRule.objects.saved().filter(account=self.account).order_by("name").values_list("name", flat=True)
        policies = SubscriptionPolicy.objects.filter(account=self.account).order_by("name")
        names = list(policies.values_list("name", flat=True))
        return self.searched(self.request.GET, queryset=self.rows(), now=self.now, rules=list(rules), policies=names)


class History(HistoryPage):
    """Every message."""

    collection = "notifications"
    searched = NotificationFilter
    columns = (
        Column("Time", gettext_lazy("Time"), lambda row: ui.moment(row.created_at)),
        Column("Event", gettext_lazy("Event"), subject_cell),
        Column("Rule", gettext_lazy("Rule or policy"), source_cell),
        Column("Recipient", gettext_lazy("Recipient"), recipient_cell),
        Column("Outcome", gettext_lazy("Outcome"), outcome_cell),
        Column("Attempts", gettext_lazy("Attempts"), attribute("tries"), numeric=True),
        Column("Duration", gettext_lazy("Duration"), lambda row: formats.duration(duration_of(row)), numeric=True),
        Column("Details", gettext_lazy("Actions"), details_cell),
    )
    exported = (
        Column("Time", "Time", attribute("created_at")),
        Column("Rule", "Rule", attribute("decision.rule_name")),
        Column("Policy", "Policy", attribute("batch.policy_name")),
        Column("BatchId", "BatchId", lambda row: str(row.batch_id or "")),
        Column("Events", "Events", lambda row: row.batch.count if row.batch else None),
        Column("EventId", "EventId", lambda row: str(row.decision.event_id) if row.decision else ""),
        Column("EventName", "EventName", attribute("decision.event_name")),
        Column("Level", "Level", attribute("decision.level")),
        Column("ResourceId", "ResourceId", attribute("decision.resource")),
        Column(
            "Test",
            "Test",
            lambda row: (
                bool((row.decision or row.batch) and (row.decision or row.batch).test)
                or row.purpose == Notification.Purpose.TEST
            ),
        ),
        Column("Recipient", "Recipient", attribute("recipient")),
        Column("Channel", "Channel", attribute("channel")),
        Column("Address", "Address", attribute("masked")),
        Column("Outcome", "Outcome", attribute("state")),
        Column("Attempts", "Attempts", attribute("tries")),
        Column("Answer", "Answer", attribute("answer")),
        Column("Duration", "Duration", duration_of),
        Column("FinishedAt", "FinishedAt", attribute("finished_at")),
        Column("DeliveryId", "DeliveryId", lambda row: str(row.delivery_id)),
    )

    def rows(self) -> QuerySet[Notification]:
        """Return the account's messages, without what only the detail page shows."""
        attempts = Prefetch("attempts", Attempt.objects.only("notification", "duration"))
        found = Notification.objects.filter(account=self.account).select_related("decision", "batch")
        return found.defer("address", "text").prefetch_related(attempts)

    def pill_value(self, name: str, value: str) -> str:
        """Return the visible part of a destination's address, and when messages were sent again."""
        if name == "destination":
            found = Destination.objects.filter(account=self.account, pk=value).first()
            return found.masked if found else value
        if name == "resent":
            moment = moment_of(value)
            return formats.moment(moment).text if moment else value
        return super().pill_value(name, value)

    def context(self) -> dict[str, Any]:
        """Return title and tabs."""
        return {
            "title": _("Alert History"),
            "actions": [
                {
                    "label": _("Resend What Failed"),
                    "url": reverse("cloudmonitor:history_resend_failed"),
                    "icon": "rotate-cw",
                }
            ]
            if self.may_change
            else [],
            "lead": _("Every message, to whom it went, and what the other side answered."),
            "tabs": tabs("history"),
            "empty": {
                "title": _("No messages yet"),
                "text": _("As soon as an event matches an alert rule, what was sent stands here."),
                "icon": "history",
            },
        }


class Decisions(HistoryPage):
    """Every decision, also the ones that told nobody."""

    collection = "decisions"
    searched = DecisionFilter
    columns = (
        Column("Time", gettext_lazy("Time"), lambda row: ui.moment(row.decided_at)),
        Column("Event", gettext_lazy("Event"), event_cell),
        Column("Rule", gettext_lazy("Rule or policy"), source_cell),
        Column("Decision", gettext_lazy("Decision"), verdict_cell),
        Column("Reason", gettext_lazy("Reason"), reason_of),
        Column("Messages", gettext_lazy("Messages"), lambda row: row.messages + row.batched, numeric=True),
    )
    exported = (
        Column("Time", "Time", attribute("decided_at")),
        Column("Rule", "Rule", attribute("rule_name")),
        Column("Policy", "Policy", attribute("policy_name")),
        Column("BatchId", "BatchId", lambda row: str(row.batch_id or "")),
        Column("EventId", "EventId", lambda row: str(row.event_id)),
        Column("EventName", "EventName", attribute("event_name")),
        Column("EventTime", "EventTime", attribute("occurred_at")),
        Column("Level", "Level", attribute("level")),
        Column("ResourceId", "ResourceId", attribute("resource")),
        Column("Test", "Test", attribute("test")),
        Column("Decision", "Decision", attribute("verdict")),
        Column("Reason", "Reason", attribute("reason")),
    )

    def rows(self) -> QuerySet[Decision]:
        """Return the account's decisions."""
        sent = Notification.objects.order_by()
        own = sent.filter(decision=OuterRef("pk")).values("decision").annotate(n=Count("pk")).values("n")
        batched = sent.filter(batch=OuterRef("batch")).values("batch").annotate(n=Count("pk")).values("n")
        found = Decision.objects.filter(account=self.account).select_related("batch")
        return found.annotate(messages=Coalesce(Subquery(own), 0), batched=Coalesce(Subquery(batched), 0))

    def context(self) -> dict[str, Any]:
        """Return title and tabs."""
        return {
            "title": _("Alert History"),
            "lead": _("What alert rules and subscription policies made of each event, also where nobody was told."),
            "tabs": tabs("nobody" if self.request.GET.get("told") == "nobody" else "decisions"),
            "empty": {
                "title": _("No decisions yet"),
                "text": _("No alert rule has looked at an event yet, or none fits this search."),
                "icon": "scale",
            },
        }


class Message(ConsoleView):
    """One message: what it said, and every try to deliver it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, if it is of this account."""
        found = Notification.objects.filter(account=self.account).select_related("decision", "batch").defer("address")
        notification = get_object_or_404(found, pk=pk)
        attempts = list(notification.attempts.order_by("number"))
        context = {
            "notification": notification,
            "decision": notification.decision,
            "batch": notification.batch,
            "source": source_cell(notification),
            "channel": channel_label(notification),
            "outcome": state_cell(notification),
            "event": subject_cell(notification),
            "body": self.body(notification),
            "duration": duration_of(notification),
            "steps": [attempt_step(attempt) for attempt in attempts],
            "exchanges": [attempt for attempt in attempts if attempt.request or attempt.detail],
            "trail": [{"label": _("Alert History"), "url": reverse("cloudmonitor:history")}, {"label": _("Message")}],
            "again": self.may_change and can_be_sent_again(notification),
        }
        return render(request, "cloudmonitor/history_message.html", context)

    def body(self, notification: Notification) -> object:
        """Return the JSON that a webhook gets, as long as the event is kept."""
        decision = notification.decision
        if notification.channel != "webhook" or decision is None:
            return None
        event = SystemEvent.objects.filter(account=self.account, id=decision.event_id).first()
        return event and callback_body(event, rule_name=decision.rule_name)


def attempt_step(attempt: Attempt) -> dict[str, object]:
    """Return one try as a step of the timeline."""
    words = (attempt.get_outcome_display(), attempt.code, formats.duration(attempt.duration))
    title = _("Attempt %(number)s: %(words)s") % {"number": attempt.number, "words": " · ".join(filter(None, words))}
    tone, icon = OUTCOMES[attempt.outcome]
    return {
        "at": attempt.started_at,
        "title": title,
        "text": shortened(attempt.detail, ANSWER_LENGTH),
        "tone": tone,
        "icon": icon,
    }
