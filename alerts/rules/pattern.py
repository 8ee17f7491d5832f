"""The pattern of an alert rule, and what it says of one event: a verdict for every clause, not only yes or no.

Pure: the one matcher that dispatch, preview and explanation call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

ANY = "*"
# Official samples carry the raw type `Notification` where the API reference lists only `StatusNotification`: each
# answers to the other.
SAME_TYPE = {"Notification": "StatusNotification", "StatusNotification": "Notification"}


class Eventlike(Protocol):
    """What a pattern looks at."""

    @property
    def product(self) -> str: ...
    @property
    def event_type(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def search_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a pattern against one event: what was asked, what the event has, and whether that is enough."""

    name: str
    wanted: tuple[str, ...]
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a rule selects. An empty tuple, or `*` in it, means any.

    `keywords` are compared without regard to case; `keywords_none` turns "contains any of" into "contains none of".
    """

    product: str = ""
    event_types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    keywords_none: bool = False

    def clauses(self, event: Eventlike) -> tuple[Clause, ...]:
        """Return the verdict of every clause, in the order of the panel."""
        product = (self.product,) if self.product else ()
        return (
            Clause("product", product, event.product, _any_of(product, event.product)),
            Clause("event_type", self.event_types, event.event_type, _type_of(self.event_types, event.event_type)),
            Clause("level", self.levels, event.level, _any_of(self.levels, event.level)),
            Clause("name", self.names, event.name, _any_of(self.names, event.name)),
            self._keyword_clause(event.search_text),
        )

    def matches(self, event: Eventlike) -> bool:
        """Tell whether every clause holds."""
        return all(clause.holds for clause in self.clauses(event))

    def _keyword_clause(self, text: str) -> Clause:
        present = tuple(word for word in self.keywords if word.lower() in text)
        holds = not self.keywords or bool(present) != self.keywords_none
        return Clause("keywords", self.keywords, ", ".join(present), holds)


def _any_of(wanted: tuple[str, ...], found: str) -> bool:
    return not wanted or ANY in wanted or found in wanted


def _type_of(wanted: tuple[str, ...], found: str) -> bool:
    return _any_of(wanted, found) or SAME_TYPE.get(found, "") in wanted
