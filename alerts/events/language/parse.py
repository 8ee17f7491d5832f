"""Parse: a text becomes a tree, or an error that points at the character.

The grammar is that of `and`, `or` and `not` over terms and comparisons; what is a term and what belongs to a comparison
was told before (`tokens`). Length, depth and number of terms are capped before a tree is built.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken
from lark.lexer import Lexer

from alerts.events.language.fields import named
from alerts.events.language.mistakes import ExpressionError, at, at_column
from alerts.events.language.quoting import unquoted
from alerts.events.language.tokens import cut, told
from alerts.events.language.tree import And, Comparison, Expression, Not, Operator, Or, Term
from alerts.events.language.values import read

MAX_LENGTH: Final = 1_000
MAX_DEPTH: Final = 20
MAX_TERMS: Final = 50

GRAMMAR: Final = r"""
    ?start: either
    ?either: every (_OR every)*
    ?every: unit (_AND? unit)*
    ?unit: term | comparison | negation | _LPAR either _RPAR
    negation: _NOT unit
    term: WORD | QUOTED
    comparison: FIELD OPERATOR (BARE | TEXT)*

    %declare _AND _OR _NOT _LPAR _RPAR WORD QUOTED FIELD OPERATOR BARE TEXT
"""
LEAVES: Final = frozenset({"WORD", "QUOTED", "FIELD"})


class _Given(Lexer):
    """Hands on tokens that were made before."""

    __future_interface__ = True

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[Token]:
        return iter(lexer_state.text)


class _Builder(Transformer[Token, Expression]):
    """Makes the tree while the parser reduces: bottom-up, hence without recursion."""

    def term(self, children: list[Token]) -> Expression:
        token = children[0]
        return Term(unquoted(token) if token.type == "QUOTED" else str(token))

    def comparison(self, children: list[Token]) -> Expression:
        name, sign, *values = children
        field = named(name)
        assert field, "an unknown name was refused before"
        operator = cast("Operator", str(sign))
        return Comparison(field, operator, tuple(read(value, field, operator) for value in values))

    def negation(self, children: list[Expression]) -> Expression:
        return Not(children[0])

    def every(self, children: list[Expression]) -> Expression:
        parts = [part.parts if isinstance(part, And) else (part,) for part in children]
        return And(tuple(chain.from_iterable(parts)))

    def either(self, children: list[Expression]) -> Expression:
        parts = [part.parts if isinstance(part, Or) else (part,) for part in children]
        return Or(tuple(chain.from_iterable(parts)))


PARSER: Final = Lark(GRAMMAR, parser="lalr", lexer=_Given, transformer=_Builder())


def parse(text: str) -> Expression:
    """Return the tree of `text`; time is linear in its length.

    Raises ExpressionError for what is no expression, is empty, or exceeds 1,000 characters, 50 terms and comparisons,
    50 values in a list, or 20 levels of parentheses and `not`. For every tree that it returns, `str(tree)` parses to an
    equal tree, provided that it still fits the 1,000 characters (written out, an `and` left out takes room).
    """
    _check_text(text)
    try:
        raw = cut(text)
        _check_pairs(raw)
        tokens = told(raw, text)
        _check_size(tokens)
        _check_phrases(tokens)
        return cast("Expression", PARSER.parse(tokens))  # what the builder made of the start
    except UnexpectedCharacters as error:
        raise _stray_character(text, cast("int", error.pos_in_stream)) from error
    except UnexpectedToken as error:
        raise _missing_term(text, error.token) from error


def _check_text(text: str) -> None:
    """Refuse what is empty, too long, or holds what the database cannot store."""
    if not text.strip():
        raise ExpressionError("The expression is empty: type a word to look for.", 1)
    if len(text) > MAX_LENGTH:
        message = f"The expression has {len(text):,} characters: at most {MAX_LENGTH:,} are allowed."
        raise ExpressionError(message, MAX_LENGTH + 1)
    for column, character in enumerate(text, start=1):
        if character == "\x00" or "\ud800" <= character <= "\udfff":
            raise _unsearchable(character, column)


def _check_pairs(tokens: Iterable[Token]) -> None:
    """Refuse a parenthesis without its partner."""
    opened: list[Token] = []
    for token in tokens:
        if token.type == "_LPAR":
            opened.append(token)
        elif token.type == "_RPAR" and not opened:
            raise at(token, "“)” closes nothing.")
        elif token.type == "_RPAR":
            opened.pop()
    if opened:
        raise at(opened[-1], "“(” is not closed.")


def _check_size(tokens: Iterable[Token]) -> None:
    """Refuse more terms or levels than allowed before a tree is built; the parentheses are known to be paired."""
    opened: list[int] = []  # the levels that each open parenthesis adds: its own and those of the `not` before it
    terms = negations = 0
    for token in tokens:
        if token.type == "_NOT":
            negations += 1
        elif token.type == "_LPAR":
            opened.append(negations + 1)
        elif token.type == "_RPAR":
            opened.pop()
        terms += token.type in LEAVES
        negations = negations if token.type == "_NOT" else 0
        if terms > MAX_TERMS:
            raise at(token, f"the expression has more than {MAX_TERMS} terms.")
        if sum(opened) + negations > MAX_DEPTH:
            raise at(token, f"the expression is nested more than {MAX_DEPTH} levels deep.")


def _check_phrases(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.type == "QUOTED" and not unquoted(token):
            raise at(token, "an empty phrase looks for nothing.")


def _stray_character(text: str, index: int) -> ExpressionError:
    if text[index] in "\"'":
        return at_column(index + 1, "this quotation mark is not closed.")
    return _unsearchable(text[index], index + 1)


def _unsearchable(character: str, column: int) -> ExpressionError:
    return at_column(column, f"the character U+{ord(character):04X} cannot be searched for.")


def _missing_term(text: str, token: Token) -> ExpressionError:
    """Parentheses are in pairs and comparisons whole here, so that only a missing term can stop the parser."""
    if token.type == "$END":
        return at_column(len(text.rstrip()) + 1, "a term is missing at the end.")
    return at(token, f"a term is missing before “{token}”.")
