"""What every enabled subscription policy made of one event: its decision, or the clause that does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.notifications.models import Decision
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.scope import pattern_of
from alerts.ui import rule_checks as words
from alerts.ui.outcomes import reason_of

if TYPE_CHECKING:
    from alerts.events.models import SystemEvent
    from alerts.rules.pattern import Clause


class PolicyLine(NamedTuple):
    """One policy: its name and page, what it made of the event in words, and the first clause that does not hold."""

    name: str
    url: str
    summary: str
    misses: tuple[Clause, ...]

    @property
    def miss(self) -> words.Line | None:
        """The first clause that does not hold, in words."""
        return words.clause_line(self.misses[0]) if self.misses else None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        misses = [{"name": each.name, "wanted": each.wanted, "found": each.found} for each in self.misses]
        return {"name": self.name, "summary": self.summary, "misses": misses}


def policy_lines(event: SystemEvent) -> list[PolicyLine]:
    """Return a line for each enabled policy of the event's account, the nearest misses first. Two queries."""
    enabled = SubscriptionPolicy.objects.filter(account=event.account_id, state=SubscriptionPolicy.State.ENABLED)
    decided = Decision.objects.filter(account=event.account_id, event_id=event.pk, policy__isnull=False)
    by_policy = {each.policy_id: each for each in decided}
    policies = enabled.select_related("resource_group").order_by("name")
    lines = [_line(policy, event, by_policy.get(policy.pk)) for policy in policies]
    return sorted(lines, key=lambda line: len(line.misses))


def _line(policy: SubscriptionPolicy, event: SystemEvent, decision: Decision | None) -> PolicyLine:
    misses = tuple(each for each in pattern_of(policy).clauses(event) if not each.holds)
    url = reverse("cloudmonitor:subscription_policy", args=[policy.pk])
    return PolicyLine(policy.name, url, _summary(misses, decision), misses)


def _summary(misses: tuple[Clause, ...], decision: Decision | None) -> str:
    if decision is not None:
        return f"{decision.get_verdict_display()}. {reason_of(decision)}".strip()
    if misses:
        return _("Not selected: %(clause)s does not hold.") % {"clause": words.CLAUSES[misses[0].name]}
    return _("It would select it now, but was not there or was another one when the event came.")
