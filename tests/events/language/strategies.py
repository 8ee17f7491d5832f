"""Trees and events by the dozen, of so few words that they often meet."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from alerts.events.language import And, Comparison, Expression, Not, Or, Term
from alerts.events.language.fields import ATTRIBUTES, Field
from tests.events.language.samples import a_failure

if TYPE_CHECKING:
    from alerts.events.record import Draft

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
KEYS = ("a", "b", "0", "1", "-1", "odd key", "it's", 'say "x"', "a.b", "", "密", " 1", "+0", "\\")
WORDS = (
    "Kms:Gone", "kms:gone", "", "5", "5.0", "true", "null", "ß", "ΑΣ", "ας", "İ", "a_b", "a%b", "aXb", "100%", "\\",
    "it's", '"', "\n", "a\tb", "密钥", "\U0001f511", "\uffff", "Notification", "StatusNotification", "CRITICAL",
    "x'; --", "{a,b}", "%s",
)  # fmt: skip
NUMBERS = (0, -0.0, 1, 5, 5.0, -5, 0.1, 0.25, 1e-7, 5e-324, 1e22, 1e308, 2**53 + 1, 2**63 - 1, 10**40)
BOUNDS = tuple(Decimal(str(number)) for number in (*NUMBERS, "1e400", "-1e400", "1e-400"))
PATTERNS = (
    "%",
    "_",
    "",
    "Kms:%",
    "%e",
    "a_b",
    "a\\_b",
    "a\\%b",
    "%\\\\",
    "_密%",
    "%\n%",
    "%'%",
    "\\5",
    "__",
    "%s",
    "%_%",
)

LONGEST_LEVEL = 16

TEXTS = st.sampled_from(WORDS) | STORABLE
SCALARS = st.none() | st.booleans() | st.sampled_from(NUMBERS) | TEXTS
CONTENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=5,
)

PATHS = st.lists(st.sampled_from(KEYS) | STORABLE, min_size=1, max_size=3).map(tuple)
PLACES = PATHS.map(lambda path: Field("content", path))
COLUMNS = st.sampled_from([*ATTRIBUTES]).map(Field)
LIKE = st.sampled_from(PATTERNS) | STORABLE.map(lambda text: text.replace("\\", "\\\\") + "%")


def comparisons(
    fields: st.SearchStrategy[Field], values: st.SearchStrategy[Any], ordered: st.SearchStrategy[Any]
) -> Any:
    """Return a strategy for comparisons; `ordered` are the values that have an order."""
    one = st.tuples(values)
    some = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Comparison, fields, st.sampled_from(["=", "!="]), one),
        st.builds(Comparison, fields, st.sampled_from(["<", "<=", ">", ">="]), st.tuples(ordered)),
        st.builds(Comparison, fields, st.sampled_from(["like", "not like"]), st.tuples(LIKE)),
        st.builds(Comparison, fields, st.sampled_from(["in", "not in"]), some),
        st.builds(Comparison, fields, st.sampled_from(["is null", "is not null"])),
    )


ORDERED = TEXTS | st.sampled_from(BOUNDS)
TERMS = st.sampled_from([*(word for word in WORDS if word), "and", "OR", "Not", "level", "like", "in", "key/*"])
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Term, TERMS | STORABLE.filter(bool)),
    comparisons(COLUMNS, TEXTS, TEXTS),
    comparisons(PLACES, ORDERED | st.booleans(), ORDERED),
)


def _joined(kind: type[And] | type[Or], parts: list[Expression]) -> Expression:
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat))


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda parts: _joined(And, parts)),
        several.map(lambda parts: _joined(Or, parts)),
        inner.map(Not),
    )


TREES: st.SearchStrategy[Expression] = st.recursive(LEAVES, _grown, max_leaves=8)


def _drafted(columns: dict[str, str], content: dict[str, Any], number: int) -> Draft:
    return a_failure(**columns, content=content, occurrence=str(number))


COLUMN_TEXTS = st.fixed_dictionaries(
    {
        "level": TEXTS.filter(lambda text: len(text) <= LONGEST_LEVEL),
        **dict.fromkeys(("product", "event_type", "status", "region", "instance_name", "group_id"), TEXTS),
    }
)
EVENTS = st.builds(_drafted, COLUMN_TEXTS, CONTENTS, st.integers(0, 2**60))


def as_stored(content: object) -> object:
    """Return content as it comes back from a database that keeps JSON."""
    return json.loads(json.dumps(content))
