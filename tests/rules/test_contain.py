"""What a pattern is said to contain, it contains; and a filter that is said never to hold, never holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events.record import Draft
from alerts.rules.contain import contains, never_holds
from alerts.rules.pattern import Pattern
from tests.rules.pasts import EVENTS, PATTERNS


@settings(max_examples=300)
@given(PATTERNS, PATTERNS, st.lists(EVENTS, min_size=4, max_size=8))
def test_what_is_contained_never_matches_alone(wider: Pattern, narrower: Pattern, events: list[Draft]) -> None:
    if contains(wider, narrower):
        assert all(wider.matches(event) for event in events if narrower.matches(event))


@pytest.mark.parametrize(
    ("wider", "narrower", "expected"),
    [
        (Pattern(), Pattern(levels=("WARN",)), True),
        (Pattern(levels=("WARN",)), Pattern(), False),
        (Pattern(levels=("WARN", "INFO")), Pattern(levels=("WARN",)), True),
        (Pattern(levels=("*",)), Pattern(), True),
        (Pattern(product="KMS"), Pattern(product="ECS"), False),
        (Pattern(event_types=("Notification",)), Pattern(event_types=("StatusNotification",)), True),
        (Pattern(keywords=("rds",)), Pattern(keywords=("RDS-prod",)), True),
        (Pattern(keywords=("rds-prod",)), Pattern(keywords=("rds",)), False),
        (Pattern(keywords=("rds-prod",), keywords_none=True), Pattern(keywords=("rds",), keywords_none=True), True),
        (Pattern(keywords=("rds",)), Pattern(keywords=("rds",), keywords_none=True), False),
        (Pattern(sql_filter="level = WARN"), Pattern(sql_filter="rds and level = WARN"), True),
        (Pattern(sql_filter="rds and level = WARN"), Pattern(sql_filter="level = WARN"), False),
        (Pattern(resources=("acs:*",)), Pattern(resources=("acs:kms:*:key/?", "acs:x")), True),
        (Pattern(resources=("a?c",)), Pattern(resources=("a*c",)), False),
        (Pattern(resources=("a*",)), Pattern(), False),
    ],
)
def test_what_contains_what(wider: Pattern, narrower: Pattern, *, expected: bool) -> None:
    assert contains(wider, narrower) is expected


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Pattern(levels=("CRITICAL",), sql_filter="level = INFO"), "level"),
        (Pattern(levels=("CRITICAL",), sql_filter="rds and level in (INFO, WARN)"), "level"),
        (Pattern(levels=("CRITICAL",), sql_filter="rds or level = INFO"), ""),
        (Pattern(levels=("CRITICAL",), sql_filter="not level = INFO"), ""),
        (Pattern(sql_filter="level = INFO and level = WARN"), "level"),
        (Pattern(sql_filter="level != INFO and level != WARN"), ""),
        (Pattern(product="KMS", sql_filter="product = ECS"), "product"),
        (Pattern(event_types=("Notification",), sql_filter="type = StatusNotification"), ""),
        (Pattern(names=("a",), sql_filter="name like 'b%'"), ""),
        (Pattern(levels=("CRITICAL",), sql_filter="content.level = INFO"), ""),
        (Pattern(levels=("CRITICAL",)), ""),
    ],
)
def test_a_filter_that_contradicts_the_lists_is_named(pattern: Pattern, field: str) -> None:
    assert never_holds(pattern) == field


@settings(max_examples=300)
@given(PATTERNS, st.sampled_from(["level = CRITICAL and level != WARN", "type = Notification and rds", "name = a"]),
       st.lists(EVENTS, min_size=4, max_size=8))  # fmt: skip
def test_what_never_holds_matches_nothing(pattern: Pattern, sql_filter: str, events: list[Draft]) -> None:
    wanted = Pattern(levels=pattern.levels, names=pattern.names, event_types=pattern.event_types, sql_filter=sql_filter)
    if never_holds(wanted):
        assert not any(wanted.matches(event) for event in events)
