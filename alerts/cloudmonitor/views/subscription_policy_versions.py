"""Subscription policies › Versions: what a policy was, who changed it, how, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views.subscription_policies import trail
from alerts.cloudmonitor.views.versions import RollBackPage, VersionsPage
from alerts.notifications.batch_check import check_words
from alerts.subscriptions.differences import differences
from alerts.subscriptions.document import policy_document
from alerts.subscriptions.models import PolicyVersion, SubscriptionPolicy
from alerts.subscriptions.restore import roll_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django import forms
    from django.db.models import QuerySet

    from alerts.rules.differences import Difference


class SubscriptionPolicyVersions(VersionsPage):
    """The versions of one policy."""

    roll_back = "cloudmonitor:policy_version_roll_back"

    @cached_property
    def policy(self) -> SubscriptionPolicy:
        """The policy that the address names, if it is one of this account."""
        return get_object_or_404(SubscriptionPolicy, account=self.account, pk=self.kwargs["pk"])

    def rows(self) -> QuerySet[PolicyVersion]:
        """Return the versions of the policy."""
        return PolicyVersion.objects.filter(policy=self.policy)

    def differences(self, before: Any, after: Any) -> Sequence[Difference]:
        """Return what differs between two documents."""
        return differences(before, after)

    def in_force(self) -> int:
        """Return the policy's version."""
        return self.policy.version

    def context(self) -> dict[str, Any]:
        """Return title and trail."""
        modify = reverse("cloudmonitor:subscription_policy_modify", args=[self.policy.pk])
        return {
            "title": _("Versions of “%(name)s”") % {"name": self.policy.name},
            "lead": _("What the subscription policy was, who changed it, and how."),
            "trail": trail((_("Versions"), "")),
            "actions": [{"label": _("Edit"), "url": modify, "icon": "pencil"}] if self.may_change else [],
            "empty": {
                "title": _("No versions yet"),
                "text": _("The next change of this subscription policy keeps what it is then."),
                "icon": "history",
            },
        }


class PolicyVersionRollBack(RollBackPage):
    """Asks, and makes a policy what it was at a version."""

    verb = "subscription_policy.roll_back"

    @cached_property
    def version(self) -> PolicyVersion:
        """The version that the address names, if its policy is one of this account."""
        found = PolicyVersion.objects.filter(account=self.account, policy__account=self.account)
        return get_object_or_404(found.select_related("policy__account"), pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        assert self.version.policy is not None
        self.subject = self.version.policy.name
        return super().form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Roll back."""
        roll_back(self.version, now=now, by=self.actor, check=check_words)
        return self.back()

    def done(self) -> str:
        """Say so."""
        return _("The subscription policy “%(name)s” is what it was at version %(number)s.") % {
            "name": self.subject, "number": self.version.number,
        }  # fmt: skip

    def back(self) -> str:
        """Return the address of the versions."""
        return reverse("cloudmonitor:subscription_policy_versions", args=[self.version.policy_id])

    def context(self) -> dict[str, Any]:
        """Return the question, and what would change."""
        assert self.version.policy is not None
        now, then = policy_document(self.version.policy), json.loads(self.version.document)
        steps = trail((_("Versions"), self.back()), (_("Roll back"), ""))
        return {**self.question(self.version.number, differences(now, then)), "trail": steps, "back": self.back()}
