"""The keyword expression by example: what it means, and the sentence for each mistake."""

import time

import pytest

from alerts.events.expression import And, Expression, ExpressionError, Not, Or, Term, fold, matches, parse

A, B, C = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a and b", And((A, B))),
        ("a b", And((A, B))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("a and (b and c)", And((A, B, C))),
        ("(a or b) or c", Or((A, B, C))),
        ("((a))", A),
        ("a AND b Or NOT c", Or((And((A, B)), Not(C)))),
        ("a not b", And((A, Not(B)))),
        ("not not a", Not(Not(A))),
        ("not (a or b)", Not(Or((A, B)))),
        ("not(a)b", And((Not(A), B))),
        ('"a b"', Term("a b")),
        ("'say \"hi\"'", Term('say "hi"')),
        (r'"a \"b\" \\ \c"', Term(r'a "b" \ \c')),
        ('a"b c"', And((A, Term("b c")))),
        ("android oracle notary", And((Term("android"), Term("oracle"), Term("notary")))),
        ('"and"', Term("and")),
        ("Secret:RotateSecret:Failure", Term("Secret:RotateSecret:Failure")),
        ("acs:kms:cn-hangzhou:1:key/*", Term("acs:kms:cn-hangzhou:1:key/*")),
        ("密钥\u3000删除", And((Term("密钥"), Term("删除")))),
    ],
)
def test_an_expression_means_its_tree(text: str, tree: Expression) -> None:
    assert parse(text) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The expression is empty: type a word to look for."),
        (" \n", "The expression is empty: type a word to look for."),
        ("a and b) c", "Column 8: “)” closes nothing."),
        ("a and (b", "Column 7: “(” is not closed."),
        ("()", "Column 2: a term is missing before “)”."),
        ("or a", "Column 1: a term is missing before “or”."),
        ("a and OR b", "Column 7: a term is missing before “OR”."),
        ("a and ", "Column 6: a term is missing at the end."),
        ("not", "Column 4: a term is missing at the end."),
        ('a "b', "Column 3: this quotation mark is not closed."),
        ("don't", "Column 4: this quotation mark is not closed."),
        ('a and ""', "Column 7: an empty phrase looks for nothing."),
        ("a\x00", "Column 2: the character U+0000 cannot be searched for."),
        ('"a\x00"', "Column 3: the character U+0000 cannot be searched for."),
        ("\ud800", "Column 1: the character U+D800 cannot be searched for."),
        ("a\x07", "Column 2: the character U+0007 cannot be searched for."),
        pytest.param("a" * 1_001, "The expression has 1,001 characters: at most 1,000 are allowed.", id="long"),
        ("a " * 51, "Column 101: the expression has more than 50 terms."),
        ("(" * 21 + "a" + ")" * 21, "Column 21: the expression is nested more than 20 levels deep."),
        ("not " * 21 + "a", "Column 81: the expression is nested more than 20 levels deep."),
        ("not (" * 11 + "a" + ")" * 11, "Column 51: the expression is nested more than 20 levels deep."),
    ],
)
def test_a_mistake_is_named_with_its_column(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert str(caught.value) == caught.value.message == sentence
    if sentence.startswith("Column"):
        assert sentence.startswith(f"Column {caught.value.position}:")


def test_the_caps_themselves_are_allowed() -> None:
    assert parse("a" * 1_000) == Term("a" * 1_000)
    assert parse("(" * 20 + "a" + ")" * 20) == A
    assert parse(" ".join(["(not a)"] * 50)) == And((Not(A),) * 50)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("KMS", True),
        ("kms and nothing", False),
        ("(nothing or rotatesecret) and CN-hangzhou", True),
        ("not nothing", True),
        ("not kms or not nothing", True),
        ('"failure cn"', True),
    ],
)
def test_terms_are_contained_whatever_their_case(expression: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches(parse(expression), "kms secret:rotatesecret:failure cn-hangzhou") is found


def test_fold_reads_the_tree_from_the_terms_up() -> None:
    reading = fold(
        parse("(a or b) and not c"),
        term=str.upper,
        all_=lambda parts: f"all({','.join(parts)})",
        any_=lambda parts: f"any({','.join(parts)})",
        none=lambda part: f"none({part})",
    )
    assert reading == "all(any(A,B),none(C))"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 1_000_000, id="many parentheses"),
        pytest.param("(" * 1_000, id="parentheses within the length"),
        pytest.param("not " * 250, id="negations within the length"),
        pytest.param('"' * 999, id="quotation marks"),
        pytest.param("\\'" * 499, id="escapes"),
        pytest.param("a" * 10_000_000, id="one long word"),
    ],
)
def test_long_and_deep_input_is_refused_fast(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.perf_counter() - started < 0.5
