"""What an expression means as a tree, and the sentence for each mistake."""

import time
from decimal import Decimal

import pytest

from alerts.events.language import And, Comparison, Expression, ExpressionError, Not, Or, Term, fold, parse
from alerts.events.language.fields import Field

A, B, C = Term("a"), Term("b"), Term("c")
LEVEL, CODE = Field("level"), Field("content", ("failureInfo", "errorCode"))
OFFERED = "level, name, product, type, status, region, resource, instanceName, groupId, content.…"


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
        ('"a ""b"""', Term('a "b"')),
        ("'it''s \"\"'", Term('it\'s ""')),
        ('a"b c"', And((A, Term("b c")))),
        ("android oracle notary", And((Term("android"), Term("oracle"), Term("notary")))),
        ('"and"', Term("and")),
        ("Secret:RotateSecret:Failure", Term("Secret:RotateSecret:Failure")),
        ("acs:kms:cn-hangzhou:1:key/*", Term("acs:kms:cn-hangzhou:1:key/*")),
        ("hello! a,b,", And((Term("hello!"), Term("a,b,")))),
        ("密钥\u3000删除", And((Term("密钥"), Term("删除")))),
    ],
)
def test_words_mean_their_tree(text: str, tree: Expression) -> None:
    assert parse(text) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("level = 'a'", Comparison(LEVEL, "=", ("a",))),
        ("Level='a'", Comparison(LEVEL, "=", ("a",))),
        ("level <> a", Comparison(LEVEL, "!=", ("a",))),
        ("level = 5", Comparison(LEVEL, "=", ("5",))),
        ("level = true", Comparison(LEVEL, "=", ("true",))),
        ("level = acs:kms:*", Comparison(LEVEL, "=", ("acs:kms:*",))),
        ("level <= ''", Comparison(LEVEL, "<=", ("",))),
        ("event_type LIKE 'a%'", Comparison(Field("type"), "like", ("a%",))),
        ("level Not  Like a_", Comparison(LEVEL, "not like", ("a_",))),
        (r"level like '100\%'", Comparison(LEVEL, "like", (r"100\%",))),
        ("level in (a,'b, c', \"d\")", Comparison(LEVEL, "in", ("a", "b, c", "d"))),
        ("level not in(a)", Comparison(LEVEL, "not in", ("a",))),
        ("level is NULL", Comparison(LEVEL, "is null")),
        ("level IS not Null", Comparison(LEVEL, "is not null")),
        ("content.failureInfo.errorCode = a", Comparison(CODE, "=", ("a",))),
        ("CONTENT.'failureInfo'.errorCode = a", Comparison(CODE, "=", ("a",))),
        ('content."a ""b""".0 = a', Comparison(Field("content", ('a "b"', "0")), "=", ("a",))),
        ("content.a > 1.5e3", Comparison(Field("content", ("a",)), ">", (Decimal(1500),))),
        (
            "content.a in (1,true,'1',x,\"true\")",
            Comparison(Field("content", ("a",)), "in", (Decimal(1), True, "1", "x", "true")),
        ),
        ("content.a like 1", Comparison(Field("content", ("a",)), "like", ("1",))),
        ("content.a = '1'", Comparison(Field("content", ("a",)), "=", ("1",))),
    ],
)  # fmt: skip
def test_a_comparison_means_its_field_operator_and_values(text: str, comparison: Comparison) -> None:
    read = parse(text)
    assert read == comparison == parse(str(comparison))
    assert isinstance(read, Comparison)
    assert [type(value) for value in read.values] == [type(value) for value in comparison.values]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("LEVEL=a or event_type in(b,c)", "level = 'a' or type in ('b', 'c')"),
        ("content.'a b'.c is not null", 'content."a b".c is not null'),
        ("content.a = 'it''s \\\\ \\%'", "content.a = 'it''s \\\\ \\\\%'"),
        ("content.a in (TRUE, 1.50, \"x\")", "content.a in (true, 1.50, 'x')"),
        ("not (level = a and b)", "not (level = 'a' and b)"),
    ],
)  # fmt: skip
def test_a_tree_is_written_in_one_way(text: str, written: str) -> None:
    assert str(parse(text)) == written


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
        ("level = '\x00'", "Column 10: the character U+0000 cannot be searched for."),
        ("\ud800", "Column 1: the character U+D800 cannot be searched for."),
        ("level = '\udfff'", "Column 10: the character U+DFFF cannot be searched for."),
        ("a\x07", "Column 2: the character U+0007 cannot be searched for."),
        pytest.param("a" * 1_001, "The expression has 1,001 characters: at most 1,000 are allowed.", id="long"),
        ("a " * 51, "Column 101: the expression has more than 50 terms."),
        ("level=a and " * 50 + "b", "Column 601: the expression has more than 50 terms."),
        ("(" * 21 + "a" + ")" * 21, "Column 21: the expression is nested more than 20 levels deep."),
        ("not " * 21 + "a", "Column 81: the expression is nested more than 20 levels deep."),
        ("not (" * 11 + "a" + ")" * 11, "Column 51: the expression is nested more than 20 levels deep."),
        ("(lvel = 'x')", "Column 2: there is no field “lvel”: did you mean “level”?"),
        ("Instance_Names = x", "Column 1: there is no field “Instance_Names”: did you mean “instanceName”?"),
        (
            "errorCode = 'x'",
            f"Column 1: there is no field “errorCode”: the fields are {OFFERED}, and a text to look for stands in "
            "quotation marks.",
        ),
        (
            "a or = b",
            "Column 6: “=” needs the name of a field before it, without quotation marks; if a text is meant, put it in "
            "quotation marks.",
        ),
        (
            "content = x",
            "Column 1: “content” needs the way to a place in it, such as content.failureInfo.errorCode.",
        ),
        ("content..a = x", "Column 1: a step of this path is empty: a dot stands between two names."),
        (
            "level == x",
            "Column 7: “==” is no operator: =, !=, <, <=, >, >=, like, in and is null are; if a text is meant, put it "
            "in quotation marks.",
        ),
        ("level =", "Column 8: a value is missing after “=”."),
        ("level not like)", "Column 15: “)” closes nothing."),
        ("(level not like)", "Column 16: a value is missing after “not like”."),
        (
            "level = null",
            "Column 9: nothing equals null: write “is null” or “is not null”, or put the text in quotation marks.",
        ),
        (
            "level = a,b",
            "Column 9: put a value with a comma in quotation marks; several values are written in ('a', 'b').",
        ),
        (
            "name = key deleted",
            "Column 12: put a value of several words in quotation marks; if this is looked for besides, write “and” "
            "before it.",
        ),
        ("level in a", "Column 10: “in” needs its values in parentheses, in ('a', 'b')."),
        ("level in (a b)", "Column 13: a comma is missing before “b”."),
        ("level in (a,,b)", "Column 13: a value is missing before “,”."),
        ("level in (a,)", "Column 13: a value is missing before “)”."),
        (
            "level in (a or b)",
            "Column 13: “or” cannot stand in a list of values; if a text is meant, put it in quotation marks.",
        ),
        (f"level in ({'a,' * 50}b)", "Column 111: a list has at most 50 values."),
        (
            "status is bad",
            "Column 8: after a field “is” goes on with “null” or “not null”; to compare write “=”; if a text is meant, "
            "put it in quotation marks.",
        ),
        ("content.a > true", "Column 13: “true” is neither smaller nor larger than anything: compare it by = or !=."),
        (
            "content.a > 1e1001",
            "Column 13: this number has more than 1,000 digits; for a text, put it in quotation marks.",
        ),
        (
            "level like 'a\\\\'",
            "Column 12: the pattern ends in a backslash that has nothing to escape: write it twice.",
        ),
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
    assert parse(" and ".join(["level=a"] * 50)) == And((Comparison(LEVEL, "=", ("a",)),) * 50)
    assert parse(f"level in ({','.join('a' * 50)})") == Comparison(LEVEL, "in", ("a",) * 50)
    path = ".x" * 490
    assert parse(f"content{path} = 1") == Comparison(Field("content", ("x",) * 490), "=", (Decimal(1),))


def test_fold_reads_the_tree_from_the_leaves_up() -> None:
    reading = fold(
        parse("(a or level = 'b') and not c"),
        leaf=lambda leaf: str(leaf).upper(),
        all_=lambda parts: f"all({','.join(parts)})",
        any_=lambda parts: f"any({','.join(parts)})",
        none=lambda part: f"none({part})",
    )
    assert reading == "all(any(A,LEVEL = 'B'),none(C))"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 1_000_000, id="many parentheses"),
        pytest.param("(" * 1_000, id="parentheses within the length"),
        pytest.param("not " * 250, id="negations within the length"),
        pytest.param('"' * 999, id="quotation marks"),
        pytest.param("\\'" * 499 + "'\\", id="escapes"),
        pytest.param("a" * 10_000_000, id="one long word"),
        pytest.param("level in (" + "," * 980 + ")", id="commas"),
        pytest.param("content" + '."a"' * 240, id="a path without an operator"),
        pytest.param("=" * 1_000, id="signs"),
    ],
)
def test_long_and_deep_input_is_answered_fast(text: str) -> None:
    started = time.thread_time()
    try:
        tree: Expression | None = parse(text)
    except ExpressionError:
        tree = None
    assert time.thread_time() - started < 0.05
    assert tree is None or text[0] in "c\\"
