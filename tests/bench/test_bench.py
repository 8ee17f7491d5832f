"""The arithmetic and the table of the bench: pure, without an installation."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta

import pytest

from alerts.events.catalog import CATALOG
from bench import facts, history
from bench.__main__ import FULL, QUICK
from bench.cost import Meter, Spent, processor_time
from bench.figures import Figure, Section, of_calls, of_run, percentile, ratio
from bench.table import HEADS, WIDTHS, number, table

HUNDRED = [n / 1000 for n in range(1, 101)]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 0.050), (0.95, 0.095), (1.0, 0.100), (0.0, 0.001)])
def test_a_percentile_is_one_of_the_durations(share: float, expected: float) -> None:
    assert percentile(HUNDRED[::-1], share) == expected


def test_one_duration_is_every_percentile() -> None:
    assert {percentile([0.25], share) for share in (0.0, 0.5, 0.95, 1.0)} == {0.25}


def test_one_client_is_measured_by_its_median_and_several_by_the_clock() -> None:
    durations = [0.1, 0.2, 0.9]
    alone = of_calls("", durations, Spent(took=1.2, cpu=0.3))
    together = of_calls("", durations, Spent(took=0.9, cpu=0.3), clients=3)

    assert (alone.each, alone.p50, alone.p95) == (0.2, 0.2, 0.9)
    assert together.each == pytest.approx(0.3)
    assert alone.per_second == pytest.approx(2.5)
    assert alone.cpu == together.cpu == pytest.approx(0.1)


def test_a_run_is_measured_by_the_clock() -> None:
    figure = of_run("facts", 200, Spent(took=4.0, cpu=1.0))

    assert (figure.each, figure.per_second, figure.cpu, figure.p50) == (0.02, 50.0, 0.005, None)


def test_a_ratio_says_how_many_times_as_much_it_costs() -> None:
    assert ratio(of_run("", 10, Spent(took=3.0)), of_run("", 10, Spent(took=1.5))) == 2.0
    assert ratio(of_run("", 10, Spent(took=3.0)), None) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (0.123, "0.12"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")]
)
def test_a_number_shows_the_figures_that_count(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_the_table_shows_each_figure_beside_what_it_is_compared_with() -> None:
    empty, bare = (
        Figure(name, each, 1 / each, 1.0, 0.001, each, each) for name, each in (("a 405", 0.01), ("row", 0.002))
    )
    lines = table([Section("Posting", empty, bare, [Figure("POST", 0.02, 50.0, 1.0, 0.004, 0.02, 0.03)])]).splitlines()

    assert len(lines[1]) == sum(WIDTHS)
    assert lines[0].split("  ")[-1].strip() == HEADS[-1]
    assert lines[2] == "Posting"
    assert [line.split()[0] for line in lines[3:5]] == ["(empty", "(bare"]
    assert lines[5].split() == ["POST", "20.0", "30.0", "1.00", "50.0", "4.00", "2.00", "10.0"]


def test_the_table_shows_a_dash_where_nothing_stands_beside() -> None:
    lines = table([Section("Facts", None, None, [of_run("stored", 10, Spent(took=1.0, cpu=0.1))])]).splitlines()

    assert lines[3].split() == ["stored", "-", "-", "1.00", "10.0", "10.0", "-", "-"]


def test_no_two_facts_are_about_the_same_secret() -> None:
    sent = [facts.a_failed_rotation() for _ in range(20)]

    assert len({fact["subject"] for fact in sent}) == len({fact["id"] for fact in sent}) == 20


def test_batches_carry_every_fact_once_and_the_empty_page_gets_the_same_bytes() -> None:
    sent = [facts.a_failed_rotation() for _ in range(25)]
    calls = facts.batches(sent, 10)

    assert [fact["id"] for call in calls for fact in json.loads(call.body or b"")] == [fact["id"] for fact in sent]
    assert [call.body for call in facts.refused(calls)] == [call.body for call in calls]


def test_the_history_draws_from_a_hundred_kinds_and_leaves_none_out() -> None:
    kinds = list(history.kinds_drawn_from())

    assert len(kinds) == 100
    assert {kind.name for kind in kinds} == {record.name for record in CATALOG}
    assert history.RARE_NAME in {record.name for record in CATALOG}
    assert timedelta(days=89) < history.DAYS < timedelta(days=90)


def test_the_quick_form_does_less_of_everything() -> None:
    assert (QUICK.events, QUICK.repeats, QUICK.posts) < (FULL.events, FULL.repeats, FULL.posts)
    assert FULL.events == 1_000_000
    assert FULL.repeats >= 30


def test_processor_time_is_counted_and_idleness_is_left_out() -> None:
    meter = Meter(os.getpid())
    ends = time.process_time() + 0.2
    with meter.running() as spent:
        while time.process_time() < ends:
            pass

    assert 0.1 <= spent.cpu <= spent.took + 0.1
    assert processor_time(os.getpid()) >= 0.2
    with Meter(os.getpid(), idle=1e9).running() as nothing:
        pass
    assert nothing.cpu == 0.0
