"""Test Event Subscription: an event goes to every enabled policy; a page shows which took it and what each did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.alert_rule_tests import EventTestForm
from alerts.cloudmonitor.views.cells import state_cell, verdict_cell
from alerts.cloudmonitor.views.contact_tests import SOON
from alerts.cloudmonitor.views.subscription_policies import trail
from alerts.estate.regions import DEFAULT
from alerts.events.catalog import BY_NAME, CATALOG, PRODUCT, PRODUCT_TITLE
from alerts.events.models import SystemEvent
from alerts.notifications import sample
from alerts.notifications.gather import EVERY_POLICY
from alerts.notifications.models import Decision, Notification
from alerts.notifications.push_tests import send_policy_test
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.tasks import dispatch, ring
from alerts.ui import rule_checks as words
from alerts.ui.access import ConsoleView
from alerts.ui.forms import FormPage
from alerts.ui.outcomes import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PENDING = Notification.State.PENDING


class EventSubscriptionTest(FormPage):
    """Create Event Test: product and event are chosen, the JSON is edited, OK sends it."""

    template = "cloudmonitor/subscription_test.html"
    verb = "event_subscription.test"
    needs = Role.OPERATOR

    def chosen(self) -> str:
        """Return the event type that was chosen, the first of the catalogue unless told."""
        asked = self.request.GET.get("type", "")
        return asked if asked in BY_NAME else CATALOG[0].name

    def form(self, data: Any = None) -> EventTestForm:
        """Return the form, filled with the sample of the chosen event type."""
        chosen = sample.sample_of(self.chosen(), account=self.account.pk, region=DEFAULT.id)
        return EventTestForm(data, initial={"document": sample.written(chosen)})

    def act(self, form: EventTestForm, *, now: datetime) -> str:
        """Send it."""
        fields = form.cleaned_data["document"]
        self.subject = fields["name"]
        sent = send_policy_test(self.account.pk, fields, now=now)
        ring(dispatch)
        return reverse("cloudmonitor:event_subscription_tested", args=[sent.id])

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        enabled = SubscriptionPolicy.objects.filter(account=self.account, state=SubscriptionPolicy.State.ENABLED)
        products = [(PRODUCT, PRODUCT_TITLE)]
        return {
            "title": _("Create Event Test"),
            "trail": trail((_("Test Event Subscription"), "")),
            "products": products,
            "choices": [(record.name, _(record.title)) for record in CATALOG],
            "chosen": self.chosen(),
            "policies": enabled.count(),
            "back": reverse("cloudmonitor:subscription_policies"),
        }


class EventSubscriptionTested(ConsoleView):
    """What became of a test event: each policy that took it, its batch, and the answers as they come."""

    def get(self, request: HttpRequest, event_id: UUID) -> HttpResponseBase:
        """Show it; htmx asks for the part that changes."""
        event = get_object_or_404(SystemEvent.objects.filter(account=self.account), pk=event_id)
        if event.test_of != EVERY_POLICY:
            return HttpResponseRedirect(reverse("cloudmonitor:system_event", args=[event_id]))
        template = f"cloudmonitor/{'_' if self.request.htmx else ''}subscription_tested.html"
        return render(request, template, self.context(event))

    def context(self, event: SystemEvent) -> dict[str, Any]:
        """Return what there is to say by now."""
        decisions = Decision.objects.filter(account=self.account, event_id=event.pk).exclude(policy_name="")
        taken = list(decisions.select_related("batch").prefetch_related("batch__notifications").order_by("pk"))
        enabled = SubscriptionPolicy.objects.filter(account=self.account, state=SubscriptionPolicy.State.ENABLED)
        names = {each.policy_name for each in taken}
        return {
            "title": _("Test of event subscription"),
            "trail": trail((_("Test Event Subscription"), "")),
            "line": words.event_line(event),
            "waiting": event.dispatched_at is None,
            "now": timezone.now(),
            "taken": [self.row(each) for each in taken],
            "left": [name for name in enabled.order_by("name").values_list("name", flat=True) if name not in names],
            "again": reverse("cloudmonitor:event_subscription_test"),
        }

    def row(self, decision: Decision) -> dict[str, Any]:
        """Return what one policy did."""
        messages: Sequence[Notification] = sorted(
            decision.batch.notifications.all() if decision.batch else (), key=lambda each: each.pk
        )
        return {
            "decision": decision,
            "outcome": verdict_cell(decision),
            "reason": reason_of(decision),
            "batch": decision.batch,
            "messages": [(each, state_cell(each), SOON if each.state == PENDING else 0) for each in messages],
        }
