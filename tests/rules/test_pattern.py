"""The pattern of a rule: a verdict for every clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.pattern import Pattern

ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds-prod-app"


@dataclass(frozen=True)
class Event:
    product: str = "KMS"
    event_type: str = "Exception"
    level: str = "CRITICAL"
    name: str = "Secret:RotateSecret:Failure"
    status: str = "Failed"
    region: str = "cn-hangzhou"
    resource: str = ARN
    instance_name: str = "rds-prod-app"
    group_id: str = ""
    content: Mapping[str, object] = field(default_factory=lambda: {"failureInfo": {"errorCode": "Kms:Forbidden"}})
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
        (Pattern(statuses=("Failed", "Normal")), True),
        (Pattern(statuses=("Normal",)), False),
        (Pattern(sql_filter="level = CRITICAL and content.failureInfo.errorCode like 'Kms:%'"), True),
        (Pattern(sql_filter="not rds-prod"), False),
        (Pattern(resources=(ARN,)), True),
        (Pattern(resources=("acs:kms:*:secret/rds-prod-???",)), True),
        (Pattern(resources=("acs:kms:*:secret/rds-prod-??",)), False),
        (Pattern(resources=("nothing", "*:secret/*")), True),
        (Pattern(resources=("secret/*", "acs:kms:.*")), False),
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
        ("status", True, "Failed"),
        ("keywords", True, "Prod"),
        ("sql_filter", True, ""),
        ("resource", True, ARN),
    ]


def test_the_sql_filter_says_which_of_its_parts_holds() -> None:
    pattern = Pattern(sql_filter="rds-prod and content.failureInfo.errorCode = 'Kms:Other'")
    clause = next(clause for clause in pattern.clauses(EVENT) if clause.name == "sql_filter")
    assert not clause.holds
    assert [(finding.text, finding.holds) for finding in clause.findings] == [
        ("rds-prod", True),
        ("content.failureInfo.errorCode = 'Kms:Other'", False),
    ]
    assert clause.findings[1].found == '"Kms:Forbidden"'


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
