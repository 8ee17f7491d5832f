"""The catalogue: every row is complete, and together they are what the issue and the help pages list."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from alerts.events.catalog import (
    BY_NAME,
    CATALOG,
    CAUSES,
    EVENT_TYPES,
    LEVELS,
    PARTAKING,
    STATUSES,
    EventType,
    due,
    falling_back,
    occurring,
    reaching,
)
from alerts.events.catalog.chinese import IN_CHINESE
from alerts.events.triggers import DueIn, FallsBack, Occurs, Raised, Reaches
from alerts.sources.base import RESOURCE_KINDS
from alerts.sources.kms_facts import FACT_TYPES, OUTSIDE_TYPES

JUNE_2025 = {
    "QPS has reached 90%": "CRITICAL",
    "Key scheduled for deletion": "WARN",
    "Key deleted": "WARN",
    "Secret scheduled for deletion": "WARN",
    "Secret deleted": "WARN",
    "Managed secret rotation failed": "CRITICAL",
    "Managed secret rotation succeeded": "INFO",
    "Key sync failed": "CRITICAL",
    "Key sync succeeded": "INFO",
    "ClientKey expiration reminder": "CRITICAL",
}
LATER = {
    "QPS has reached 70%": "INFO",
    "Access management usage has reached 70%": "INFO",
    "Access management usage has reached 90%": "WARN",
    "Key usage has reached 70%": "INFO",
    "Key usage has reached 90%": "WARN",
    "Secret usage has reached 70%": "INFO",
    "Secret usage has reached 90%": "WARN",
}
INFERRED = {
    "Key deletion cancelled": "INFO",
    "Secret restored": "INFO",
    "ClientKey deleted": "INFO",
    "QPS is back below 90%": "INFO",
    "Access management usage is back below 90%": "INFO",
    "Key usage is back below 90%": "INFO",
    "Secret usage is back below 90%": "INFO",
    "Source silent": "CRITICAL",
    "Source speaks again": "INFO",
}
each_type = pytest.mark.parametrize("event_type", CATALOG, ids=lambda each: each.name)


def test_it_has_the_events_of_june_2025_the_later_quota_events_and_what_ends_incidents() -> None:
    assert {each.title: each.level for each in CATALOG} == JUNE_2025 | LATER | INFERRED


def test_the_documented_codes_are_as_documented() -> None:
    failed, succeeded = BY_NAME["Secret:RotateSecret:Failure"], BY_NAME["Secret:RotateSecret:Success"]
    assert (failed.event_type, failed.level, failed.status) == ("Exception", "CRITICAL", "Failed")
    assert (succeeded.event_type, succeeded.level, succeeded.status) == ("Notification", "INFO", "Normal")
    assert (failed.title_zh, succeeded.title_zh) == ("托管凭据轮转失败", "托管凭据轮转成功")


def test_names_and_titles_are_unique() -> None:
    assert len(BY_NAME) == len(CATALOG)
    assert max(Counter(each.title for each in CATALOG).values()) == 1
    assert max(Counter(each.title_zh for each in CATALOG).values()) == 1


@each_type
def test_a_record_is_complete(event_type: EventType) -> None:
    assert re.fullmatch(r"[A-Z]\w+:[A-Z]\w+:[A-Z]\w+", event_type.name)
    assert event_type.level in LEVELS
    assert event_type.event_type in EVENT_TYPES
    assert event_type.status in STATUSES
    assert event_type.resource_kind in RESOURCE_KINDS | {"source"}
    for sentence in (event_type.condition, event_type.meaning, event_type.impact, event_type.remedy):
        assert sentence.endswith(".")
    assert json.loads(json.dumps(dict(event_type.sample))) == event_type.sample
    assert "eventId" in event_type.sample
    assert set(event_type.closes) <= set(CAUSES)
    assert event_type.opens not in event_type.closes


@each_type
def test_some_source_can_send_the_fact_of_a_record(event_type: EventType) -> None:
    if not isinstance(event_type.trigger, Raised):
        assert FACT_TYPES[event_type.trigger.fact] == event_type.resource_kind


def test_each_cause_is_opened_by_one_event_type_and_closed_by_some() -> None:
    opened = [each.opens for each in CATALOG if each.opens]
    assert sorted(opened) == sorted(CAUSES)
    assert {cause for each in CATALOG for cause in each.closes} == set(CAUSES)
    assert all(CAUSES[cause].resource_kind == each.resource_kind for each in CATALOG for cause in each.closes)
    assert {each.name for each in CATALOG if each.opens or each.closes} == PARTAKING


@pytest.mark.parametrize("fact_type", sorted(OUTSIDE_TYPES))
def test_every_fact_from_outside_is_watched(fact_type: str) -> None:
    assert fact_type in {each.trigger.fact for each in CATALOG}


def test_every_quota_has_its_two_lines() -> None:
    for resource_type in ("qps", "key", "secret", "vpc"):
        assert sorted(trigger.share for _, trigger in reaching(resource_type)) == [70, 90]
        assert [trigger.share for _, trigger in falling_back(resource_type)] == [90]


def test_it_is_looked_up_by_fact() -> None:
    assert [each.name for each in occurring("kms.key.deleted")] == ["Key:DeleteKey:Success"]
    assert [trigger.days for _, trigger in due("kms.client-key.observed")] == [(180, 90, 30, 7)]
    assert (occurring("kms.instance.usage"), due("kms.key.deleted"), reaching("none")) == ((), (), ())
    assert {type(each.trigger) for each in CATALOG} == {Occurs, Reaches, FallsBack, DueIn, Raised}


@each_type
def test_what_it_says_is_said_in_chinese_too(event_type: EventType) -> None:
    for sentence in (event_type.meaning, event_type.impact, event_type.remedy):
        assert re.search("[\u4e00-\u9fff]", IN_CHINESE[sentence]), sentence


def test_no_chinese_sentence_is_left_over() -> None:
    assert set(IN_CHINESE) == {sentence for each in CATALOG for sentence in (each.meaning, each.impact, each.remedy)}
