"""The reading of an expression that looks at one event, whether it is stored or not."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt, not_
from typing import Final, Protocol

from alerts.events.language.fields import SAME_TYPE
from alerts.events.language.like import like
from alerts.events.language.tree import Comparison, Expression, Leaf, Term, Value, fold, leaves

ORDERS: Final = {"<": lt, "<=": le, ">": gt, ">=": ge}
LONGEST_FOUND: Final = 200
AROUND: Final = 20


class Eventlike(Protocol):
    """What an expression looks at. `search_text` is in lower case already."""

    @property
    def product(self) -> str: ...
    @property
    def event_type(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def instance_name(self) -> str: ...
    @property
    def group_id(self) -> str: ...
    @property
    def content(self) -> Mapping[str, object]: ...
    @property
    def search_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One term or comparison against one event: as it is written, whether it holds, and the value that decided.

    `found` is the event's value as JSON (at most 200 characters; None where it has none), of a term the text around it
    (None where it does not occur).
    """

    text: str
    holds: bool
    found: str | None


def matches(tree: Expression, event: Eventlike) -> bool:
    """Tell whether an event fulfils the expression."""
    return fold(tree, leaf=lambda leaf: _holds(leaf, event), all_=all, any_=any, none=not_)


def explain(tree: Expression, event: Eventlike) -> tuple[Finding, ...]:
    """Return what each term and each comparison finds, in the order in which they were written."""
    return tuple(Finding(str(leaf), _holds(leaf, event), _found(leaf, event)) for leaf in leaves(tree))


def wanted(comparison: Comparison) -> tuple[Value, ...]:
    """Return the values that are as good as equal: of an event type also its other name."""
    values = comparison.values
    if comparison.field.name != "type":
        return values
    return (*values, *(SAME_TYPE[value] for value in values if isinstance(value, str) and value in SAME_TYPE))


def _holds(leaf: Leaf, event: Eventlike) -> bool:
    if isinstance(leaf, Term):
        return leaf.text.lower() in event.search_text
    value = leaf.field.read(event)
    if leaf.operator in ("is null", "is not null"):
        missing = value is None if leaf.field.path else not value
        return missing is (leaf.operator == "is null")
    return value is not None and _compares(leaf, value)


def _compares(comparison: Comparison, value: object) -> bool:
    """Tell what a comparison says of a value that is there."""
    match comparison.operator:
        case "=" | "in":
            return any(_same(value, each) for each in wanted(comparison))
        case "!=" | "not in":
            return not any(_same(value, each) for each in wanted(comparison))
        case "like":
            return _like(value, comparison.values[0])
        case "not like":
            return not _like(value, comparison.values[0])
        case order:
            return _ordered(order, value, comparison.values[0])


def _same(value: object, other: Value) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    return _number(value) == other if isinstance(other, Decimal) else value == other


def _like(value: object, pattern: Value) -> bool:
    return isinstance(value, str) and like(value, str(pattern))


def _ordered(order: str, value: object, bound: Value) -> bool:
    """Compare two texts by code point, or two numbers; anything else has no order."""
    if isinstance(bound, str):
        return isinstance(value, str) and bool(ORDERS[order](value, bound))
    number = _number(value)
    return number is not None and bool(ORDERS[order](number, bound))


def _number(value: object) -> Decimal | None:
    """Return a JSON number as the database holds it: by its digits."""
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _found(leaf: Leaf, event: Eventlike) -> str | None:
    if isinstance(leaf, Comparison):
        value = leaf.field.read(event)
        return None if value is None else json.dumps(value, ensure_ascii=False, default=str)[:LONGEST_FOUND]
    wanted_text = leaf.text.lower()
    start = event.search_text.find(wanted_text)
    if start < 0:
        return None
    return event.search_text[max(0, start - AROUND) : start + len(wanted_text) + AROUND][:LONGEST_FOUND]
