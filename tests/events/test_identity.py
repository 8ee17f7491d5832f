"""The event id: identity, order, cursor and partition key in one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.events.identity import EPOCH, event_id, first_id, moment_of

moments = st.integers(0, 7 * 10**15).map(lambda microseconds: EPOCH + timedelta(microseconds=microseconds))
words = st.text(max_size=12)
parts = st.tuples(words, words, words, words)


def identity(moment: datetime, of: tuple[str, str, str, str]) -> uuid.UUID:
    account, name, resource, occurrence = of
    return event_id(moment, account=account, name=name, resource=resource, occurrence=occurrence)


@given(moments, parts)
def test_it_is_a_uuid_of_version_8_that_carries_its_time(moment: datetime, of: tuple[str, str, str, str]) -> None:
    made = identity(moment, of)
    assert (made.version, made.variant) == (8, uuid.RFC_4122)
    assert moment_of(made) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@given(moments, parts)
def test_the_same_happening_has_the_same_id(moment: datetime, of: tuple[str, str, str, str]) -> None:
    assert identity(moment, of) == identity(moment.astimezone(), of)


@given(moments, parts, parts)
def test_another_happening_has_another_id(
    moment: datetime, one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    assert (identity(moment, one) == identity(moment, other)) == (one == other)


def test_where_one_part_ends_and_the_next_begins_makes_a_difference() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert identity(now, ("a", "bc", "", "")) != identity(now, ("ab", "c", "", ""))


@given(moments, moments, parts, parts)
def test_ids_sort_by_time(
    early: datetime, late: datetime, one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    early, late = sorted((early, late))
    if late - early >= timedelta(milliseconds=1):
        assert identity(early, one) < identity(late, other)
        # PostgreSQL compares the bytes.
        assert identity(early, one).bytes < identity(late, other).bytes


@given(moments, moments, parts)
def test_a_time_range_is_an_id_range(moment: datetime, bound: datetime, of: tuple[str, str, str, str]) -> None:
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    border = bound.replace(microsecond=bound.microsecond // 1000 * 1000)
    assert (identity(moment, of) >= first_id(bound)) == (cut >= border)
