"""The pattern of a rule: a verdict for every clause."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.pattern import Pattern


@dataclass(frozen=True)
class Event:
    product: str = "KMS"
    event_type: str = "Exception"
    level: str = "CRITICAL"
    name: str = "Secret:RotateSecret:Failure"
    search_text: str = "secret:rotatesecret:failure\nrds-prod-app"


EVENT = Event()


def test_a_pattern_without_clauses_matches_everything() -> None:
    assert Pattern().matches(EVENT)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        (Pattern(product="KMS"), True),
        (Pattern(product="ECS"), False),
        (Pattern(levels=("CRITICAL", "WARN")), True),
        (Pattern(levels=("INFO",)), False),
        (Pattern(levels=("*",)), True),
        (Pattern(names=("Secret:RotateSecret:Failure",)), True),
        (Pattern(names=("Secret:RotateSecret:Success", "*")), True),
        (Pattern(names=("secret:rotatesecret:failure",)), False),
        (Pattern(event_types=("Exception",)), True),
        (Pattern(event_types=("Notification",)), False),
        (Pattern(keywords=("RDS-Prod",)), True),
        (Pattern(keywords=("nothing", "prod")), True),
        (Pattern(keywords=("nothing",)), False),
        (Pattern(keywords=("nothing",), keywords_none=True), True),
        (Pattern(keywords=("nothing", "prod"), keywords_none=True), False),
        (Pattern(keywords_none=True), True),
        (Pattern(product="KMS", levels=("CRITICAL",), keywords=("prod",)), True),
        (Pattern(product="KMS", levels=("INFO",), keywords=("prod",)), False),
    ],
)
def test_what_a_pattern_matches(pattern: Pattern, *, matches: bool) -> None:
    assert pattern.matches(EVENT) is matches


@pytest.mark.parametrize("wanted", ["Notification", "StatusNotification"])
@pytest.mark.parametrize("found", ["Notification", "StatusNotification"])
def test_the_two_words_for_notification_answer_to_each_other(wanted: str, found: str) -> None:
    assert Pattern(event_types=(wanted,)).matches(replace(EVENT, event_type=found))


def test_every_clause_has_its_verdict() -> None:
    pattern = Pattern(product="ECS", levels=("CRITICAL",), keywords=("Prod", "x"))
    assert [(clause.name, clause.holds, clause.found) for clause in pattern.clauses(EVENT)] == [
        ("product", False, "KMS"),
        ("event_type", True, "Exception"),
        ("level", True, "CRITICAL"),
        ("name", True, "Secret:RotateSecret:Failure"),
        ("keywords", True, "Prod"),
    ]


few = st.lists(st.sampled_from(["*", "KMS", "CRITICAL", "Exception", "Notification", "prod", "x"]), max_size=3).map(
    tuple
)


@given(few, few, few, few, st.booleans())
def test_it_matches_when_every_clause_holds(
    types: tuple[str, ...],
    levels: tuple[str, ...],
    names: tuple[str, ...],
    keywords: tuple[str, ...],
    none: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    pattern = Pattern(event_types=types, levels=levels, names=names, keywords=keywords, keywords_none=none)
    assert pattern.matches(EVENT) == all(clause.holds for clause in pattern.clauses(EVENT))
    wider = Pattern(event_types=(*types, "*"), levels=(*levels, "*"), names=(*names, "*"))
    assert wider.matches(EVENT)
