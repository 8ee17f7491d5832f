"""The right side of a comparison: what a typed value means for the field and operator that it stands after."""

import re
from decimal import Decimal
from typing import Final

from lark import Token

from alerts.events.language.fields import CONTENT, Field
from alerts.events.language.mistakes import at
from alerts.events.language.quoting import unquoted
from alerts.events.language.tree import Value

NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?")
MOST_DIGITS: Final = 1_000  # before or after the point: far from what PostgreSQL cannot hold
WORDS: Final = {"true": True, "false": False}
ORDERS: Final = frozenset({"<", "<=", ">", ">="})
PATTERNS: Final = frozenset({"like", "not like"})
OPEN_ESCAPE: Final = re.compile(r"(?:[^\\]|\\.)*\\", re.DOTALL)


def read(token: Token, field: Field, operator: str) -> Value:
    """Return the value of a token, of type TEXT when it was quoted and BARE when not; raises ExpressionError."""
    if token.type == "TEXT":
        value: Value = unquoted(token)
    else:
        value = _bare(token, numbers=field.name == CONTENT and operator not in PATTERNS)
    if isinstance(value, bool) and operator in ORDERS:
        raise at(token, f"“{token}” is neither smaller nor larger than anything: compare it by = or !=.")
    if operator in PATTERNS and OPEN_ESCAPE.fullmatch(str(value)):
        raise at(token, "the pattern ends in a backslash that has nothing to escape: write it twice.")
    return value


def _bare(token: Token, *, numbers: bool) -> Value:
    word = str(token)
    if word.lower() == "null":
        raise at(token, "nothing equals null: write “is null” or “is not null”, or put the text in quotation marks.")
    if "," in word:
        raise at(token, "put a value with a comma in quotation marks; several values are written in ('a', 'b').")
    if not numbers:
        return word
    if word.lower() in WORDS:
        return WORDS[word.lower()]
    number = NUMBER.fullmatch(word)
    return _number(token, exponent=int(number[1] or 0)) if number else word


def _number(token: Token, *, exponent: int) -> Decimal:
    # A mantissa is short, for texts are: only the exponent can make a number large.
    if abs(exponent) > MOST_DIGITS:
        raise at(token, f"this number has more than {MOST_DIGITS:,} digits; for a text, put it in quotation marks.")
    return Decimal(token)
