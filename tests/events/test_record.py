"""Recording: each event once, its count with it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.events import partitions
from alerts.events.catalog import CATALOG
from alerts.events.models import EventCount, SystemEvent
from alerts.events.record import Draft, listed_at, record
from tests.builders import NOW, OTHER_UID, REGION, a_draft, an_account

pytestmark = pytest.mark.django_db
Kind = tuple[object, ...]


def scanned() -> Counter[Kind]:
    """Count events by looking at each of them."""
    return Counter(
        (
            event.account_id,
            event.occurred_at.replace(minute=0, second=0, microsecond=0),
            *(event.product, event.region, event.name, event.event_type, event.level, event.status),
        )
        for event in SystemEvent.objects.all()
    )


def counted() -> Counter[Kind]:
    fields = ("account_id", "hour", "product", "region", "name", "event_type", "level", "status", "count")
    return Counter({row[:-1]: row[-1] for row in EventCount.objects.values_list(*fields)})


drafts = st.lists(
    st.builds(
        lambda of, minutes, uid, occurrence: a_draft(
            CATALOG[of].name,
            account=an_account(uid),
            at=NOW - timedelta(minutes=minutes),
            resource=f"acs:kms:{REGION}:{uid}:key/one",
            occurrence=str(occurrence),
        ),
        st.integers(0, 2),
        st.sampled_from([0, 30, 59, 61, 180]),
        st.sampled_from(["1000000000000001", OTHER_UID]),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_recording_again_adds_nothing_and_counts_are_what_a_scan_counts(data: st.DataObject) -> None:
    partitions.ensure(now=NOW)
    some = data.draw(drafts)
    known = set(SystemEvent.objects.values_list("id", flat=True))
    new = record(some, now=NOW)
    assert new == {draft.id for draft in some} - known
    cut = data.draw(st.integers(0, len(some)))
    assert record(some[cut:] + some[:cut], now=NOW) == set()
    assert counted() == scanned()


def test_a_row_says_what_its_draft_says() -> None:
    partitions.ensure(now=NOW)
    content = {"text": "密钥 “quoted” \\ back", "deep": {"list": [1, 2.5, None, True, 10**30]}}
    draft = a_draft(content=content, group_id="7", original_id="abc", fact_id=4, note="Unreadable")
    record([draft], now=NOW)
    event = SystemEvent.objects.get(id=draft.id)
    assert event.content == content
    for name in ("name", "level", "status", "region", "resource", "instance_name", "group_id", "original_id", "note"):
        assert getattr(event, name) == getattr(draft, name)
    assert (event.occurred_at, event.received_at, event.dispatched_at) == (NOW, NOW, None)


def test_search_text_holds_names_titles_and_content_in_lower_case() -> None:
    draft = a_draft(content={"secretName": "RDS-Prod-App"})
    for words in ("secret:rotatesecret:failure", "托管凭据轮转失败", "managed secret rotation failed", "rds-prod-app"):
        assert words in draft.search_text


def test_what_is_rolled_back_is_neither_recorded_nor_counted() -> None:
    partitions.ensure(now=NOW)
    with transaction.atomic():
        record([a_draft()], now=NOW)
        transaction.set_rollback(True)
    assert (SystemEvent.objects.count(), EventCount.objects.count()) == (0, 0)


def test_nothing_to_record_is_fine() -> None:
    assert record([], now=NOW) == set()


def test_an_event_of_more_than_90_days_ago_is_listed_when_it_came_to_light() -> None:
    recent, old = NOW - timedelta(days=89), NOW - timedelta(days=90)
    assert listed_at(recent, now=NOW) == (recent, "")
    assert listed_at(old, now=NOW) == (NOW, "OutsideRetention")


def test_the_occurrence_makes_two_happenings_different() -> None:
    one: Draft = a_draft(occurrence="a", resource="x")
    assert one.id == a_draft(occurrence="a", resource="x", content={"other": 1}).id
    assert one.id != a_draft(occurrence="b", resource="x").id
