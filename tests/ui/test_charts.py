"""The histogram: what is drawn, what is said, where a bar leads."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from alerts.ui.charts import Bucket, histogram, scale, series

START = datetime(2026, 11, 14, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def some_buckets(*counts: dict[str, int], width: timedelta = HOUR) -> list[Bucket]:
    return [Bucket(START + width * at, START + width * (at + 1), found) for at, found in enumerate(counts)]


def drawn(buckets: list[Bucket]) -> BeautifulSoup:
    with timezone.override(UTC):
        return BeautifulSoup(histogram(buckets, link=lambda b: f"?start={b.start:%H}&end={b.end:%H}"), "html.parser")


def test_a_bar_says_what_it_holds_and_leads_to_its_time() -> None:
    page = drawn(some_buckets({"CRITICAL": 3, "WARN": 2}, {}))
    (link,) = page.select("svg a")
    assert link["aria-label"] == "14 Nov 10:00–11:00 UTC: 3 critical, 2 warnings"
    assert link["href"] == "?start=10&end=11"
    assert link.find("title") is not None


def test_an_empty_slot_is_no_link() -> None:
    assert len(drawn(some_buckets({"INFO": 1}, {}, {"INFO": 0})).select("svg a")) == 1


def test_each_level_is_one_path_however_many_bars_there_are() -> None:
    page = drawn(some_buckets(*[{"CRITICAL": 1, "WARN": 1, "INFO": 1}] * 90))
    assert [path["data-level"] for path in page.select("path.chart-series")] == ["INFO", "WARN", "CRITICAL"]


def test_the_table_says_the_same_as_the_bars() -> None:
    page = drawn(some_buckets({"CRITICAL": 1}, {}, {"WARN": 4, "INFO": 1200}))
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in page.select("tbody tr")]
    assert rows == [["14 Nov 10:00–11:00 UTC", "1", "0", "0"], ["14 Nov 12:00–13:00 UTC", "0", "4", "1,200"]]
    assert [link["href"] for link in page.select("tbody a")] == ["?start=10&end=11", "?start=12&end=13"]


@pytest.mark.parametrize("buckets", [[], some_buckets({}, {"INFO": 0})])
def test_nothing_to_draw_is_one_sentence(buckets: list[Bucket]) -> None:
    page = drawn(buckets)
    assert page.find("svg") is None
    assert "No events in this time" in page.get_text()


def test_a_slot_of_a_day_is_named_by_the_day_and_a_longer_one_by_two() -> None:
    day = drawn(some_buckets({"INFO": 1}, width=timedelta(days=1))).select_one("svg a")
    week = drawn(some_buckets({"INFO": 1}, width=timedelta(days=7))).select_one("svg a")
    assert day is not None
    assert str(day["aria-label"]).startswith("14 Nov – 15 Nov UTC: 1 info")
    assert week is not None
    assert str(week["aria-label"]).startswith("14 Nov – 21 Nov UTC: 1 info")


def test_times_are_those_of_the_reader() -> None:
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        page = histogram(some_buckets({"INFO": 1}), link=lambda _bucket: "?")
    assert "14 Nov 18:00–19:00 CST: 1 info" in page


def test_at_most_six_moments_are_written_under_the_plot() -> None:
    assert len(drawn(some_buckets(*[{"INFO": 1}] * 90)).select(".chart-moments text")) <= 6


def test_addresses_are_escaped_and_nothing_is_styled_inline() -> None:
    page = histogram(some_buckets({"INFO": 1}), link=lambda _bucket: '?a=1&b="><script>')
    assert "<script" not in page
    assert "style=" not in page
    assert "#" not in re.sub(r"&#\d+;|&#x[0-9a-fA-F]+;", "", page)


@given(st.integers(min_value=0, max_value=10_000_000))
def test_the_axis_holds_the_highest_bar_with_two_to_five_whole_lines(highest: int) -> None:
    top, ticks = scale(highest)
    assert top >= highest
    assert ticks[0] == 0
    assert ticks[-1] == top
    assert 2 <= len(ticks) <= 5


@given(st.lists(st.tuples(*[st.integers(0, 5000)] * 3), min_size=1, max_size=90))
def test_bars_never_leave_the_plot(counts: list[tuple[int, int, int]]) -> None:
    buckets = some_buckets(*[dict(zip(("CRITICAL", "WARN", "INFO"), each, strict=True)) for each in counts])
    top, _ticks = scale(max(bucket.total for bucket in buckets))
    for _level, path in series(buckets, width=960, top=top):
        for left, foot, rise in re.findall(r"M([\d.]+) ([\d.]+)v-([\d.]+)h", path):
            assert 0 <= float(left) <= 960
            assert float(foot) - float(rise) >= -0.05
