"""The days of a recurrence: as dateutil reckons them, at a cost that no rule can raise."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.silences.outlook import earlier
from alerts.silences.recurrence import RecurrenceError, kept, read
from alerts.silences.schedule import Recurring

HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


FIRST, BEGIN = wall("2026-01-31T03:00"), wall("2026-01-01")


def starts(rule: str, first: datetime, years: int) -> list[datetime]:
    recurring = Recurring(rule, first, HOUR, "UTC")
    return list(recurring.starts(first, wall(f"{first.year + years}-12-31T23:00")))


def by_dateutil(rule: str, first: datetime, years: int) -> list[datetime]:
    return list(rrulestr(rule, dtstart=first).between(first, wall(f"{first.year + years}-12-31T23:00"), inc=True))


def part(name: str, values: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    some = st.lists(values, min_size=1, max_size=most, unique=True)
    return st.one_of(st.just(""), some.map(lambda each: f";{name}={','.join(each)}"))


WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
ORDINALS = st.builds("{}{}".format, st.sampled_from([1, 2, 4, 5, -1, -2]), WEEKDAYS)
MONTH_DAYS = st.sampled_from(["1", "15", "28", "30", "31", "-1", "-28"])
MONTHS = st.integers(1, 12).map(str)
POSITIONS = st.sampled_from(["1", "2", "-1", "-2"])


@given(
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    interval=st.integers(1, 5),
    days=part("BYDAY", WEEKDAYS) | part("BYDAY", ORDINALS),
    month_days=part("BYMONTHDAY", MONTH_DAYS),
    months=part("BYMONTH", MONTHS, 12),
    begin=st.sampled_from(["", ";WKST=SU", ";WKST=WE"]),
    after=st.integers(0, 800),
)
def test_every_rule_comes_on_the_days_on_which_dateutil_has_it(
    frequency: str, interval: int, days: str, month_days: str, months: str, begin: str, after: int
) -> None:
    rule = f"FREQ={frequency};INTERVAL={interval}{days}{month_days}{months}{begin}"
    first = FIRST + timedelta(days=after)
    try:
        read(rule)
    except RecurrenceError:
        assume(False)  # noqa: FBT003 - the signature of hypothesis
    assert starts(rule, first, 5) == by_dateutil(rule, first, 5)


@given(days=part("BYDAY", WEEKDAYS), months=part("BYMONTH", MONTHS), positions=part("BYSETPOS", POSITIONS))
def test_positions_choose_from_the_set_of_each_month_and_year(days: str, months: str, positions: str) -> None:
    for frequency in ("MONTHLY", "YEARLY"):
        rule = f"FREQ={frequency}{days}{months}{positions}"
        with suppress(RecurrenceError):
            read(rule)
            # In its first period dateutil knows no day before the first one; the set of a period does.
            first = wall("2026-01-01T03:00")
            assert starts(rule, first, 4) == by_dateutil(rule, first, 4)


def test_days_with_and_without_ordinals_stand_side_by_side() -> None:
    found = starts("FREQ=MONTHLY;BYDAY=1MO,FR", wall("2026-06-01"), 0)[:6]
    assert [f"{day:%d.%m.}" for day in found] == ["01.06.", "05.06.", "12.06.", "19.06.", "26.06.", "03.07."]


COSTLY = [
    "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2;BYSETPOS=366",
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-366",
    "FREQ=YEARLY;BYDAY=53MO;BYMONTH=2;BYMONTHDAY=29;INTERVAL=366",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;INTERVAL=7",
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    "FREQ=DAILY;BYDAY=MO;BYMONTHDAY=29;BYMONTH=2;INTERVAL=365",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=1;BYSETPOS=7;INTERVAL=366",
    "FREQ=YEARLY;BYDAY=53MO;BYSETPOS=300",
]


@pytest.mark.parametrize("rule", COSTLY)
def test_a_rule_that_hardly_or_never_comes_costs_little(rule: str) -> None:
    began = time.process_time()
    with suppress(RecurrenceError):
        read(rule)
        starts(rule, FIRST, 10)
    assert time.process_time() - began < 0.05


def test_what_began_long_ago_still_comes() -> None:
    found = list(Recurring("FREQ=DAILY", wall("1970-01-01T03:00"), HOUR, "UTC").starts(BEGIN, BEGIN + 3 * 24 * HOUR))
    assert found == [wall(f"2026-01-0{day}T03:00") for day in (1, 2, 3)]


def test_a_rule_as_long_as_can_be_can_be_moved_to_an_earlier_begin() -> None:
    rule = "FREQ=MONTHLY;BYMONTH=" + ",".join(["12"] * 60)
    rule = rule[:200].rstrip(",")
    moved = earlier(Recurring(read(rule).text, FIRST, HOUR, "UTC"))
    assert len(moved.rule) > 200
    assert kept(moved.rule).parts.month_days == (31,)
