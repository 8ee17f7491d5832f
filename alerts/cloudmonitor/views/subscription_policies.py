"""Event Center › Event Subscription › Subscription Policy: the list, and one policy with its last messages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views import subscription_cells as cells
from alerts.cloudmonitor.views.cells import select_cell
from alerts.subscriptions.filters import PolicyFilter
from alerts.subscriptions.methods import Methods
from alerts.subscriptions.models import Batch, SubscriptionPolicy
from alerts.subscriptions.words import configuration_in_words, denoise_in_words, merge_in_words
from alerts.ui.access import ConsoleView
from alerts.ui.batches import events_of, events_url
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LATELY = timedelta(days=7)
BULK = "policies-bulk"
NEWEST = 10
ALL = 999


def tabs(active: str) -> list[dict[str, object]]:
    """Return the three tabs of the menu entry."""
    pages = (
        ("subscription_policies", _("Subscription Policy")),
        ("push_channels", _("Push Channel")),
        ("notification_configurations", _("Notification Configuration")),
    )
    return [{"label": label, "url": reverse(f"cloudmonitor:{name}"), "active": name == active} for name, label in pages]


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Return the way to a page under a tab: (label, address) of each step, empty for the page itself."""
    return [{"label": _("Event Subscription"), "url": reverse("cloudmonitor:subscription_policies")},
            *({"label": label, "url": url} for label, url in steps)]  # fmt: skip


class SubscriptionPolicies(ListPage):
    """The list."""

    template = "cloudmonitor/subscription_policies.html"
    collection = "subscriptionPolicies"
    filterset = PolicyFilter
    columns = cells.COLUMNS
    exported = cells.EXPORTED

    def rows(self) -> QuerySet[SubscriptionPolicy]:
        """Return the policies with where they go and how often they told lately."""
        policies = SubscriptionPolicy.objects.filter(account=self.account)
        policies = policies.select_related("resource_group", "configuration").prefetch_related("push_channels")
        return cells.with_tellings(policies, since=self.now - LATELY)

    def shown(self) -> Sequence[Column]:
        """Return the columns; who may change something sees boxes and actions."""
        if not self.may_change:
            return self.columns
        box = Column("Select", _("Select"), select_cell(BULK, "policy"))
        return (box, *self.columns, Column("Actions", _("Actions"), cells.actions_for(self.request)))

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        create, label = reverse("cloudmonitor:subscription_policy_create"), _("Create Subscription Policy")
        test = {"label": _("Test Event Subscription"), "url": reverse("cloudmonitor:event_subscription_test"),
                "icon": "send"}  # fmt: skip
        return {
            "title": _("Event Subscription"),
            "lead": _("A policy gathers events, tells them together, is quiet in between, and goes on to the next"
                      " people when nobody answers."),
            "trail": [{"label": _("Event Center")}, {"label": _("Event Subscription")}],
            "tabs": tabs("subscription_policies"),
            "actions": [{"label": label, "url": create, "kind": "primary", "icon": "plus"}, test]
            if self.may_change else [],
            "bulk": BULK if self.may_change else "",
            "empty": {
                "title": _("No subscription policies yet"),
                "text": _("Search for events in Event Monitoring and save the search, or start from nothing."),
                "icon": "mails",
                "url": create if self.may_change else "",
                "action": label,
            },
        }  # fmt: skip


class SubscriptionPolicyDetails(ConsoleView):
    """Subscription Policy Details: everything that a policy says, in words, and its last messages."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it in the side panel, or on a page of its own."""
        found = SubscriptionPolicy.objects.select_related("resource_group", "configuration")
        policy = get_object_or_404(found.prefetch_related("push_channels"), account=self.account, pk=pk)
        drawer = self.request.htmx and not self.request.htmx.history_restore_request
        template = f"cloudmonitor/{'_subscription_policy_drawer' if drawer else 'subscription_policy'}.html"
        return render(request, template, self.context(policy))

    def context(self, policy: SubscriptionPolicy) -> dict[str, Any]:
        """Return what there is to say."""
        configuration = policy.configuration
        steps = list(configuration.steps.select_related("group").order_by("number")) if configuration else []
        back = reverse("cloudmonitor:subscription_policies")
        batches = Batch.objects.filter(account=self.account, policy=policy)
        return {
            "title": policy.name,
            "trail": trail((policy.name, "")),
            "here": self.request.path,
            "back": back,
            "may": self.may_change,
            "policy": policy,
            "state": cells.state_cell(policy),
            "selected": cells.selected(policy, most=ALL),
            "merged": merge_in_words(policy),
            "denoised": denoise_in_words(policy),
            "told": configuration_in_words(configuration, steps) if configuration else "",
            "methods": [form for form in Methods(None, stored=policy.methods).forms if form.stored],
            "batches": [(each, events_of(each), events_url(each)) for each in batches.order_by("-made_at")[:NEWEST]],
        }
