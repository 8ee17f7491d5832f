"""The book of an account's enabled policies, compiled like that of the alert rules and kept while it is current.

Rules, policies and resource groups share one edition: whoever changes a policy or a configuration makes a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.rules.book import Book, compiled
from alerts.rules.editions import Editions
from alerts.rules.shelf import edition_of
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.subscriptions.scope import pattern_of

if TYPE_CHECKING:
    from alerts.rules.hours import Hours
    from alerts.rules.pattern import Pattern


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """One policy, as far as it takes part in selecting."""

    key: int
    name: str
    version: int
    pattern: Pattern
    hours: Hours
    merge_by: tuple[str, ...]


_books: Editions[Book[PolicyEntry]] = Editions()


def policies_of(account: str) -> Book[PolicyEntry]:
    """Return the book of the enabled policies of an account, by uid."""
    return _books.get(account, edition_of(account), lambda: _compiled(account))


def _compiled(account: str) -> Book[PolicyEntry]:
    enabled = SubscriptionPolicy.objects.filter(account=account, state=SubscriptionPolicy.State.ENABLED)
    return compiled(map(entry_of, enabled.select_related("resource_group")))


def entry_of(policy: SubscriptionPolicy) -> PolicyEntry:
    """Return a policy as the book holds it; one that is not stored yet has the key 0."""
    return PolicyEntry(
        policy.pk or 0, policy.name, policy.version, pattern_of(policy), policy.hours(), tuple(policy.merge_by)
    )
