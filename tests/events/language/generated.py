"""Texts and events from one seed: by the grammar with every liberty that it leaves, and by chance alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.events.language.fields import ALIASES
from tests.events.language.samples import a_failure
from tests.events.language.strategies import BOUNDS, KEYS, LONGEST_LEVEL, NUMBERS, PATTERNS, WORDS

if TYPE_CHECKING:
    from random import Random

    from alerts.events.record import Draft

BARE = (
    "CRITICAL",
    "kms:gone",
    "5",
    "-5",
    "0.25",
    "1e22",
    "1e400",
    "true",
    "FALSE",
    "a_b",
    "Kms:%",
    "密钥",
    "a!b",
    "x;y",
)
SOUP = "ab ()'\"\\=<>!%_,.-0159 \n\t\u3000密ß\x00\x07\ud800\U0001f511andorilkelevelcontent."
DEEPEST = 4


def any_case(word: str, chance: Random) -> str:
    """Return a word in any case."""
    return chance.choice((word, word, word.upper(), word.title()))


def quoted(text: str, chance: Random) -> str:
    """Return a text in quotation marks, written in one of the ways that there are."""
    mark = chance.choice("'\"")
    escaped = text.replace("\\", "\\\\")
    return mark + escaped.replace(mark, chance.choice((mark * 2, "\\" + mark))) + mark


def a_field(chance: Random) -> str:
    """Return a field as it may be typed."""
    if chance.random() < 0.4:
        return any_case(chance.choice([*ALIASES]), chance)
    steps = [chance.choice(KEYS) for _ in range(chance.randint(1, 3))]
    bare = {"a", "b", "0", "1", "-1", "密"}
    written = (step if step in bare and chance.random() < 0.8 else quoted(step, chance) for step in steps)
    return ".".join((any_case("content", chance), *written))


def a_value(chance: Random) -> str:
    """Return a value as it may be typed."""
    kind = chance.random()
    if kind < 0.5:
        return quoted(chance.choice(WORDS), chance)
    return chance.choice(BARE) if kind < 0.8 else str(chance.choice(BOUNDS))


def a_comparison(chance: Random) -> str:
    """Return a comparison as it may be typed."""
    field, space = a_field(chance), chance.choice((" ", " ", "", "  ", "\n"))
    kind = chance.random()
    if kind < 0.4:
        return f"{field}{space}{chance.choice(('=', '!=', '<>', '<', '<=', '>', '>='))}{space}{a_value(chance)}"
    negation = any_case("not ", chance) if chance.random() < 0.4 else ""
    if kind < 0.6:
        return f"{field} {negation}{any_case('like', chance)} {quoted(chance.choice(PATTERNS), chance)}"
    if kind < 0.85:
        values = chance.choice((",", ", ", " , ")).join(a_value(chance) for _ in range(chance.randint(1, 4)))
        return f"{field} {negation}{any_case('in', chance)}{space}({values})"
    return f"{field} {any_case('is', chance)} {negation}{any_case('null', chance)}"


def a_grammatical_text(chance: Random, depth: int = 0) -> str:
    """Return an expression by the grammar."""
    kind = chance.random()
    if depth == DEEPEST or kind < 0.5:
        if chance.random() < 0.7:
            return a_comparison(chance)
        return quoted(chance.choice([word for word in WORDS if word]), chance)
    if kind < 0.6:
        return f"{any_case('not', chance)} ({a_grammatical_text(chance, depth + 1)})"
    word = chance.choice(("and", "or", "AND", "or"))
    parts = (f"({a_grammatical_text(chance, depth + 1)})" for _ in range(chance.randint(2, 3)))
    return f" {word} ".join(parts)


def a_random_text(chance: Random, *, like: str) -> str:
    """Return a text of any characters, or one like another with some of it changed."""
    if chance.random() < 0.5:
        return "".join(chance.choice(SOUP) for _ in range(int(chance.random() ** 3 * 1_100)))
    letters = list(like)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(letters) + 1)
        letters[place : place + chance.randint(0, 3)] = chance.choice(SOUP) * chance.randint(0, 2)
    return "".join(letters)


def an_event_at_random(chance: Random, number: int) -> Draft:
    """Return an event of the same few words."""
    columns = {name: chance.choice(WORDS) for name in ("event_type", "status", "region", "group_id", "product")}
    columns["level"] = chance.choice([word for word in WORDS if len(word) <= LONGEST_LEVEL])
    content = {key: a_json_value(chance) for key in KEYS if chance.random() < 0.7}
    return a_failure(**columns, content=content, occurrence=str(number))


def a_json_value(chance: Random, depth: int = 0) -> object:
    """Return a JSON value."""
    kind = chance.random()
    if depth < 2 and kind < 0.4:
        if kind < 0.2:
            return [a_json_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
        return {key: a_json_value(chance, depth + 1) for key in KEYS if chance.random() < 0.5}
    return chance.choice((chance.choice(WORDS), chance.choice(NUMBERS), None, True, False))
