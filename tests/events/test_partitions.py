"""Weekly partitions: made ahead, by one of many, and dropped whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from alerts.events import partitions
from alerts.events.models import SystemEvent
from tests.builders import NOW, an_event

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def starts() -> list[datetime]:
    return [start for start, _ in partitions.present()]


def test_a_week_begins_on_monday_at_midnight_utc() -> None:
    sunday = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert partitions.week_of(sunday) == datetime(2026, 11, 16, tzinfo=UTC)
    assert partitions.week_of(sunday + timedelta(minutes=1)) == datetime(2026, 11, 23, tzinfo=UTC)


def test_they_reach_from_90_days_back_to_three_weeks_ahead_without_a_gap() -> None:
    partitions.ensure(now=NOW)
    made = [start for start in starts() if start >= partitions.week_of(NOW - partitions.RETENTION)]
    assert made[0] <= NOW - timedelta(days=90)
    assert made[-1] + WEEK >= NOW + timedelta(days=21)
    assert [later - earlier for earlier, later in pairwise(made)] == [WEEK] * (len(made) - 1)
    assert partitions.ensure(now=NOW) == []


def test_what_is_older_than_90_days_is_dropped_and_nothing_newer() -> None:
    partitions.ensure(now=NOW)
    old = an_event(at=NOW - timedelta(days=80))
    young = an_event(at=NOW)
    later = NOW + timedelta(days=18)
    connection.check_constraints()  # what a commit does, without which nothing can be dropped
    partitions.ensure(now=later)
    assert partitions.drop(now=later)
    assert min(starts()) + WEEK > later - partitions.RETENTION
    assert list(SystemEvent.objects.values_list("id", flat=True)) == [young.id]
    assert old.id < young.id
    assert partitions.drop(now=later) == []


@pytest.mark.django_db(transaction=True)
def test_several_at_once_make_each_partition_once() -> None:
    far = NOW + timedelta(days=400)

    def ensure(_number: int) -> list[str]:
        try:
            with transaction.atomic():
                return partitions.ensure(now=far)
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ensure, range(4)))
        assert far.date() <= max(starts()).date() + timedelta(days=7)
    finally:
        with connection.cursor() as cursor:
            for start, name in partitions.present():
                if start > NOW + timedelta(days=60):
                    cursor.execute(f"DROP TABLE {name}")
