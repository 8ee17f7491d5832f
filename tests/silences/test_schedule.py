"""When a silence hides: wall clocks, both days on which they change, the ends of months, and what that costs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.silences.schedule import Once, Recurring, Window, changes_of, cover, skipped

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def recurring(rule: str, first: str, lasts: timedelta, zone: str = "UTC", until: str = "") -> Recurring:
    return Recurring(rule, wall(first), lasts, zone, utc(until) if until else None)


def on(schedule: Recurring, day: str) -> list[tuple[str, str]]:
    """Return the windows that begin on a day of the zone, as start and end by its clock with their offsets."""
    zone = ZoneInfo(schedule.zone)
    begin = wall(day).replace(tzinfo=zone).astimezone(UTC)
    found = schedule.between(begin, begin + timedelta(days=2))
    local = [(each.start.astimezone(zone), each.end.astimezone(zone)) for each in found]
    return [(f"{a:%H:%M%z}", f"{b:%H:%M%z}") for a, b in local if f"{a:%Y-%m-%d}" == day]


DST_DAYS = [
    # zone, day, start, hours, the window by the clock
    ("Europe/Berlin", "2026-03-29", "01:00", 3, [("01:00+0100", "04:00+0200")]),
    ("Europe/Berlin", "2026-03-29", "02:30", 2, [("03:00+0200", "04:30+0200")]),
    ("Europe/Berlin", "2026-03-29", "01:30", 1, [("01:30+0100", "03:00+0200")]),
    ("Europe/Berlin", "2026-03-29", "02:15", 0.5, []),
    ("Europe/Berlin", "2026-10-25", "01:00", 3, [("01:00+0200", "04:00+0100")]),
    ("Europe/Berlin", "2026-10-25", "02:30", 2, [("02:30+0200", "04:30+0100")]),
    ("Europe/Berlin", "2026-10-25", "01:30", 1, [("01:30+0200", "02:30+0100")]),
    ("Europe/Berlin", "2026-10-25", "02:15", 0.5, [("02:15+0200", "02:45+0100")]),
    ("America/New_York", "2026-03-08", "01:00", 3, [("01:00-0500", "04:00-0400")]),
    ("America/New_York", "2026-03-08", "02:00", 1, []),
    ("America/New_York", "2026-03-08", "02:30", 1, [("03:00-0400", "03:30-0400")]),
    ("America/New_York", "2026-11-01", "01:30", 1, [("01:30-0400", "02:30-0500")]),
    ("America/New_York", "2026-11-01", "00:30", 1, [("00:30-0400", "01:30-0500")]),
    ("Australia/Lord_Howe", "2026-10-04", "02:00", 1, [("02:30+1100", "03:00+1100")]),
    ("Australia/Lord_Howe", "2026-10-04", "02:10", 0.25, []),
    ("Australia/Lord_Howe", "2026-04-05", "01:00", 1, [("01:00+1100", "02:00+1030")]),
    ("Australia/Lord_Howe", "2026-04-05", "01:45", 0.5, [("01:45+1100", "02:15+1030")]),
    ("Africa/Cairo", "2026-04-24", "00:00", 2, [("01:00+0300", "02:00+0300")]),
    ("Asia/Shanghai", "2026-03-29", "02:30", 1, [("02:30+0800", "03:30+0800")]),
]


@pytest.mark.parametrize(("zone", "day", "start", "hours", "expected"), DST_DAYS)
def test_on_the_days_on_which_clocks_change_the_rules_hold_that_are_written_down(
    zone: str, day: str, start: str, hours: float, expected: list[tuple[str, str]]
) -> None:
    assert on(recurring("FREQ=DAILY", f"2026-01-01T{start}", hours * HOUR, zone), day) == expected


def test_a_window_over_midnight_has_an_hour_more_or_less_when_clocks_change() -> None:
    night = recurring("FREQ=DAILY", "2026-01-01T22:00", 8 * HOUR, "Europe/Berlin")
    lengths = {day: night.between(utc(f"{day}T21:30"), utc(f"{day}T22:30"))[0] for day in ("2026-03-28", "2026-10-24")}
    assert [window.end - window.start for window in lengths.values()] == [7 * HOUR, 9 * HOUR]


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=3TU", "2026-11-01", ["2026-11-17", "2026-12-15", "2027-01-19", "2027-02-16"]),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3", "2026-11-01", ["2026-11-17", "2026-12-15", "2027-01-19", "2027-02-16"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-01", ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-11-01", ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"]),
        ("FREQ=MONTHLY", "2026-10-31", ["2026-10-31", "2026-12-31", "2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-11-01", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "2026-11-01", ["2026-11-14", "2026-11-28", "2026-12-12", "2026-12-26"]),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-05", ["2026-11-07", "2026-11-08", "2026-11-14", "2026-11-15"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-11-01",
         ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]),
    ],
)  # fmt: skip
def test_ordinals_and_the_ends_of_months_are_as_calendars_have_them(rule: str, first: str, expected: list[str]) -> None:
    found = recurring(rule, f"{first}T03:00", HOUR, "Asia/Shanghai").following(utc("2026-10-01T00:00"), 4)
    days = [f"{window.start.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}" for window in found]
    assert days == [f"{day} 03:00" for day in expected]


def test_a_window_holds_its_start_and_not_its_end() -> None:
    for schedule in (
        Once(utc("2026-11-17T10:00"), utc("2026-11-17T11:00")),
        recurring("FREQ=DAILY", "2026-11-17T10:00", HOUR),
    ):
        assert not cover(schedule, utc("2026-11-17T09:59:59.999999"))
        assert cover(schedule, utc("2026-11-17T10:00"))
        assert cover(schedule, utc("2026-11-17T10:59:59.999999"))
        assert not cover(schedule, utc("2026-11-17T11:00"))


def test_an_end_cuts_the_window_that_is_open_then() -> None:
    schedule = recurring("FREQ=DAILY", "2026-11-17T10:00", 2 * HOUR, until="2026-11-18T11:00")
    assert schedule.following(utc("2026-11-17T00:00"), 5) == [
        Window(utc("2026-11-17T10:00"), utc("2026-11-17T12:00")),
        Window(utc("2026-11-18T10:00"), utc("2026-11-18T11:00")),
    ]


def test_one_that_was_ended_before_it_began_has_no_window() -> None:
    ended = Once(utc("2026-11-18T10:00"), utc("2026-11-17T10:00"))
    assert ended.between(utc("2026-11-01T00:00"), utc("2026-12-01T00:00")) == []
    assert ended.following(utc("2026-11-01T00:00"), 1) == []
    assert not cover(ended, utc("2026-11-17T12:00"))


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/Santiago")
MINUTES_OF_2026 = 525_600


@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    lasts=st.integers(1, 23 * 60),
    at=st.integers(0, MINUTES_OF_2026),
)
def test_a_moment_whose_wall_time_is_clear_is_covered_as_the_wall_says(
    zone: str, minute: int, lasts: int, at: int
) -> None:
    """Away from the days on which clocks change, the clock alone decides."""
    moment = utc("2026-01-01T00:00") + at * MINUTE
    if list(changes_of(zone, moment - timedelta(days=3), moment + timedelta(days=3))):
        return
    schedule = Recurring("FREQ=DAILY", wall("2025-12-01T00:00") + minute * MINUTE, lasts * MINUTE, zone)
    clock = moment.astimezone(ZoneInfo(zone))
    since = (clock.hour * 60 + clock.minute - minute) % (24 * 60)
    assert cover(schedule, moment) == (since < lasts)


@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 24 * 60 - 1), lasts=st.integers(1, 23 * 60))
def test_windows_of_a_year_follow_each_other_and_never_run_backwards(zone: str, minute: int, lasts: int) -> None:
    schedule = Recurring("FREQ=DAILY", wall("2025-12-01T00:00") + minute * MINUTE, lasts * MINUTE, zone)
    windows = schedule.between(utc("2026-01-01T00:00"), utc("2026-12-31T00:00"))
    assert all(window.start < window.end for window in windows)
    assert windows == sorted(windows)
    assert len(windows) >= 363
    assert all(cover(schedule, window.start) and cover(schedule, window.end - MINUTE) for window in windows[::50])


def test_clocks_change_twice_a_year_or_never() -> None:
    year = utc("2026-01-01T00:00"), utc("2027-01-01T00:00")
    berlin = list(changes_of("Europe/Berlin", *year))
    assert [(change.at, change.forward) for change in berlin] == [
        (utc("2026-03-29T01:00"), HOUR), (utc("2026-10-25T01:00"), -HOUR),
    ]  # fmt: skip
    assert [change.forward for change in changes_of("Australia/Lord_Howe", *year)] == [-30 * MINUTE, 30 * MINUTE]
    assert list(changes_of("Asia/Shanghai", *year)) == []


def test_a_wall_time_that_no_clock_shows_is_told_apart() -> None:
    assert skipped(wall("2026-03-29T02:30"), ZoneInfo("Europe/Berlin"))
    assert not skipped(wall("2026-10-25T02:30"), ZoneInfo("Europe/Berlin"))


def test_a_rule_that_comes_too_rarely_is_not_looked_for_any_further() -> None:
    rare = recurring("FREQ=YEARLY;INTERVAL=300", "2020-01-01T03:00", HOUR)
    began = time.process_time()
    assert rare.following(utc("2026-01-01T00:00"), 5) == []
    assert time.process_time() - began < 0.05


def test_a_daily_silence_of_fifty_years_ago_covers_today() -> None:
    daily = recurring("FREQ=DAILY", "1970-01-01T03:00", HOUR, "Europe/Berlin")
    assert cover(daily, utc("2026-11-17T02:30"))
    assert [window.start for window in daily.following(utc("2026-11-17T04:00"), 1)] == [utc("2026-11-18T02:00")]


def test_no_window_begins_after_the_last_year_that_is_looked_at() -> None:
    daily = recurring("FREQ=DAILY", "2100-12-30T23:59", HOUR, "America/New_York")
    assert len(daily.following(utc("2100-12-30T00:00"), 9)) == 2
    assert (
        recurring("FREQ=DAILY", "9999-12-31T23:59", HOUR, "America/New_York").following(utc("2026-01-01T00:00"), 1)
        == []
    )


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59", "0001-01-01T00:00:00"])
def test_no_window_covers_the_ends_of_all_time(moment: str) -> None:
    assert not cover(recurring("FREQ=DAILY", "2026-01-01T00:00", HOUR, "America/New_York"), utc(moment))


def test_asking_again_costs_next_to_nothing() -> None:
    daily = recurring("FREQ=DAILY", "2016-01-01T03:00", HOUR, "Europe/Berlin")
    cover(daily, utc("2026-11-17T00:00"))
    began = time.process_time()
    for minute in range(1_000):
        cover(daily, utc("2026-11-17T00:00") + minute * MINUTE)
    assert time.process_time() - began < 0.5
