"""The tree of an expression: plain data that can be written out again, and `fold`, the only way over it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias, TypeVar

from alerts.events.language.fields import Field
from alerts.events.language.quoting import quoted

Result = TypeVar("Result")
Value: TypeAlias = str | Decimal | bool
Operator: TypeAlias = Literal[
    "=", "!=", "<", "<=", ">", ">=", "like", "not like", "in", "not in", "is null", "is not null"
]

BARE_WORD: Final = re.compile(r"""(?:[^\s()"'=<>!\x00-\x1f\x7f-\x9f]|!(?!=))+""")
RESERVED: Final = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Term:
    """A text that must occur, whatever its case; `text` is as it was typed, without quotation marks."""

    text: str

    def __str__(self) -> str:
        if BARE_WORD.fullmatch(self.text) and self.text.lower() not in RESERVED:
            return self.text
        return quoted(self.text, '"')


@dataclass(frozen=True, slots=True)
class Comparison:
    """What must be said of one field. `values` has one value, for `in` and `not in` some, for `is …` none."""

    field: Field
    operator: Operator
    values: tuple[Value, ...] = ()

    def __str__(self) -> str:
        values = ", ".join(map(written, self.values))
        listed = f"({values})" if self.operator in ("in", "not in") else values
        return f"{self.field} {self.operator} {listed}".rstrip()


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


Leaf: TypeAlias = Term | Comparison
Expression: TypeAlias = Leaf | And | Or | Not


def written(value: Value) -> str:
    """Return a value as it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)


def fold(
    tree: Expression,
    *,
    leaf: Callable[[Leaf], Result],
    all_: Callable[[Iterable[Result]], Result],
    any_: Callable[[Iterable[Result]], Result],
    none: Callable[[Result], Result],
) -> Result:
    """Read the tree: `leaf` of each leaf, `all_` and `any_` of two or more results, `none` of one.

    Results come one by one: what is decided by the first (`all`, `any`) asks for no more.
    """

    def read(node: Expression) -> Result:
        match node:
            case And(parts):
                return all_(read(part) for part in parts)
            case Or(parts):
                return any_(read(part) for part in parts)
            case Not(part):
                return none(read(part))
            case _:
                return leaf(node)

    return read(tree)


def leaves(tree: Expression) -> Iterator[Leaf]:
    """Yield the terms and comparisons in the order in which they were written."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield tree
