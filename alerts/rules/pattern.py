"""The pattern of an alert rule, and what it says of one event: a verdict for every clause, not only yes or no.

Pure: the one matcher that live dispatch, preview, test and explanation call. Each clause is one function, which both
readings share: `matches` stops at the first clause that does not hold, `clauses` asks every one of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from alerts.events.language import Eventlike, Expression, Finding, parse
from alerts.events.language import explain as findings_of
from alerts.events.language import matches as fulfils
from alerts.events.language.fields import SAME_TYPE
from alerts.rules.globs import globs

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = "*"
KEPT = 20_000
"""Parsed filters that are kept: those of ten thousand rules, twice over."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a pattern against one event: what was asked, what the event has, and whether that is enough.

    `findings` holds the leaves of an SQL filter, each with its own verdict.
    """

    name: str
    wanted: tuple[str, ...]
    found: str
    holds: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a rule selects. An empty tuple, `*` in it, or an empty text means any.

    `keywords` are compared without regard to case; `keywords_none` turns "contains any of" into "contains none of".
    `resources` are ARNs in which `*` stands for any text and `?` for one character.
    `content_words` are looked for in the event's content, `resource_words` in its resource, without regard to case:
    one of them must occur, or, where they are a blacklist (`…_black`), one of them must not. "Manage event
    subscriptions" says of a blacklist that all keywords must be matched: an event is dropped only when all of them are.
    """

    product: str = ""
    event_types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    keywords_none: bool = False
    sql_filter: str = ""
    resources: tuple[str, ...] = ()
    content_words: tuple[str, ...] = ()
    content_black: bool = False
    resource_words: tuple[str, ...] = ()
    resource_black: bool = False

    def matches(self, event: Eventlike) -> bool:
        """Tell whether every clause holds."""
        return all(reading.holds(self, event) for reading in CLAUSES)

    def matcher(self) -> Callable[[Eventlike], bool]:
        """Return `matches` for very many events: it asks only the clauses that want something."""
        asked = [reading.holds for reading in CLAUSES if reading.wanted(self)]
        return lambda event: all(holds(self, event) for holds in asked)

    def clauses(self, event: Eventlike) -> tuple[Clause, ...]:
        """Return the verdict of every clause, in the order of the panel; of the lists of words only where there are."""
        return tuple(
            Clause(reading.name, reading.wanted(self), reading.found(self, event), reading.holds(self, event),
                   _findings(self, event) if reading.name == "sql_filter" else ())
            for reading in CLAUSES if reading.name not in WORDS or reading.wanted(self)
        )  # fmt: skip


@lru_cache(KEPT)
def tree_of(sql_filter: str) -> Expression:
    """Return the tree of an SQL filter. Raises ExpressionError for a text that is none."""
    return parse(sql_filter)


def _any_of(wanted: tuple[str, ...], found: str) -> bool:
    return not wanted or ANY in wanted or found in wanted


def _type_holds(pattern: Pattern, event: Eventlike) -> bool:
    wanted, found = pattern.event_types, event.event_type
    return _any_of(wanted, found) or SAME_TYPE.get(found, "") in wanted


def _keywords_hold(pattern: Pattern, event: Eventlike) -> bool:
    if not pattern.keywords:
        return True
    return any(word.lower() in event.search_text for word in pattern.keywords) != pattern.keywords_none


def _present(pattern: Pattern, event: Eventlike) -> str:
    return ", ".join(word for word in pattern.keywords if word.lower() in event.search_text)


def _filter_holds(pattern: Pattern, event: Eventlike) -> bool:
    return not pattern.sql_filter or fulfils(tree_of(pattern.sql_filter), event)


def _findings(pattern: Pattern, event: Eventlike) -> tuple[Finding, ...]:
    return findings_of(tree_of(pattern.sql_filter), event) if pattern.sql_filter else ()


def _resource_holds(pattern: Pattern, event: Eventlike) -> bool:
    return not pattern.resources or globs(pattern.resources).match(event.resource)


def _text_of(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(", ", ": ")).lower()


def _words_in(words: tuple[str, ...], text: str) -> str:
    return ", ".join(word for word in words if word.lower() in text)


def _words_hold(words: tuple[str, ...], text: str, *, black: bool) -> bool:
    occur = (word.lower() in text for word in words)
    return not all(occur) if black else any(occur)


def _content_holds(pattern: Pattern, event: Eventlike) -> bool:
    words = pattern.content_words
    return not words or _words_hold(words, _text_of(event.content), black=pattern.content_black)


def _resource_words_hold(pattern: Pattern, event: Eventlike) -> bool:
    words = pattern.resource_words
    return not words or _words_hold(words, event.resource.lower(), black=pattern.resource_black)


class Reading(NamedTuple):
    """How one clause is read: what the pattern wants, what an event has, and whether that is enough."""

    name: str
    wanted: Callable[[Pattern], tuple[str, ...]]
    found: Callable[[Pattern, Eventlike], str]
    holds: Callable[[Pattern, Eventlike], bool]


CLAUSES: tuple[Reading, ...] = (
    Reading(
        "product",
        lambda pattern: (pattern.product,) if pattern.product else (),
        lambda _pattern, event: event.product,
        lambda pattern, event: pattern.product in ("", ANY, event.product),
    ),
    Reading("event_type", lambda pattern: pattern.event_types, lambda _pattern, event: event.event_type, _type_holds),
    Reading(
        "level",
        lambda pattern: pattern.levels,
        lambda _pattern, event: event.level,
        lambda pattern, event: _any_of(pattern.levels, event.level),
    ),
    Reading(
        "name",
        lambda pattern: pattern.names,
        lambda _pattern, event: event.name,
        lambda pattern, event: _any_of(pattern.names, event.name),
    ),
    Reading(
        "status",
        lambda pattern: pattern.statuses,
        lambda _pattern, event: event.status,
        lambda pattern, event: _any_of(pattern.statuses, event.status),
    ),
    Reading("keywords", lambda pattern: pattern.keywords, _present, _keywords_hold),
    Reading(
        "sql_filter",
        lambda pattern: (pattern.sql_filter,) if pattern.sql_filter else (),
        lambda _pattern, _event: "",
        _filter_holds,
    ),
    Reading("resource", lambda pattern: pattern.resources, lambda _pattern, event: event.resource, _resource_holds),
    Reading(
        "content_words",
        lambda pattern: pattern.content_words,
        lambda pattern, event: _words_in(pattern.content_words, _text_of(event.content)),
        _content_holds,
    ),
    Reading(
        "resource_words",
        lambda pattern: pattern.resource_words,
        lambda pattern, event: _words_in(pattern.resource_words, event.resource.lower()),
        _resource_words_hold,
    ),
)
WORDS = ("content_words", "resource_words")
