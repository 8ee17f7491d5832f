"""The keyword expression of Event Monitoring: `(a or b) and not "c d"`, parsed to a small tree.

A term is a piece of text that must occur in the event, whatever its case. Terms are joined by `and`, `or` and `not`
(any case; `not` binds tightest, `or` loosest) and grouped by parentheses; words side by side are joined by `and`. A
phrase in "…" or '…' may hold spaces, parentheses and the three words; in it a backslash escapes a quotation mark and
itself. Grammar of the examples: CloudMonitor, "System events", search box.

The idea: the tree is plain data and `fold` is the only way over it, so that matching a text here and asking the
database elsewhere are the same reading of one tree. Length, depth and number of terms are capped before parsing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import not_
from typing import Final, TypeAlias, TypeVar, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

MAX_LENGTH: Final = 1_000
MAX_DEPTH: Final = 20
MAX_TERMS: Final = 50

Result = TypeVar("Result")

# The basic lexer knows no context, so that `and` is the operator wherever it stands, never now and then a term.
GRAMMAR: Final = r"""
    ?start: either
    ?either: every (_OR every)*
    ?every: unit (_AND? unit)*
    ?unit: term | negation | _LPAR either _RPAR
    negation: _NOT unit
    term: WORD | QUOTED

    _AND.2: /and(?=[\s()"']|$)/i
    _OR.2: /or(?=[\s()"']|$)/i
    _NOT.2: /not(?=[\s()"']|$)/i
    _LPAR: "("
    _RPAR: ")"
    QUOTED: /"(?:[^"\\\x00]|\\[^\x00])*"|'(?:[^'\\\x00]|\\[^\x00])*'/s
    WORD: /[^\s()"'\x00-\x1f\x7f-\x9f]+/
    %ignore /\s+/
"""
BARE_WORD: Final = re.compile(r"""[^\s()"'\x00-\x1f\x7f-\x9f]+""")
RESERVED: Final = frozenset({"and", "or", "not"})
TERMS: Final = frozenset({"WORD", "QUOTED"})
ESCAPE: Final = re.compile(r"""\\(["'\\])""")


class ExpressionError(ValueError):
    """Says in one sentence why a text is no expression, and at which column (the first is 1)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Term:
    """A text that must occur; `text` is as it was typed, without quotation marks."""

    text: str

    def __str__(self) -> str:
        if BARE_WORD.fullmatch(self.text) and self.text.lower() not in RESERVED:
            return self.text
        return '"' + self.text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class And:
    """Every one of two or more parts must hold; no part is itself an `And`."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One of two or more parts must hold; no part is itself an `Or`."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Expression"

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, And | Or) else f"not {self.part}"


Expression: TypeAlias = Term | And | Or | Not


class _Builder(Transformer[Token, Expression]):
    """Makes the tree while the parser reduces: bottom-up, hence without recursion."""

    def term(self, children: list[Token]) -> Expression:
        token = children[0]
        return Term(ESCAPE.sub(r"\1", token[1:-1]) if token.type == "QUOTED" else str(token))

    def negation(self, children: list[Expression]) -> Expression:
        return Not(children[0])

    def every(self, children: list[Expression]) -> Expression:
        parts = [part.parts if isinstance(part, And) else (part,) for part in children]
        return And(tuple(chain.from_iterable(parts)))

    def either(self, children: list[Expression]) -> Expression:
        parts = [part.parts if isinstance(part, Or) else (part,) for part in children]
        return Or(tuple(chain.from_iterable(parts)))


PARSER: Final = Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())
LEXER: Final = Lark(GRAMMAR, parser=None, lexer="basic")  # the same tokens alone; Lark.lex of PARSER builds one a call


def parse(text: str) -> Expression:
    """Return the tree of `text`; time is linear in its length.

    Raises ExpressionError for what is no expression, is empty, or exceeds 1,000 characters, 50 terms or 20 levels of
    parentheses and `not`. For every tree that it returns, `str(tree)` parses to an equal tree, provided that it still
    fits the 1,000 characters (written out, an `and` left out takes room).
    """
    _check_text(text)
    try:
        tokens = list(LEXER.lex(text))
        _check_pairs(tokens)
        _check_size(tokens)
        _check_phrases(tokens)
        return cast("Expression", PARSER.parse(text))  # what the builder made of the start rule
    except UnexpectedCharacters as error:
        raise _stray_character(text, cast("int", error.pos_in_stream)) from error
    except UnexpectedToken as error:
        raise _missing_term(text, error.token) from error


def fold(
    tree: Expression,
    *,
    term: Callable[[str], Result],
    all_: Callable[[Sequence[Result]], Result],
    any_: Callable[[Sequence[Result]], Result],
    none: Callable[[Result], Result],
) -> Result:
    """Read the tree bottom-up: `term` of each text, `all_` and `any_` of two or more results, `none` of one."""

    def read(node: Expression) -> Result:
        match node:
            case Term(text):
                return term(text)
            case And(parts):
                return all_([read(part) for part in parts])
            case Or(parts):
                return any_([read(part) for part in parts])
            case Not(part):
                return none(read(part))

    return read(tree)


def matches(tree: Expression, text: str) -> bool:
    """Say whether `text`, which must be in lower case already, fulfils the expression."""
    return fold(tree, term=lambda wanted: wanted.lower() in text, all_=all, any_=any, none=not_)


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
            raise _error(token, "“)” closes nothing.")
        elif token.type == "_RPAR":
            opened.pop()
    if opened:
        raise _error(opened[-1], "“(” is not closed.")


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
        terms += token.type in TERMS
        negations = negations if token.type == "_NOT" else 0
        if terms > MAX_TERMS:
            raise _error(token, f"the expression has more than {MAX_TERMS} terms.")
        if sum(opened) + negations > MAX_DEPTH:
            raise _error(token, f"the expression is nested more than {MAX_DEPTH} levels deep.")


def _check_phrases(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token in {'""', "''"}:
            raise _error(token, "an empty phrase looks for nothing.")


def _error(token: Token, what: str) -> ExpressionError:
    column = (token.start_pos or 0) + 1
    return ExpressionError(f"Column {column}: {what}", column)


def _stray_character(text: str, index: int) -> ExpressionError:
    if text[index] in "\"'":
        sentence = f"Column {index + 1}: this quotation mark is not closed."
        return ExpressionError(sentence, index + 1)
    return _unsearchable(text[index], index + 1)


def _unsearchable(character: str, column: int) -> ExpressionError:
    sentence = f"Column {column}: the character U+{ord(character):04X} cannot be searched for."
    return ExpressionError(sentence, column)


def _missing_term(text: str, token: Token) -> ExpressionError:
    """Parentheses are known to be paired here, so that only a missing term can stop the parser."""
    if token.type == "$END":
        column = len(text.rstrip()) + 1
        return ExpressionError(f"Column {column}: a term is missing at the end.", column)
    return _error(token, f"a term is missing before “{token}”.")
