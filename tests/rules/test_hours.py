"""Effective hours, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.hours import Hours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(time(9), time(18), (1, 2, 3, 4, 5), "Europe/Berlin")
NIGHT = Hours(time(22), time(6), (5,), "Europe/Berlin")


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026, whose second day is a Monday, by the clock in Berlin."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "inside"),
    [
        (Hours(), berlin(1, 3), True),
        (OFFICE, berlin(2, 9), True),
        (OFFICE, berlin(2, 8, 59), False),
        (OFFICE, berlin(2, 17, 59), True),
        (OFFICE, berlin(2, 18), False),
        (OFFICE, berlin(1, 12), False),
        (NIGHT, berlin(6, 22), True),
        (NIGHT, berlin(7, 5, 59), True),
        (NIGHT, berlin(7, 6), False),
        (NIGHT, berlin(6, 5), False),
        (NIGHT, berlin(7, 22), False),
        (Hours(weekdays=(7,), zone="Asia/Shanghai"), datetime(2026, 11, 7, 16, tzinfo=UTC), True),
        (Hours(weekdays=(7,), zone="Asia/Shanghai"), datetime(2026, 11, 7, 15, 59, tzinfo=UTC), False),
        (Hours(time(8), time(8), (1,)), datetime(2026, 11, 2, 3, tzinfo=UTC), True),
    ],
)
def test_a_moment_is_inside_or_outside(hours: Hours, moment: datetime, *, inside: bool) -> None:
    assert hours.cover(moment) is inside


def test_the_doubled_hour_is_inside_twice_and_the_missing_one_never_happens() -> None:
    early = Hours(time(2), time(3), (), "Europe/Berlin")
    autumn = [datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(8)]
    assert [early.cover(moment) for moment in autumn] == [False] * 2 + [True] * 4 + [False] * 2
    spring = [datetime(2026, 3, 29, 0, tzinfo=UTC) + timedelta(minutes=10 * n) for n in range(24)]
    assert not any(early.cover(moment) for moment in spring)


@given(
    st.times(), st.times(), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware
)  # fmt: skip
def test_a_window_and_its_complement_share_no_moment(start: time, end: time, zone: str, moment: datetime) -> None:
    if start != end:
        assert Hours(start, end, (), zone).cover(moment) != Hours(end, start, (), zone).cover(moment)
