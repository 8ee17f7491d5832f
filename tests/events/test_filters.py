"""The one search: what it finds is what a naive filter finds, and what it refuses it says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events.catalog import CATALOG, EVENT_TYPES, LEVELS, STATUSES
from alerts.events.filters import Seen, SystemEventFilter
from alerts.events.find import newest, slices
from alerts.events.language import matches, parse
from alerts.events.models import SystemEvent
from tests.builders import NOW, a_draft, some_events
from tests.events.searches import REGIONS, WORDS, a_search, events_of_every_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

pytestmark = pytest.mark.django_db

OTHER_TYPE = {"Notification": "StatusNotification", "StatusNotification": "Notification"}


def some(values: Iterable[str]) -> st.SearchStrategy[list[str]]:
    """Return a strategy for none, some or all of the values."""
    return st.lists(st.sampled_from(list(values)), max_size=3, unique=True)


def expressions() -> st.SearchStrategy[str]:
    """Return a strategy for keyword expressions, or none."""
    terms = st.sampled_from((*WORDS, "CRITICAL", "cn-shanghai", "no such word"))
    quoted = terms.map(lambda word: f'"{word}"')
    tree = st.recursive(
        quoted,
        lambda part: st.one_of(
            st.tuples(part, part).map(lambda two: f"({two[0]} or {two[1]})"),
            st.tuples(part, part).map(lambda two: f"{two[0]} and {two[1]}"),
            part.map(lambda one: f"not ({one})"),
        ),
        max_leaves=4,
    )
    return st.one_of(st.just(""), tree)


SEARCHES = st.fixed_dictionaries(
    {
        "product": some(("KMS", "ECS")),
        "name": some(record.name for record in CATALOG),
        "level": some(LEVELS),
        "event_type": some(EVENT_TYPES),
        "status": some(STATUSES),
        "region": some(REGIONS),
        "keywords": expressions(),
        "start": st.integers(1, 89 * 24 * 60).map(lambda minutes: (NOW - timedelta(minutes=minutes)).isoformat()),
    }
)


def naively_found(events: Iterable[SystemEvent], query: Mapping[str, Any]) -> list[SystemEvent]:
    """Return what one would find by reading every event."""

    def wanted(event: SystemEvent) -> bool:
        types = {*query["event_type"], *(OTHER_TYPE.get(each, each) for each in query["event_type"])}
        fields = ("product", "name", "level", "status", "region")
        return (
            all(not query[field] or getattr(event, field) in query[field] for field in fields)
            and (not types or event.event_type in types)
            and (not query["keywords"] or matches(parse(query["keywords"]), event))
            and event.occurred_at >= datetime.fromisoformat(query["start"])
        )

    return [event for event in events if wanted(event)]


def test_a_search_finds_what_a_naive_filter_finds() -> None:
    events = events_of_every_kind()

    @settings(max_examples=60, deadline=None)
    @given(query=SEARCHES)
    def check(query: dict[str, Any]) -> None:
        assert list(a_search(query).qs.newest_first()) == naively_found(events, query)

    check()


def errors_of(**query: str) -> dict[str, list[str]]:
    """Return what is wrong with a search."""
    data = QueryDict(mutable=True)
    data.update(query)
    search = SystemEventFilter(data, queryset=SystemEvent.objects.none(), now=NOW, seen=Seen())
    return {name: [str(error) for error in found] for name, found in search.form.errors.items()}


def test_a_start_before_the_ninety_days_is_refused_in_the_zone_of_the_reader() -> None:
    with timezone.override("Asia/Shanghai"):
        found = errors_of(start=(NOW - timedelta(days=91)).isoformat())
    assert list(found) == ["start"]
    assert "90 days" in found["start"][0]
    assert "Asia/Shanghai" in found["start"][0]


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("start", {"start": (NOW + timedelta(days=1)).isoformat()}),
        ("end", {"end": (NOW - timedelta(days=91)).isoformat()}),
        ("end", {"start": "2026-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z"}),
        ("start", {"start": "yesterday"}),
        ("keywords", {"keywords": "(a or"}),
        ("keywords", {"keywords": "a\x00b"}),
        ("level", {"level": "a\x00b"}),
        ("name", {"name": "a\x00b"}),
        ("period", {"period": "100y"}),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(field: str, query: dict[str, str]) -> None:
    assert field in errors_of(**query)


def test_the_column_of_a_mistake_counts_what_was_typed() -> None:
    assert errors_of(keywords="  a and) b")["keywords"] == ["Column 8: “)” closes nothing."]
    assert errors_of(keywords="  ") == {}


def test_a_typed_moment_is_one_of_the_readers_zone() -> None:
    with timezone.override("Asia/Shanghai"):
        search = a_search({"start": f"{NOW + timedelta(hours=8) - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"})
        assert search.period_asked().start == NOW - timedelta(days=1)


def test_a_moment_with_an_offset_is_shown_in_the_readers_zone() -> None:
    moment = (NOW - timedelta(days=1)).astimezone(UTC)
    with timezone.override("Asia/Shanghai"):
        search = a_search({"start": moment.isoformat()})
        shown = f'value="{moment + timedelta(hours=8):%Y-%m-%dT%H:%M:%S}"'
        assert shown in str(search.form["start"])
        assert "Asia/Shanghai" in str(search.form["start"].label)


def test_a_range_given_exactly_wins_over_a_preset() -> None:
    start, end = NOW - timedelta(days=3), NOW - timedelta(days=2)
    period = a_search({"period": "1h", "start": start.isoformat(), "end": end.isoformat()}).period_asked()
    assert (period.start, period.end) == (start, end)


def test_a_range_until_the_end_of_all_time_is_walked_only_as_far_as_there_can_be_events() -> None:
    [event] = some_events([a_draft(at=NOW)])
    search = a_search({"keywords": "rotatesecret", "end": "9999-12-31T23:59:59Z"})
    assert len(list(slices(search.period_asked()))) < 20
    assert [each for each, _level in newest(search, limit=10)] == [event.id]


def test_what_is_not_offered_can_be_searched_for_and_stays_chosen() -> None:
    search = a_search({"name": ["Elsewhere:Thing:Happened"]})
    assert list(search.qs) == []
    assert "Elsewhere:Thing:Happened" in str(search.form["name"])


def test_a_star_means_all() -> None:
    events = events_of_every_kind(20)
    assert set(a_search({"level": ["*"], "period": "90d"}).qs) == set(events)
