"""Clocks: effective hours and digests when clocks change, in three zones, and at the ends of months."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern
from alerts.subscriptions.backtest import Plan, Replay, Voices
from alerts.subscriptions.models import GroupDigest
from alerts.subscriptions.terms import Step, Terms, opening_of
from tests.subscriptions.test_engine import BOSS, Happening


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "clock", "now", "wanted"),
    [
        # The hour that is left out: the first moment after it.
        ("Europe/Berlin", "02:30", "2026-03-28T12:00", "2026-03-29T01:30"),
        ("America/New_York", "02:30", "2026-03-07T12:00", "2026-03-08T07:30"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T00:00", "2026-10-03T15:45"),
        # The hour that comes twice: the first of the two.
        ("Europe/Berlin", "02:30", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("America/New_York", "01:30", "2026-10-31T12:00", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T00:00", "2026-04-04T14:45"),
        # The day after each, by the new offset.
        ("Europe/Berlin", "09:00", "2026-03-29T12:00", "2026-03-30T07:00"),
        ("Europe/Berlin", "09:00", "2026-10-25T12:00", "2026-10-26T08:00"),
        # The end of a month, of February, of a year.
        ("Asia/Shanghai", "09:00", "2026-01-31T02:00", "2026-02-01T01:00"),
        ("UTC", "00:00", "2028-02-28T00:00", "2028-02-29T00:00"),
        ("UTC", "00:00", "2026-12-31T00:00", "2027-01-01T00:00"),
    ],
)
def test_a_daily_digest_comes_at_its_time_on_the_wall(zone: str, clock: str, now: str, wanted: str) -> None:
    digest = GroupDigest(at=time.fromisoformat(clock), time_zone=zone)
    found = digest.moment_after(at(now))
    assert found == at(wanted)
    assert digest.moment_after(found) > found


def test_a_weekly_digest_comes_on_its_day_also_over_the_change_of_clocks() -> None:
    digest = GroupDigest(every="WEEK", weekday=1, at=time(9), time_zone="Europe/Berlin")
    first = digest.moment_after(at("2026-10-20T00:00"))
    assert first == at("2026-10-26T08:00")
    assert digest.moment_after(at("2026-10-19T06:59")) == at("2026-10-19T07:00")


@pytest.mark.parametrize(
    ("zone", "start", "now", "wanted"),
    [
        ("Europe/Berlin", "02:30", "2026-03-29T00:10", "2026-03-29T01:00"),
        ("America/New_York", "02:30", "2026-03-08T06:10", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T15:00", "2026-10-03T15:30"),
        ("Europe/Berlin", "02:30", "2026-10-24T23:10", "2026-10-25T00:30"),
        ("America/New_York", "01:30", "2026-11-01T04:10", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T14:00", "2026-04-04T14:45"),
        ("Asia/Shanghai", "09:00", "2026-01-31T12:00", "2026-02-01T01:00"),
    ],
)
def test_effective_hours_open_at_their_time_on_the_wall(zone: str, start: str, now: str, wanted: str) -> None:
    hours = Hours(time.fromisoformat(start), time(20), (), zone)
    found = opening_of(hours, now=at(now))
    assert hours.cover(found)
    assert found == at(wanted)


def test_days_without_hours_open_at_midnight_of_the_next_of_them() -> None:
    assert opening_of(Hours(None, None, (1,), "Asia/Shanghai"), now=at("2026-06-06T10:00")) == at("2026-06-07T16:00")


def test_repeats_and_steps_outside_the_hours_wait_for_their_opening() -> None:
    hours = Hours(time(8), time(18), (), "Europe/Berlin")
    terms = Terms(repeat=7200, repeat_most=2, steps=(Step(5 * 3600, BOSS),), hours=hours)
    voices = Voices(people={"CRITICAL": ("Ann",)}, groups={BOSS: {"CRITICAL": ("Boss",)}})
    replay = Replay(Plan(Pattern(), terms, (), voices))
    begin = at("2026-10-24T15:00")  # 17 o'clock in summer time; the clocks go back in this night
    replay.feed([Happening(0, begin=begin), Happening(3 * 3600, begin=begin)])
    report = replay.finish(end=at("2026-10-25T09:30"))
    assert [(each.kind, each.at) for each in report.messages] == [
        ("FIRST", begin), ("ESCALATION", at("2026-10-25T07:00")), ("REPEAT", at("2026-10-25T07:00")),
        ("REPEAT", at("2026-10-25T09:00")),
    ]  # fmt: skip
    assert (report.outside, report.at_night("Europe/Berlin")) == (1, 0)
