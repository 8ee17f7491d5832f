"""What makes a backtest fast says the same as what it stands for: the clauses asked, the window of mails, the steps."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules.pattern import Pattern
from alerts.subscriptions.backtest_report import PastMessage, Report
from alerts.subscriptions.denoise import Window, room_at
from alerts.subscriptions.engine import Arrival, Situation, Tick, advance, step
from alerts.subscriptions.state import State
from alerts.subscriptions.terms import Step, Terms
from tests.subscriptions.test_engine import Happening

BEGIN = datetime(2026, 6, 1, 10, tzinfo=UTC)
TERMS = Terms(wait=30, interval=60, repeat=600, repeat_most=2, steps=(Step(300, 1), Step(300, 2)), rounds=2)
SIGNALS = st.lists(st.tuples(st.integers(0, 400), st.booleans(), st.booleans(), st.booleans()), max_size=30)


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern(), Pattern(product="*", levels=("*",)), Pattern(product="RDS"), Pattern(levels=("WARN", "CRITICAL")),
        Pattern(names=("Other",)), Pattern(resources=("A*",)), Pattern(keywords=("x",), keywords_none=True),
        Pattern(keywords_none=True), Pattern(content_words=("no",)), Pattern(content_words=("no",), content_black=True),
        Pattern(resource_words=("a",), resource_black=True), Pattern(content_black=True, resource_black=True),
        Pattern(event_types=("Exception",), statuses=("Failed",)), Pattern(sql_filter="level = WARN"),
    ],
)  # fmt: skip
def test_the_matcher_of_a_pattern_matches_as_the_pattern_does(pattern: Pattern) -> None:
    for event in (Happening(0), Happening(0, "B", level="WARN"), Happening(0, search_text="x", content={"no": "yes"})):
        assert pattern.matcher()(event) == pattern.matches(event)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=40), st.integers(0, 60))
def test_a_window_has_room_when_a_list_of_all_mails_has(spent: list[tuple[int, int]], mails: int) -> None:
    everything: list[tuple[datetime, int]] = []
    window, now = Window(), BEGIN
    for seconds, number in spent:
        now += timedelta(seconds=seconds)
        assert window.room_at(mails=mails, now=now) == room_at(everything, mails=mails, now=now)
        window.spend(number, now=now)
        everything.append((now, number))
    assert window.room_at(mails=mails, now=now) == room_at(everything, mails=mails, now=now)


@given(SIGNALS)
def test_a_step_leaves_its_state_alone_and_comes_to_the_same_as_one_that_moves_it(
    signals: list[tuple[int, bool, bool, bool]],
) -> None:
    kept, moved, now = State(), State(), BEGIN
    for seconds, arrives, first, second in signals:
        now += timedelta(seconds=seconds)
        seen = Situation(first, second, now + timedelta(hours=1) if second else None)
        signal = Arrival(now, "WARN", "1", fresh=first, opens=second) if arrives else Tick(lambda seen=seen: seen)  # type: ignore[misc]
        before = copy.deepcopy(kept)
        outcome, other = (verb(state, signal, now=now, terms=TERMS) for verb, state in ((step, kept), (advance, moved)))
        assert kept == before
        assert outcome == other
        assert other.state is moved
        kept = outcome.state


def test_a_report_counts_names_over_all_messages_but_people_not_where_a_digest_tells_them() -> None:
    told = [(("Ann", "Bob"), ("hook",), False), (("Ann",), (), False), (("Ann",), ("hook",), True)]
    report = Report(messages=[PastMessage(BEGIN, "FIRST", "WARN", 1, *each) for each in told])
    assert report.by_person() == [("Ann", 2), ("Bob", 1)]
    assert report.by_system() == [("hook", 2)]
