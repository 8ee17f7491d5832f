"""The pattern of an alert rule, and what it says of one event: a verdict for every clause, not only yes or no.

Pure: the one matcher that live dispatch, preview, test and explanation call. Each clause is one function, which both
readings share: `matches` stops at the first clause that does not hold, `clauses` asks every one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from alerts.events.language import Eventlike, Expression, Finding, parse
from alerts.events.language import explain as findings_of
from alerts.events.language import matches as fulfils
from alerts.events.language.fields import SAME_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

ANY = "*"
KEPT = 20_000
"""Parsed filters and resource patterns that are kept: those of ten thousand rules, twice over."""


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

    def matches(self, event: Eventlike) -> bool:
        """Tell whether every clause holds."""
        return all(reading.holds(self, event) for reading in CLAUSES)

    def clauses(self, event: Eventlike) -> tuple[Clause, ...]:
        """Return the verdict of every clause, in the order of the panel."""
        return tuple(
            Clause(reading.name, reading.wanted(self), reading.found(self, event), reading.holds(self, event),
                   _findings(self, event) if reading.name == "sql_filter" else ())
            for reading in CLAUSES
        )  # fmt: skip


@lru_cache(KEPT)
def tree_of(sql_filter: str) -> Expression:
    """Return the tree of an SQL filter. Raises ExpressionError for a text that is none."""
    return parse(sql_filter)


@lru_cache(KEPT)
def globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches a resource of one of these patterns: `*` is any text, `?` one character."""
    parts = ("".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in p) for p in patterns)
    return re.compile("|".join(parts), re.DOTALL)


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
    return not pattern.resources or globs(pattern.resources).fullmatch(event.resource) is not None


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
)
