"""Waiting periods end by themselves, at the planned moment, however late somebody looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from alerts.estate import waiting
from alerts.estate.keys import delete_key as delete
from alerts.estate.models import Key, Secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, a_fact, a_key, a_secret, an_arn

db = pytest.mark.django_db
DAY = timedelta(days=1)
PLANNED = NOW + 7 * DAY


def deletions() -> list[tuple[str, object]]:
    events = SystemEvent.objects.filter(name__contains=":Delete").order_by("name")
    return list(events.values_list("name", "occurred_at"))


@db
def test_nothing_ends_before_its_moment() -> None:
    a_key(state=Key.State.PENDING_DELETION)
    a_secret(state=Secret.State.PENDING_DELETION)
    assert waiting.end_waiting_periods(now=PLANNED - timedelta(microseconds=1)) == 0
    assert waiting.end_waiting_periods(now=PLANNED) == 2
    assert waiting.end_waiting_periods(now=PLANNED) == 0


@db
@pytest.mark.parametrize("away", [timedelta(0), 7 * DAY, 80 * DAY])
def test_after_the_server_was_off_the_events_stand_at_the_planned_moment(away: timedelta) -> None:
    a_key(state=Key.State.PENDING_DELETION)
    a_secret(state=Secret.State.PENDING_DELETION)
    evaluate_batch(now=NOW)
    back = PLANNED + away
    waiting.end_waiting_periods(now=back)
    evaluate_batch(now=back)
    assert deletions() == [("Key:DeleteKey:Success", PLANNED), ("Secret:DeleteSecret:Success", PLANNED)]
    assert (Key.objects.get().deleted_at, Secret.objects.get().deleted_at) == (PLANNED, PLANNED)


@db
def test_after_more_than_90_days_off_they_are_listed_now_and_marked() -> None:
    a_key(state=Key.State.PENDING_DELETION)
    evaluate_batch(now=NOW)
    back = PLANNED + 91 * DAY
    waiting.end_waiting_periods(now=back)
    evaluate_batch(now=back)
    assert deletions() == [("Key:DeleteKey:Success", back)]
    event = SystemEvent.objects.get(name="Key:DeleteKey:Success")
    assert (event.note, Key.objects.get().deleted_at) == ("OutsideRetention", PLANNED)


@db
def test_what_another_system_scheduled_that_system_ends() -> None:
    arn = an_arn("key", "theirs")
    a_fact("kms.key.deletion-scheduled", arn, pendingWindowInDays=7)
    evaluate_batch(now=NOW)
    assert waiting.end_waiting_periods(now=PLANNED + DAY) == 0
    a_fact("kms.key.deleted", arn, at=NOW + timedelta(minutes=5))
    evaluate_batch(now=PLANNED + DAY)
    assert Key.objects.get().state == Key.State.DELETED
    assert len(deletions()) == 1


@db
def test_one_that_cannot_end_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = (a_key(state=Key.State.PENDING_DELETION) for _ in range(2))

    def broken_delete(key: Key, **named: object) -> Key:
        if key == broken:
            raise DatabaseError
        return delete(key, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(waiting, "delete_key", broken_delete)
    assert waiting.end_waiting_periods(now=PLANNED) == 1
    assert Key.objects.get(pk=sound.pk).state == Key.State.DELETED


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_end_each_period_once() -> None:
    for _ in range(10):
        a_key(state=Key.State.PENDING_DELETION)
        a_secret(state=Secret.State.PENDING_DELETION)

    def sweep(_number: int) -> int:
        try:
            return waiting.end_waiting_periods(now=PLANNED)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(sweep, range(3))) == 20
    assert Fact.objects.filter(type__endswith=".deleted").count() == 20
