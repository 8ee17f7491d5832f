"""The keyword expression by property: it round-trips, never breaks, and agrees with a naive reading."""

import re

from hypothesis import given
from hypothesis import strategies as st

from alerts.events.expression import MAX_LENGTH, And, Expression, ExpressionError, Not, Or, Term, matches, parse

STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TERMS = st.builds(Term, st.text(STORABLE, min_size=1, max_size=8) | st.sampled_from(["and", "OR", "Not", "key/*", '"']))
FRAGMENTS = st.sampled_from(
    ["a", "ß", "and", "or", "NOT", "(", ")", '"', "'", "\\", " ", '"x y"', "\x00", "\ud800", "中"]
)
SIMPLE = st.sampled_from(["aa", "b", "ab", "'a b'"])


def _joined(kind: type[And] | type[Or], parts: list[Expression]) -> Expression:
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat))


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=4)
    return (
        several.map(lambda parts: _joined(And, parts)) | several.map(lambda parts: _joined(Or, parts)) | inner.map(Not)
    )


TREES: st.SearchStrategy[Expression] = st.recursive(TERMS, _grown, max_leaves=12)
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


@given(st.text() | st.lists(FRAGMENTS, max_size=80).map("".join) | st.lists(FRAGMENTS, max_size=80).map(" ".join))
def test_any_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    tree = _parsed(text)
    if isinstance(tree, ExpressionError):
        assert tree.message.endswith(".")
        assert 1 <= tree.position <= max(len(text), 1) + 1
        return
    assert len(str(tree)) > MAX_LENGTH or parse(str(tree)) == tree
    assert isinstance(matches(tree, text.lower()), bool)


@given(TEXTS, st.text("ab ", max_size=6))
def test_matching_agrees_with_a_naive_reading(expression: str, text: str) -> None:
    """The naive reading hands the same words to Python's own and, or, not, which bind alike."""
    tree = _parsed(expression)
    if isinstance(tree, ExpressionError):
        assert "nested" in tree.message  # the only mistake that these texts can hold
        return
    spelled = re.sub(r"'[^']*'|\w+", lambda found: _in_python(found[0], text), expression)
    spelled = re.sub(r"(True|False|\))\s+(?=True|False|\(|not)", r"\1 and ", spelled)
    assert matches(tree, text) is eval(spelled)


def _parsed(text: str) -> Expression | ExpressionError:
    try:
        return parse(text)
    except ExpressionError as error:
        return error


def _in_python(word: str, text: str) -> str:
    return word.lower() if word.lower() in {"and", "or", "not"} else str(word.strip("'") in text)
