"""The shelf: the compiled rule books of the accounts, kept by each process as long as their edition is current."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from alerts.rules.book import Book, Entry, compiled
from alerts.rules.models import AlertRule, RuleBook

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BOOKS = 64
"""Accounts whose book one process keeps."""
_kept: OrderedDict[str, tuple[uuid.UUID, Book]] = OrderedDict()
_lock = Lock()


def book_of(account: str) -> Book:
    """Return the book of the enabled rules of an account, by uid."""
    # The edition is read before the rules: a change in between makes the book newer than its mark, never older.
    edition = RuleBook.objects.filter(account=account).values_list("edition", flat=True).first()
    with _lock:
        kept = _kept.get(account)
    if kept and kept[0] == edition:
        return kept[1]
    rules = AlertRule.objects.filter(account=account, state=AlertRule.State.ENABLED).select_related("resource_group")
    book = compiled(map(entry_of, rules))
    if edition:
        _keep(account, edition, book)
    return book


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


def _keep(account: str, edition: uuid.UUID, book: Book) -> None:
    with _lock:
        _kept[account] = (edition, book)
        _kept.move_to_end(account)
        while len(_kept) > MOST_BOOKS:
            _kept.popitem(last=False)
