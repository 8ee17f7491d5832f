"""Create/Modify Subscription Policy: the page with the form, filled from a search, from another policy, or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views.panels import PanelPage
from alerts.cloudmonitor.views.subscription_policies import trail
from alerts.events.counts import seen_in
from alerts.notifications.batch_check import check_words
from alerts.subscriptions.carry import carried, suggested_policy_name
from alerts.subscriptions.forms import PolicyForm, initial_of
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.noise import NOISE, NoiseForm
from alerts.subscriptions.save import save_policy
from alerts.subscriptions.words import denoise_in_words, merge_in_words
from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class SubscriptionPolicyCreate(PanelPage):
    """The empty page, or one that is filled from `copy` or from a search."""

    fields = "cloudmonitor/_policy_fields.html"
    verb = "subscription_policy.create"
    lost: Sequence[str] = ()

    def policy(self) -> SubscriptionPolicy | None:
        """Return the policy that is modified; None for a new one."""
        return None

    def form(self, data: Any = None) -> PolicyForm:
        """Return the form."""
        policy = self.policy()
        initial = {} if policy else {"time_zone": timezone.get_current_timezone_name(), **self.filled()}
        return PolicyForm(
            data, account=self.account, seen=seen_in(self.account), policy=policy, initial=initial,
            check=check_words,
        )  # fmt: skip

    def filled(self) -> dict[str, Any]:
        """Return what the policy named by `copy` has, else what the search in the address selects."""
        wanted = self.request.GET.get("copy", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            policy = get_object_or_404(SubscriptionPolicy, account=self.account, pk=int(wanted))
            name = _("%(name)s copy") % {"name": policy.name[:100]}
            return {**initial_of(policy), "name": name, "opened": None}
        if not any(self.request.GET.values()):
            return {}
        initial, self.lost = carried(self.request.GET)
        return {**initial, "name": suggested_policy_name(self.account, initial)}

    def act(self, form: PolicyForm, *, now: datetime) -> str:
        """Save the policy."""
        channels, opened = form.cleaned_data["push_channels"], self.opened(form)
        policy = save_policy(form.wanted(), push_channels=channels, now=now, by=self.actor, opened=opened)
        self.subject = policy.name
        return reverse("cloudmonitor:subscription_policies")

    def done(self) -> str:
        """Say so."""
        return _("The subscription policy “%(name)s” is saved.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title, policy = self.title(), self.policy()
        back = reverse("cloudmonitor:subscription_policies")
        versions = reverse("cloudmonitor:subscription_policy_versions", args=[policy.pk]) if policy else ""
        return {
            **self.framed(title, back, trail((title, "")), stored=policy),
            "lead": _("Which events are told together, how often, to whom, and to which systems."),
            "lost": self.lost,
            "versions_url": versions,
            "submit": _("Submit"),
        }

    def title(self) -> str:
        """Return the heading."""
        return _("Create Subscription Policy")


class SubscriptionPolicyModify(SubscriptionPolicyCreate):
    """The page with a stored policy."""

    verb = "subscription_policy.modify"

    def policy(self) -> SubscriptionPolicy:
        """Return the policy that the address names, if it is one of this account."""
        found = SubscriptionPolicy.objects.select_related("account")
        return get_object_or_404(found, account=self.account, pk=self.kwargs["pk"])

    def title(self) -> str:
        """Return the heading."""
        return _("Modify Subscription Policy")


class SubscriptionPolicyWords(ConsoleView):
    """Merge and denoise in sentences, while they are being chosen; nothing while something is wrong."""

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Answer with the sentences."""
        form, words = NoiseForm(request.GET), ""
        if form.is_valid():
            policy = SubscriptionPolicy(**{name: form.cleaned_data[name] for name in NOISE})
            words = f"{denoise_in_words(policy)} {merge_in_words(policy)}"
        return render(request, "cloudmonitor/_policy_words.html", {"words": words})
