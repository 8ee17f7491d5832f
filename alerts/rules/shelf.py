"""The shelf: the compiled rule books of the accounts, kept by each process as long as their edition is current."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from alerts.rules.book import Book, Entry, compiled
from alerts.rules.editions import Editions
from alerts.rules.models import AlertRule, RuleBook

if TYPE_CHECKING:
    from collections.abc import Iterable

_books: Editions[Book[Entry]] = Editions()


def book_of(account: str) -> Book[Entry]:
    """Return the book of the enabled rules of an account, by uid."""
    return _books.get(account, edition_of(account), lambda: _compiled(account))


def edition_of(account: str) -> uuid.UUID | None:
    """Return the edition of the account's rules and resource groups; None before the first."""
    return RuleBook.objects.filter(account=account).values_list("edition", flat=True).first()


def _compiled(account: str) -> Book[Entry]:
    rules = AlertRule.objects.filter(account=account, state=AlertRule.State.ENABLED).select_related("resource_group")
    return compiled(map(entry_of, rules))


def entry_of(rule: AlertRule) -> Entry:
    """Return a rule as a book holds it; one that is not stored yet has the key 0."""
    return Entry(rule.pk or 0, rule.name, rule.version, rule.pattern(), rule.hours(), rule.mute_for)


def new_edition(accounts: Iterable[str]) -> None:
    """Say that rules or resource groups of these accounts have changed, in the transaction that changes them."""
    RuleBook.objects.bulk_create(
        [RuleBook(account_id=account, edition=uuid.uuid4()) for account in sorted(set(accounts))],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["edition"],
    )
