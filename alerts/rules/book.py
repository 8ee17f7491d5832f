"""The rule book: the alert rules of one account, compiled so that an event meets only those that may want it.

Pure. Equal patterns are asked once. Each different one stands under the rarest thing that an event must have for it to
match: one of some resources, three letters of a keyword or a resource, a value of a field that its SQL filter names, an
event name, an event level. What must have none of these stands at the end and is always asked. The book only narrows:
whether a rule matches, its pattern says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from alerts.events.language import And, Comparison, Eventlike, Expression, Or, Term
from alerts.events.language.fields import Field
from alerts.events.language.match import wanted
from alerts.rules.globs import WILD
from alerts.rules.pattern import ANY, Pattern, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alerts.events.language.tree import Value
    from alerts.rules.hours import Hours

LETTERS = 3
"""Length of the pieces under which keywords are found."""
TEXT, ARN = Field("text"), Field("resource text")
"""Stand among the fields for the event's text and for the text of its resource; their values are pieces of it."""
RARITY = {"resource": 0, "text": 1, "resource text": 2, "instanceName": 3, "content": 4, "groupId": 5, "name": 6,
          "region": 7, "status": 8, "type": 9, "level": 10, "product": 11}  # fmt: skip


class Need(NamedTuple):
    """What an event must have to match: one of these values of these fields. The smaller `rarity`, the rarer."""

    rarity: int
    keys: frozenset[tuple[Field, Value]]


class Selecting(Protocol):
    """What stands in a book: it has a pattern, and a key by which what is found is ordered."""

    @property
    def key(self) -> int:
        """The key."""

    @property
    def pattern(self) -> Pattern:
        """Which events it wants."""


Of = TypeVar("Of", bound=Selecting)


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, as far as it takes part in a decision. `mute_for` is in seconds."""

    rule: int
    name: str
    version: int
    pattern: Pattern
    hours: Hours
    mute_for: int

    @property
    def key(self) -> int:
        """The rule's key."""
        return self.rule


@dataclass(slots=True)
class Book(Generic[Of]):
    """Entries by what an event must have. Make it with `compiled`."""

    entries: Mapping[Pattern, Sequence[Of]]
    shelves: dict[Field, dict[Value, list[Pattern]]] = field(default_factory=dict)
    others: list[Pattern] = field(default_factory=list)

    def matching(self, event: Eventlike) -> list[Of]:
        """Return the rules whose pattern matches the event, in the order of their keys."""
        # One pattern may stand under several keys that the event has.
        found = {id(pattern): pattern for pattern in self.candidates(event) if pattern.matches(event)}
        return sorted(
            (entry for pattern in found.values() for entry in self.entries[pattern]), key=lambda entry: entry.key
        )

    def candidates(self, event: Eventlike) -> Iterator[Pattern]:
        """Yield the patterns that may match, some of them more than once."""
        yield from self.others
        for of, shelf in self.shelves.items():
            if of in (TEXT, ARN):
                for letters in pieces(event.search_text if of == TEXT else event.resource) & shelf.keys():
                    yield from shelf[letters]
            else:
                value = of.read(event)
                if isinstance(value, str):
                    yield from shelf.get(value, ())


def compiled(entries: Iterable[Of]) -> Book[Of]:
    """Return the book of these rules, or of whatever else selects events."""
    by_pattern: dict[Pattern, list[Of]] = defaultdict(list)
    for entry in entries:
        by_pattern[entry.pattern].append(entry)
    book = Book(by_pattern)
    needs = {pattern: _need_of(pattern) for pattern in by_pattern}
    common = Counter(
        (of, letters)
        for need in needs.values()
        for of, text in (need.keys if need else ())
        for letters in (_pieces_of(of, text) if of in (TEXT, ARN) else ())
    )
    for pattern, need in needs.items():
        for of, value in {_shelved(key, common) for key in (need.keys if need else ())}:
            book.shelves.setdefault(of, {}).setdefault(value, []).append(pattern)
        if need is None:
            book.others.append(pattern)
    return book


def _shelved(key: tuple[Field, Value], common: Counter[tuple[Field, str]]) -> tuple[Field, Value]:
    """Return under what a key stands: of a text, its rarest piece, which may do for several texts."""
    of, value = key
    if of not in (TEXT, ARN):
        return key
    return of, min(_pieces_of(of, value), key=lambda letters: (common[of, letters], letters))


def pieces(text: str) -> set[str]:
    """Return every run of three characters in a text."""
    return {text[start : start + LETTERS] for start in range(len(text) - LETTERS + 1)}


def _pieces_of(of: Field, value: Value) -> set[str]:
    """Return the pieces that a text must have to hold a keyword, or to be a resource of a pattern."""
    parts = WILD.split(str(value)) if of == ARN else [str(value)]
    return set().union(*map(pieces, parts))


def _need_of(pattern: Pattern) -> Need | None:
    """Return the rarest thing that the clauses of a pattern ask for; None when they ask for nothing in particular."""
    listed = {"name": pattern.names, "level": pattern.levels, "status": pattern.statuses}
    needs: list[Need | None] = [
        _one_of(Field(name), values) for name, values in listed.items() if values and ANY not in values
    ]
    if pattern.resources and not any(WILD.search(each) for each in pattern.resources):
        needs.append(_one_of(Field("resource"), pattern.resources))
    elif pattern.resources:
        needs.append(_in_text(ARN, pattern.resources))
    if pattern.keywords and not pattern.keywords_none:
        needs.append(_in_text(TEXT, [word.lower() for word in pattern.keywords]))
    if pattern.sql_filter:
        needs.append(_needed(tree_of(pattern.sql_filter)))
    return _rarest(needs)


def _rarest(needs: Iterable[Need | None]) -> Need | None:
    return min(filter(None, needs), key=lambda need: (need.rarity, len(need.keys)), default=None)


def _one_of(of: Field, values: Iterable[Value]) -> Need:
    return Need(RARITY[of.name], frozenset((of, value) for value in values))


def _in_text(of: Field, texts: Sequence[str]) -> Need | None:
    return _one_of(of, texts) if all(_pieces_of(of, text) for text in texts) else None


def _needed(tree: Expression) -> Need | None:
    match tree:
        case Term(text):
            return _in_text(TEXT, [text.lower()])
        case Comparison(of, "=" | "in") if all(isinstance(value, str) for value in tree.values):
            return _one_of(of, wanted(tree))
        case And(parts):
            return _rarest(map(_needed, parts))
        case Or(parts):
            found = [_needed(part) for part in parts]
            known = [need for need in found if need]
            if len(known) < len(found):
                return None
            return Need(max(need.rarity for need in known), frozenset().union(*(need.keys for need in known)))
        case _:
            return None
