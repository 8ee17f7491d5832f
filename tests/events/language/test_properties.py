"""The language by property: it round-trips, never breaks, and agrees with a naive reading."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from alerts.events.language import MAX_LENGTH, Eventlike, Expression, ExpressionError, explain, matches, parse
from tests.events.language.samples import a_failure
from tests.events.language.strategies import EVENTS, TREES

FRAGMENTS = st.sampled_from(
    ["a", "ß", "and", "or", "NOT", "(", ")", '"', "'", "\\", " ", '"x y"', "\x00", "\ud800", "中", "level", "content.a",
     "content.", ".b", "=", "!", "<", ">", "like", "in", "is", "null", "not", ",", "5", "1e400", "-", "%", "'x'"]
)  # fmt: skip
SIMPLE = st.sampled_from(["aa", "b", "ab", "'a b'"])
TEXTS: st.SearchStrategy[str] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "AND", "Or", ""]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("not {}".format),
    ),
    max_leaves=10,
)


@given(TREES)
def test_a_written_tree_parses_to_itself(tree: Expression) -> None:
    text = str(tree)
    if len(text) <= MAX_LENGTH:
        assert parse(text) == tree
        assert str(parse(text)) == text


@given(st.text() | st.lists(FRAGMENTS, max_size=80).map("".join) | st.lists(FRAGMENTS, max_size=80).map(" ".join))
def test_any_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    tree = parsed(text)
    if isinstance(tree, ExpressionError):
        assert tree.message.endswith(".")
        assert 1 <= tree.position <= max(len(text), 1) + 1
        return
    assert len(str(tree)) > MAX_LENGTH or parse(str(tree)) == tree
    assert isinstance(matches(tree, a_failure()), bool)


@given(TREES, EVENTS)
def test_an_explanation_says_what_decided(tree: Expression, event: Eventlike) -> None:
    found = explain(tree, event)
    assert [each.holds for each in found] == [matches(parse(each.text), event) for each in found]


@given(TEXTS, st.text("ab ", max_size=6))
def test_matching_agrees_with_a_naive_reading(expression: str, text: str) -> None:
    """The naive reading hands the same words to Python's own and, or, not, which bind alike."""
    tree = parsed(expression)
    if isinstance(tree, ExpressionError):
        assert "nested" in tree.message  # the only mistake that these texts can hold
        return
    spelled = re.sub(r"'[^']*'|\w+", lambda found: in_python(found[0], text), expression)
    spelled = re.sub(r"(True|False|\))\s+(?=True|False|\(|not)", r"\1 and ", spelled)
    assert matches(tree, cast("Eventlike", SimpleNamespace(search_text=text))) is eval(spelled)


def parsed(text: str) -> Expression | ExpressionError:
    """Return the tree, or why there is none."""
    try:
        return parse(text)
    except ExpressionError as error:
        return error


def in_python(word: str, text: str) -> str:
    """Return a word of an expression as Python says it."""
    return word.lower() if word.lower() in {"and", "or", "not"} else str(word.strip("'") in text)
