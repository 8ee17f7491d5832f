"""Counts: what the hourly counts say is what counting the events would say, and pages told by them lose nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import counts
from alerts.events.catalog import LEVELS
from alerts.events.counts import seen_in, slots, tally
from alerts.events.find import around, newest, oldest, slices
from alerts.events.forms import Period
from alerts.events.models import SystemEvent
from tests.builders import NOW, OTHER_UID, a_draft, an_account, an_event, some_events
from tests.events.searches import WORDS, a_search, events_of_every_kind

pytestmark = pytest.mark.django_db

MINUTES = st.integers(1, 89 * 24 * 60)
CHOICES = st.fixed_dictionaries(
    {"level": st.lists(st.sampled_from(LEVELS), max_size=2), "region": st.sampled_from(("", "cn-shanghai"))}
)


def test_hourly_counts_are_what_counting_events_gives() -> None:
    events_of_every_kind()
    account = an_account()

    @settings(max_examples=50, deadline=None)
    @given(choices=CHOICES, from_minutes=MINUTES, length=MINUTES)
    def check(choices: dict[str, Any], from_minutes: int, length: int) -> None:
        start = NOW - timedelta(minutes=from_minutes)
        end = start + timedelta(minutes=length)
        search = a_search({**choices, "start": start.isoformat(), "end": end.isoformat()})
        found = tally(search, account)
        hours = Counter(each.occurred_at.replace(minute=0, second=0, microsecond=0) for each in search.qs)
        assert found.total == search.qs.count()
        assert found.by_hour() == hours
        levels = Counter(level for (_moment, level), count in found.by_moment.items() for _one in range(count))
        assert levels == Counter(each.level for each in search.qs)

    check()


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("query", [{}, {"level": "CRITICAL"}, {"status": "Failed", "region": "cn-shanghai"}])
def test_pages_told_by_the_hours_hold_every_event_once_in_order(size: int, query: dict[str, str]) -> None:
    events_of_every_kind()
    search = a_search({**query, "period": "90d"})
    hours = tally(search, an_account()).by_hour()
    plain, walked, before = list(search.qs.order_by("-id")), [], None
    while True:
        near = search.qs.filter(around(hours, wanted=size + 1, before=before, after=None))
        near = near.filter(pk__lt=before) if before else near
        page = list(near.order_by("-id")[: size + 1])
        walked += page[:size]
        if len(page) <= size:
            break
        before = page[:size][-1].pk
    assert walked == plain
    if len(plain) > size:
        cursor = plain[-1].pk
        near = search.qs.filter(around(hours, wanted=size, before=None, after=cursor), pk__gt=cursor)
        assert list(near.order_by("id")[:size]) == plain[:-1][::-1][:size]


def test_nothing_is_read_where_there_is_nothing(django_assert_num_queries: Any) -> None:
    search = a_search({"status": "NoSuchStatus", "period": "90d"})
    hours = tally(search, an_account()).by_hour()
    with django_assert_num_queries(0):
        assert list(search.qs.filter(around(hours, wanted=51, before=None, after=None))) == []


@pytest.mark.parametrize("text", [*WORDS[:2], "no such word", "not apple", "apple or cherry"])
def test_matches_of_a_text_are_the_newest_and_the_oldest_in_order(text: str) -> None:
    events_of_every_kind()
    search = a_search({"keywords": text, "period": "90d"})
    plain = list(search.qs.order_by("-id").values_list("id", flat=True))
    assert [pk for pk, _level in newest(search, limit=1000)] == plain
    assert [pk for pk, _level in newest(search, limit=5)] == plain[:5]
    if len(plain) > 8:
        assert [pk for pk, _level in newest(search, limit=5, before=plain[3])] == plain[4:9]
        assert oldest(search, limit=3, after=plain[5]) == plain[2:5][::-1]


def test_a_text_in_very_many_events_is_counted_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    events_of_every_kind(30)
    monkeypatch.setattr(counts, "SAMPLE", 10)
    found = tally(a_search({"keywords": "kms", "period": "90d"}), an_account())
    assert (found.total, found.capped) == (10, True)


@given(minutes=st.integers(1, 91 * 24 * 60))
def test_slices_cover_the_period_without_a_gap(minutes: int) -> None:
    period = Period(NOW - timedelta(minutes=minutes), NOW)
    found = list(slices(period))
    assert found[0][1] == period.end
    assert found[-1][0] == period.start
    assert all(start < end for start, end in found)
    assert all(newer[0] == older[1] for newer, older in pairwise(found))


@given(minutes=st.integers(1, 90 * 24 * 60), zone=st.sampled_from(("UTC", "Asia/Shanghai", "Asia/Kolkata")))
def test_bars_cover_the_period_and_are_few(minutes: int, zone: str) -> None:
    period = Period(NOW - timedelta(minutes=minutes), NOW)
    with timezone.override(zone):
        found = slots(period, now=NOW)
    assert found[0][0] <= period.start
    assert found[-1][1] >= period.end
    assert len(found) <= counts.MOST_BARS + 1
    if found[0][1] - found[0][0] >= timedelta(hours=1):
        assert all(start.astimezone(UTC).minute == 0 for start, _end in found)


def test_what_there_is_to_choose_from_is_what_this_account_has_seen() -> None:
    told = {"product": "ECS", "region": "cn-beijing", "status": "Executing"}
    some_events([a_draft("Elsewhere:Thing:Happened", **told) for _twice in range(2)])  # type: ignore[arg-type]
    an_event("Another:Thing:Happened", account=an_account(OTHER_UID))
    seen = seen_in(an_account())
    assert (seen.products, seen.names) == (["ECS"], ["Elsewhere:Thing:Happened"])
    assert (seen.regions, seen.statuses) == (["cn-beijing"], ["Executing"])
    assert SystemEvent.objects.count() == 3
