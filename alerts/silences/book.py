"""The silences of one account, compiled: which one hides an event, by its content and by the time at which it happened.

Each process keeps them as long as neither silences nor resource groups have a new edition. Silences that are over stay
among them: an event that arrives late belongs to the window in which it happened.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from alerts.rules.book import Book, compiled
from alerts.rules.editions import Editions
from alerts.rules.shelf import edition_of
from alerts.silences.models import Silence, SilenceBook
from alerts.silences.schedule import cover

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.events.models import SystemEvent
    from alerts.rules.pattern import Pattern
    from alerts.silences.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Entry:
    """One silence, as far as it takes part in a decision."""

    key: int
    pattern: Pattern
    schedule: Schedule


_books: Editions[Book[Entry]] = Editions()
NOTHING: Book[Entry] = compiled(())


def book_of(account: str) -> Book[Entry]:
    """Return the book of the silences of an account, by uid."""
    edition = SilenceBook.objects.filter(account=account).values_list("edition", flat=True).first()
    if edition is None:
        return NOTHING
    # A silence may look at a resource group, whose changes make a new edition of the rules.
    return _books.get(account, (edition, edition_of(account)), lambda: _compiled(account))


def _compiled(account: str) -> Book[Entry]:
    silences = Silence.objects.filter(account=account).select_related("resource_group")
    return compiled(map(entry_of, silences))


def entry_of(silence: Silence) -> Entry:
    """Return a silence as a book holds it; one that is not stored yet has the key 0."""
    return Entry(silence.pk or 0, silence.pattern(), silence.schedule())


def silenced(events: Iterable[SystemEvent]) -> dict[UUID, int]:
    """Return which silence hides an event, for those that are hidden; of several the oldest."""
    found: dict[UUID, int] = {}
    books: dict[str, Book[Entry]] = {}
    for event in events:
        if event.account_id not in books:
            books[event.account_id] = book_of(event.account_id)
        for entry in books[event.account_id].matching(event):
            if cover(entry.schedule, event.occurred_at):
                found[event.id] = entry.key
                break
    return found


def new_edition(account: str) -> None:
    """Say that the silences of an account have changed, in the transaction that changes them."""
    SilenceBook.objects.update_or_create(account_id=account, defaults={"edition": uuid.uuid4()})
