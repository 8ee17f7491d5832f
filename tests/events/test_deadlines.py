"""Reminders of client keys on the real database: exact moments, once each, over restarts and moved dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.estate.client_keys import change_validity, delete_client_key
from alerts.estate.models import AccessPoint, ClientKey
from alerts.events import partitions
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import Deadline, SystemEvent
from alerts.facts.collect import collect
from tests.builders import NOW, REGION, a_client_key, an_account, an_arn, an_observation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def observe(arn: str, *, ends_at: datetime, at: datetime = NOW, **data: str) -> None:
    seen = an_observation("kms.client-key.observed", arn, at=at, notAfter=_iso(ends_at), **data)
    collect(an_account(), [seen], origin="cloudevents", now=at)
    evaluate_batch(now=at)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def told(arn: str) -> list[tuple[int, datetime]]:
    events = SystemEvent.objects.filter(resource=arn, name="ClientKey:Expiration:Reminder").order_by("id")
    return [(event.content["remainingDays"], event.occurred_at) for event in events]


@pytest.fixture
def arn() -> str:
    return an_arn("clientkey")


@pytest.mark.parametrize("days", [180, 90, 30, 7])
def test_it_reminds_at_exactly_so_many_days_before_the_end(arn: str, days: int) -> None:
    ends_at = NOW + (days + 3) * DAY
    observe(arn, ends_at=ends_at)
    before = told(arn)
    evaluate_batch(now=NOW + 3 * DAY - INSTANT)
    assert told(arn) == before
    evaluate_batch(now=NOW + 3 * DAY)
    evaluate_batch(now=NOW + 3 * DAY)
    assert told(arn) == [*before, (days, NOW + 3 * DAY)]


def test_a_year_brings_each_reminder_once(arn: str) -> None:
    ends_at = NOW + 200 * DAY
    observe(arn, ends_at=ends_at)
    for day in range(0, 210, 5):
        evaluate_batch(now=NOW + day * DAY)
    assert told(arn) == [(days, ends_at - days * DAY) for days in (180, 90, 30, 7)]


def test_the_event_says_what_the_documented_one_says(arn: str) -> None:
    begins_at = NOW - 5 * 365 * DAY
    observe(arn, ends_at=NOW + 20 * DAY, aapName="payments", notBefore=_iso(begins_at))
    event = SystemEvent.objects.get()
    assert (event.level, event.status, event.region, event.occurred_at) == ("CRITICAL", "Normal", REGION, NOW)
    assert event.content == {
        "eventId": f"{_iso(NOW + 20 * DAY)}/30",
        "clientKeyId": arn.rpartition("/")[2],
        "aapName": "payments",
        "notBefore": _iso(begins_at),
        "notAfter": _iso(NOW + 20 * DAY),
        "remainingDays": 30,
        "missedReminders": [],
    }
    assert AccessPoint.objects.get(name="payments").client_keys.count() == 1


def test_a_server_that_was_off_over_several_sends_the_nearest_and_names_the_others(arn: str) -> None:
    ends_at = NOW + 200 * DAY
    observe(arn, ends_at=ends_at)
    evaluate_batch(now=ends_at - 5 * DAY)
    assert told(arn) == [(7, ends_at - 7 * DAY)]
    assert SystemEvent.objects.get().content["missedReminders"] == [180, 90, 30]


def test_a_reminder_that_comes_to_light_too_late_to_be_listed_then_is_listed_now(arn: str) -> None:
    ends_at = NOW + 200 * DAY
    observe(arn, ends_at=ends_at)
    late = ends_at + 95 * DAY
    evaluate_batch(now=late)
    assert told(arn) == [(7, late)]
    assert SystemEvent.objects.get().note == "OutsideRetention"


def test_a_key_first_seen_inside_a_window_gets_the_reminder_of_that_window_once(arn: str) -> None:
    observe(arn, ends_at=NOW + 20 * DAY)
    observe(arn, ends_at=NOW + 20 * DAY, at=NOW + DAY)
    assert told(arn) == [(30, NOW)]
    evaluate_batch(now=NOW + 14 * DAY)
    assert told(arn) == [(30, NOW), (7, NOW + 13 * DAY)]


def test_a_key_that_has_ended_is_not_spoken_of(arn: str) -> None:
    observe(arn, ends_at=NOW - DAY)
    assert told(arn) == []


def test_a_date_that_moves_starts_anew(arn: str) -> None:
    observe(arn, ends_at=NOW + 20 * DAY)
    observe(arn, ends_at=NOW + 25 * DAY, at=NOW + DAY)
    assert told(arn) == [(30, NOW), (30, NOW + DAY)]
    observe(arn, ends_at=NOW + 400 * DAY, at=NOW + 2 * DAY)
    evaluate_batch(now=NOW + 30 * DAY)
    assert len(told(arn)) == 2
    evaluate_batch(now=NOW + 220 * DAY)
    assert told(arn)[2:] == [(180, NOW + 220 * DAY)]


def test_a_date_that_returns_goes_on_where_it_was(arn: str) -> None:
    first = NOW + 20 * DAY
    observe(arn, ends_at=first)
    observe(arn, ends_at=NOW + 400 * DAY, at=NOW + DAY)
    observe(arn, ends_at=first, at=NOW + 2 * DAY)
    assert told(arn) == [(30, NOW)]
    evaluate_batch(now=first - 7 * DAY)
    assert told(arn) == [(30, NOW), (7, first - 7 * DAY)]


def test_older_news_of_a_key_moves_nothing(arn: str) -> None:
    observe(arn, ends_at=NOW + 400 * DAY, at=NOW)
    observe(arn, ends_at=NOW + 20 * DAY, at=NOW - DAY)
    assert (told(arn), Deadline.objects.filter(active=True).count()) == ([], 1)


def test_the_last_word_of_one_moment_counts(arn: str) -> None:
    observe(arn, ends_at=NOW + 400 * DAY)
    observe(arn, ends_at=NOW + 20 * DAY)
    assert told(arn) == [(30, NOW)]


def test_a_key_of_the_console_is_reminded_of_moved_and_forgotten_when_it_is_deleted() -> None:
    key = a_client_key(days_left=20)
    evaluate_batch(now=NOW)
    key = change_validity(key, not_after=NOW + 95 * DAY, now=NOW + DAY)
    evaluate_batch(now=NOW + DAY)
    assert told(key.arn) == [(30, NOW), (180, NOW + DAY)]
    delete_client_key(key, now=NOW + 2 * DAY)
    evaluate_batch(now=NOW + 2 * DAY)
    evaluate_batch(now=NOW + 10 * DAY)
    assert len(told(key.arn)) == 2


@pytest.mark.parametrize("ends_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_date_at_the_edge_of_time_stops_nothing(arn: str, ends_at: str) -> None:
    seen = an_observation("kms.client-key.observed", arn, notAfter=ends_at)
    collect(an_account(), [seen], origin="cloudevents", now=NOW)
    evaluate_batch(now=NOW)
    assert ClientKey.objects.get().not_after is not None
    assert told(arn) == []


def test_a_reminder_whose_name_left_the_catalogue_stops_no_other(arn: str) -> None:
    observe(arn, ends_at=NOW + 31 * DAY)
    Deadline.objects.update(name="ClientKey:Old:Name")
    other = an_arn("clientkey")
    observe(other, ends_at=NOW + 31 * DAY)
    evaluate_batch(now=NOW + DAY)
    assert told(other)[-1] == (30, NOW + DAY)


def test_a_storm_of_client_keys_takes_a_fixed_number_of_statements() -> None:
    partitions.ensure(now=NOW)
    counts = []
    for size in (1, 20):
        seen = [
            an_observation("kms.client-key.observed", an_arn("clientkey"), notAfter=_iso(NOW + 20 * DAY), aapName="app")
            for _ in range(size)
        ]
        collect(an_account(), seen, origin="cloudevents", now=NOW)
        with CaptureQueriesContext(connection) as queries:
            evaluate_batch(now=NOW)
        counts.append(len(queries))
    assert SystemEvent.objects.count() == 21
    assert counts[1] <= counts[0] <= 30
