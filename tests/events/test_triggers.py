"""The three kinds of trigger, as pure functions: what fires, when, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.events.triggers import DueIn, Reaches, Sample, Standing
from tests.events.excursions import excursions

NINETY = Reaches("kms.instance.usage", resource_type="qps", share=90)
REMINDERS = DueIn("kms.client-key.observed", days=(180, 90, 30, 7))
END = datetime(2027, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def firing(*used: float, margin: int = 5, quota: float = 1000) -> tuple[int, ...]:
    samples = [Sample(each, quota) for each in used]
    return NINETY.replay(samples, before=Standing(), margin=margin).firing


def test_it_fires_at_the_line_itself_and_not_just_below() -> None:
    assert firing(899.99) == ()
    assert firing(900) == (0,)


def test_it_stays_quiet_while_above() -> None:
    assert firing(950, 999, 900, 1200) == (0,)


def test_it_does_not_rearm_at_the_lower_line_but_below_it() -> None:
    assert firing(950, 850, 950) == (0,)
    assert firing(950, 849.99, 950) == (0, 2)


def test_the_margin_is_settable() -> None:
    assert firing(950, 820, 950, margin=10) == (0,)
    assert firing(950, 820, 950, margin=5) == (0, 2)
    assert firing(950, 899, 950, margin=0) == (0, 2)


def test_a_quota_of_zero_neither_fires_nor_rearms() -> None:
    nothing = Sample(5000, 0)
    assert NINETY.replay([nothing], before=Standing(), margin=5).firing == ()
    above = NINETY.replay([Sample(95, 100), nothing, Sample(96, 100)], before=Standing(), margin=5)
    assert above.firing == (0,)
    assert [each.above for each in above.standings] == [True, True, True]


def test_a_smaller_quota_fires_and_a_larger_one_rearms() -> None:
    samples = [Sample(80, 100), Sample(80, 85), Sample(80, 200), Sample(80, 85)]
    assert NINETY.replay(samples, before=Standing(), margin=5).firing == (1, 3)


@pytest.mark.parametrize("quota", [1, 3, 7, 10, 999, 10**9, 10**12])
def test_ninety_percent_of_a_whole_quota_is_exact(quota: int) -> None:
    line = -(-quota * 90 // 100)
    assert firing(line, quota=quota) == (0,)
    assert firing(line - 1, quota=quota) == ()


def test_an_excursion_that_was_announced_before_is_not_announced_again() -> None:
    before = Standing(above=True, announced=True)
    assert NINETY.replay([Sample(95, 100), Sample(10, 100)], before=before, margin=5).firing == ()


def test_an_excursion_that_nothing_announced_reaches_back() -> None:
    before = Standing(above=True, announced=False)
    assert NINETY.replay([Sample(10, 100), Sample(95, 100)], before=before, margin=5).firing == (-1, 1)
    later = [Sample(91, 100), Sample(95, 100, fired=True)]
    assert NINETY.replay(later, before=before, margin=5).firing == ()


samples = st.builds(
    Sample,
    used=st.integers(0, 130).map(float),
    quota=st.sampled_from([0.0, 50.0, 100.0, 100.0, 100.0, 130.0]),
)


@given(st.lists(samples, max_size=40), st.sampled_from([70, 90]), st.integers(0, 50))
def test_each_excursion_fires_once_at_its_first_sample(taken: list[Sample], share: int, margin: int) -> None:
    trigger = Reaches("kms.instance.usage", resource_type="qps", share=share)
    replay = trigger.replay(taken, before=Standing(), margin=margin)
    expected = excursions([(each.used, each.quota) for each in taken], share=share, margin=margin)
    assert list(replay.firing) == [each.start for each in expected]
    assert all(taken[index].used * 100 >= share * taken[index].quota for index in replay.firing)


@given(st.lists(samples, max_size=30), st.data())
def test_a_replay_in_parts_says_what_a_replay_of_the_whole_says(taken: list[Sample], data: st.DataObject) -> None:
    whole = NINETY.replay(taken, before=Standing(), margin=5)
    cut = data.draw(st.integers(0, len(taken)))
    first = NINETY.replay(taken[:cut], before=Standing(), margin=5)
    before = first.standings[-1] if first.standings else Standing()
    second = NINETY.replay(taken[cut:], before=before, margin=5)
    assert whole.firing == first.firing + tuple(cut + index for index in second.firing)
    assert whole.standings == first.standings + second.standings


def due(seen_at: datetime, now: datetime, reminded: int | None = None) -> tuple[int, datetime, tuple[int, ...]] | None:
    found = REMINDERS.due(ends_at=END, seen_at=seen_at, reminded=reminded, now=now)
    return (found.days, found.occurred_at, found.missed) if found else None


@pytest.mark.parametrize("days", [180, 90, 30, 7])
def test_a_reminder_comes_at_exactly_so_many_days_before_the_end(days: int) -> None:
    moment, before = END - days * DAY, {180: None, 90: 180, 30: 90, 7: 30}[days]
    assert due(END - 300 * DAY, moment - timedelta(microseconds=1), before) is None
    assert due(END - 300 * DAY, moment, before) == (days, moment, ())


def test_after_a_gap_only_the_nearest_is_sent_and_it_names_the_missed_ones() -> None:
    assert due(END - 300 * DAY, END - 6 * DAY) == (7, END - 7 * DAY, (180, 90, 30))
    assert due(END - 300 * DAY, END - 29 * DAY, 180) == (30, END - 30 * DAY, (90,))


def test_a_date_first_seen_inside_a_window_gets_the_reminder_of_that_window_when_it_was_seen() -> None:
    seen_at = END - 20 * DAY
    assert due(seen_at, seen_at) == (30, seen_at, ())
    assert due(seen_at, END - 7 * DAY, 30) == (7, END - 7 * DAY, ())


def test_a_date_that_had_passed_when_it_was_first_seen_is_not_spoken_of() -> None:
    assert due(END, END + DAY) is None
    assert REMINDERS.next_at(ends_at=END, seen_at=END + DAY, reminded=None) is None


def test_nothing_is_left_after_the_last_one() -> None:
    assert REMINDERS.next_at(ends_at=END, seen_at=END - 300 * DAY, reminded=7) is None


@given(
    seen=st.integers(-5, 400 * 24),
    looks=st.lists(st.integers(-400 * 24, 10 * 24), min_size=1, max_size=12).map(sorted),
)
def test_each_reminder_is_sent_or_named_once_whenever_somebody_looks(seen: int, looks: list[int]) -> None:
    """`seen` are hours before the end, `looks` hours relative to the end."""
    seen_at = END - timedelta(hours=seen)
    reminded: int | None = None
    told: list[int] = []
    for hour in looks:
        now = max(seen_at, END + timedelta(hours=hour))
        found = REMINDERS.due(ends_at=END, seen_at=seen_at, reminded=reminded, now=now)
        if found:
            assert found.occurred_at in {seen_at, END - found.days * DAY}
            assert found.occurred_at <= now
            told += [found.days, *found.missed]
            reminded = found.days
        assert REMINDERS.due(ends_at=END, seen_at=seen_at, reminded=reminded, now=now) is None
        upcoming = REMINDERS.next_at(ends_at=END, seen_at=seen_at, reminded=reminded)
        assert upcoming is None or upcoming > now
    assert len(told) == len(set(told))
    if seen > 0 and looks[-1] >= -7 * 24:
        entered = min((days for days in REMINDERS.days if days * 24 >= seen), default=None)
        expected = {days for days in REMINDERS.days if days * 24 < seen} | ({entered} if entered else set())
        assert set(told) == expected
