"""The database's reading of an expression: a condition whose every value is a bound parameter.

It says exactly what `match` says of one event: there is no third truth value (COALESCE, CASE … ELSE false), texts are
ordered by code point (COLLATE "C"), and a JSON value is compared only with what is of its own type.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, F, Func, Q

from alerts.events.language.fields import ATTRIBUTES, CONTENT
from alerts.events.language.hints import implied
from alerts.events.language.match import wanted
from alerts.events.language.tree import Comparison, Expression, Leaf, Term, Value, fold
from alerts.events.models import SEARCH_TEXT_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

HAS: Final = "COALESCE({column} #> %s::text[] <> 'null'::jsonb, false)"
EQUALS: Final = "COALESCE({column} #> %s::text[] = ANY(%s::jsonb[]), false)"
TEXT: Final = (
    "CASE WHEN jsonb_typeof({column} #> %s::text[]) = 'string'"
    ' THEN ({column} #>> %s::text[]) COLLATE "C" {sign} %s ELSE false END'
)
NUMBER: Final = (
    "CASE WHEN jsonb_typeof({column} #> %s::text[]) = 'number'"
    " THEN ({column} #> %s::text[])::numeric {sign} %s::numeric ELSE false END"
)
CUT_OFF: Final = "length({column}) >= %s"
COLUMN: Final = '{column} COLLATE "C" {sign} %s'
SIGNS: Final = {"like": "LIKE", "not like": "LIKE", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Condition(Func):
    """A condition on one column: a template of this module, and parameters for its places."""

    output_field = BooleanField()

    def __init__(self, column: str, template: str, *parameters: object, sign: str = "") -> None:
        super().__init__(F(column))
        self.template_text, self.parameters, self.sign = template, parameters, sign

    def as_sql(self, compiler: Any, connection: Any, *_shape: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL with the column's name in it, and the parameters."""
        column, none = compiler.compile(self.source_expressions[0])
        return self.template_text.format(column=column, sign=self.sign), (*none, *self.parameters)


def events_q(tree: Expression) -> Q:
    """Return the condition on system events that an expression is."""
    condition: Q = fold(
        tree,
        leaf=_leaf,
        all_=lambda parts: reduce(and_, parts),
        any_=lambda parts: reduce(or_, parts),
        none=lambda part: ~part,
    )
    return condition


def _leaf(leaf: Leaf) -> Q:
    if isinstance(leaf, Term):
        return Q(search_text__contains=leaf.text.lower())
    if leaf.field.path:
        return _within_content(leaf, list(leaf.field.path)) & _hint(leaf)
    return _of_event(leaf, ATTRIBUTES[leaf.field.name]) & _hint(leaf)


def _hint(comparison: Comparison) -> Q:
    """Return what holds wherever the comparison does, and has an index."""
    texts = implied(comparison)
    if not texts:
        return Q()
    found = reduce(or_, (Q(search_text__contains=text) for text in texts))
    return found | Q(Condition("search_text", CUT_OFF, SEARCH_TEXT_LENGTH)) if comparison.field.path else found


def _of_event(comparison: Comparison, column: str) -> Q:
    """Return a condition on a column of texts, none of which is null."""
    match comparison.operator:
        case "=" | "in":
            return _one_of(column, wanted(comparison))
        case "!=" | "not in":
            return ~_one_of(column, wanted(comparison))
        case "is null" | "is not null":
            empty = Q(**{column: ""})
            return empty if comparison.operator == "is null" else ~empty
        case operator:
            condition = Q(Condition(column, COLUMN, comparison.values[0], sign=SIGNS[operator]))
            return ~condition if operator == "not like" else condition


def _one_of(column: str, values: Sequence[Value]) -> Q:
    return Q(**{f"{column}__in": values}) if len(values) > 1 else Q(**{column: values[0]})


def _within_content(comparison: Comparison, path: list[str]) -> Q:
    """Return a condition on a place in the content, where there may be anything or nothing."""
    there = Q(Condition(CONTENT, HAS, path))
    match comparison.operator:
        case "is null":
            return ~there
        case "is not null":
            return there
        case "=" | "in":
            return _equals(path, comparison.values)
        case "!=" | "not in":
            return there & ~_equals(path, comparison.values)
        case "not like":
            return there & ~_compares(path, "LIKE", comparison.values[0])
        case operator:
            return _compares(path, SIGNS[operator], comparison.values[0])


def _equals(path: list[str], values: Sequence[Value]) -> Q:
    documents = [str(value) if isinstance(value, Decimal) else json.dumps(value) for value in values]
    return Q(Condition(CONTENT, EQUALS, path, documents))


def _compares(path: list[str], sign: str, value: Value) -> Q:
    template = NUMBER if isinstance(value, Decimal) else TEXT
    return Q(Condition(CONTENT, template, path, path, value, sign=sign))
