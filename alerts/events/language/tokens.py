"""The words of an expression, each told by its neighbours: field, operator, value, or a text to look for.

The idea: `level`, `like` and `in` are ordinary words until they stand in a comparison. So the text is cut into words
and signs first; then a word in front of an operator becomes a FIELD, the operator one OPERATOR (`not in`, `is null`),
and what it is compared with BARE or TEXT. The grammar behind needs no exceptions.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from lark import Lark, Token

from alerts.events.language.fields import ALIASES, OFFERED, named
from alerts.events.language.mistakes import ExpressionError, at, at_column
from alerts.events.language.quoting import QUOTED

MAX_VALUES: Final = 50

# The basic lexer knows no context, so that `and` is the operator wherever it stands, never now and then a term.
LEXER: Final = Lark(
    rf"""
    start: (_AND | _OR | _NOT | _LPAR | _RPAR | SIGN | QUOTED | WORD)*
    _AND.2: /and(?=[\s()"']|$)/i
    _OR.2: /or(?=[\s()"']|$)/i
    _NOT.2: /not(?=[\s()"']|$)/i
    _LPAR: "("
    _RPAR: ")"
    SIGN: /!=|[=<>][=<>~]?/
    QUOTED: /{QUOTED}/s
    WORD: /(?:[^\s()"'=<>!\x00-\x1f\x7f-\x9f]|!(?!=))+/
    %ignore /\s+/
    """,
    parser=None,
    lexer="basic",
)
SIGNS: Final = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
END: Final = Token("END", "")
QUOTE_IT: Final = "if a text is meant, put it in quotation marks."


def cut(text: str) -> list[Token]:
    """Return the words and signs of a text; raises UnexpectedCharacters."""
    return list(LEXER.lex(text))


def _advice(source: str) -> str:
    """Return what to write instead of a name that no field has: the one that looks like it, else all of them."""
    if near := get_close_matches(source[:40].lower(), ALIASES, n=1):
        return f"did you mean “{ALIASES[near[0]]}”?"
    return f"the fields are {OFFERED}, and a text to look for stands in quotation marks."


def told(raw: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens with those of comparisons told apart; raises ExpressionError. Parentheses are in pairs."""
    return list(_Reading(raw, text).all())


class _Reading:
    """One way through the tokens, from the left to the right."""

    def __init__(self, raw: Sequence[Token], text: str) -> None:
        self.raw, self.text = raw, text
        self.place = 0

    def all(self) -> Iterator[Token]:
        while self.place < len(self.raw):
            yield from self.comparison() or (self.taken(),)

    def ahead(self, steps: int = 0) -> Token:
        index = self.place + steps
        return self.raw[index] if index < len(self.raw) else END

    def taken(self) -> Token:
        token = self.ahead()
        if token.type == "SIGN":
            raise at(token, f"“{token}” needs the name of a field before it, without quotation marks; {QUOTE_IT}")
        self.place += 1
        return token

    def comparison(self) -> list[Token] | None:
        """Take a comparison, if one begins here."""
        width = self.path_width()
        operator, words = self.operator(width) if width else ("", 0)
        if not operator:
            return None
        field = self.field(width)
        sign = Token.new_borrow_pos("OPERATOR", operator, self.ahead(width))
        self.place += width + words
        if operator.startswith("is"):
            return [field, sign]
        return [field, sign, *(self.listed(sign) if operator.endswith("in") else (self.value(sign),))]

    def path_width(self) -> int:
        """Return how many tokens the word here has; a path may go on in quotation marks: `content."odd key".0`."""
        if self.ahead().type != "WORD":
            return 0
        width = 1
        while self.ahead().lower().startswith("content.") and self.joined(width):
            width += 1
        return width

    def joined(self, width: int) -> bool:
        """Tell whether the token after some others continues their path: words and quotation marks alternate."""
        last, token = self.ahead(width - 1), self.ahead(width)
        touches = token.start_pos == last.end_pos
        dotted = last.endswith(".") if token.type == "QUOTED" else token.startswith(".") and last.type == "QUOTED"
        return touches and dotted and token.type in {"QUOTED", "WORD"}

    def operator(self, width: int) -> tuple[str, int]:
        """Return the operator after a word, and how many tokens it has; nothing where there is none."""
        token = self.ahead(width)
        if token.type == "SIGN":
            if token not in SIGNS:
                raise at(token, f"“{token}” is no operator: =, !=, <, <=, >, >=, like, in and is null are; {QUOTE_IT}")
            return SIGNS[token], 1
        negated = token.type == "_NOT"
        word = self.ahead(width + negated)
        known = {"like", "in"} if negated else {"like", "in", "is"}
        if word.type != "WORD" or word.lower() not in known or not self.is_meant(width, width + negated):
            return "", 0
        if word.lower() == "is":
            return self.nullness(width)
        return ("not " if negated else "") + word.lower(), 1 + negated

    def is_meant(self, width: int, place: int) -> bool:
        """Tell whether the `like`, `in` or `is` in a place is an operator.

        After a field it always is. After any other word where it looks like nothing else, so that a misspelt field is
        not taken for words to look for.
        """
        source, following = self.ahead().lower(), self.ahead(place + 1)
        if width > 1 or source in ALIASES or source.startswith("content."):
            return True
        last = self.ahead(place + 2) if following.type == "_NOT" else following
        sure = {"like": following.type == "QUOTED", "in": following.type == "_LPAR", "is": last.lower() == "null"}
        return sure[self.ahead(place).lower()]

    def nullness(self, width: int) -> tuple[str, int]:
        """Return `is null` or `is not null`, the only things to follow on a field and `is`."""
        negated = self.ahead(width + 1).type == "_NOT"
        if self.ahead(width + 1 + negated).lower() != "null":
            what = "after a field “is” goes on with “null” or “not null”; to compare write “=”;"
            raise at(self.ahead(width), f"{what} {QUOTE_IT}")
        return ("is not null", 3) if negated else ("is null", 2)

    def field(self, width: int) -> Token:
        first, last = self.ahead(), self.ahead(width - 1)
        source = self.text[first.start_pos : last.end_pos]
        try:
            known = named(source)
        except ValueError as error:
            raise at(first, str(error)) from error
        if known is None:
            raise at(first, f"there is no field “{source:.40}”: {_advice(source)}")
        return Token.new_borrow_pos("FIELD", source, first)

    def value(self, sign: Token) -> Token:
        token = self.ahead()
        if token.type not in {"QUOTED", "WORD"}:
            raise self.missing(f"a value is missing after “{sign}”")
        self.place += 1
        following = self.ahead()
        touches = following.start_pos == token.end_pos
        if following.type in {"QUOTED", "WORD"} and (touches or token.type == "WORD"):
            what = "put a value of several words in quotation marks"
            raise at(following, f"{what}; if this is looked for besides, write “and” before it.")
        return Token.new_borrow_pos("TEXT" if token.type == "QUOTED" else "BARE", token, token)

    def listed(self, sign: Token) -> Iterator[Token]:
        """Take the values in parentheses; commas are theirs alone, elsewhere they belong to words."""
        if self.ahead().type != "_LPAR":
            raise self.missing(f"“{sign}” needs its values in parentheses, {sign} ('a', 'b')")
        count, wanted = 0, True
        for token in self.items():
            if (token.type == "COMMA") is wanted:
                what = "a value is missing" if wanted else "a comma is missing"
                raise at(token, f"{what} before “{token}”.")
            if wanted:
                count += 1
                if count > MAX_VALUES:
                    raise at(token, f"a list has at most {MAX_VALUES} values.")
                yield token
            wanted = not wanted
        if wanted:
            raise at(self.raw[self.place - 1], "a value is missing before “)”.")

    def items(self) -> Iterator[Token]:
        """Yield the values and commas up to the closing parenthesis, and take it."""
        self.place += 1
        while (token := self.ahead()).type != "_RPAR":
            if token.type not in {"QUOTED", "WORD"}:
                raise at(token, f"“{token}” cannot stand in a list of values; {QUOTE_IT}")
            self.place += 1
            if token.type == "QUOTED":
                yield Token.new_borrow_pos("TEXT", token, token)
            else:
                yield from _pieces(token)
        self.place += 1

    def missing(self, what: str) -> ExpressionError:
        """Return the error about something that should stand here."""
        token = self.ahead()
        return at_column(len(self.text.rstrip()) + 1, f"{what}.") if token is END else at(token, f"{what}.")


def _pieces(word: Token) -> Iterator[Token]:
    """Cut a word of a list at its commas."""
    start = word.start_pos or 0
    for piece in word.replace(",", "\0,\0").split("\0"):
        if piece:
            yield Token("COMMA" if piece == "," else "BARE", piece, start_pos=start)
        start += len(piece)
