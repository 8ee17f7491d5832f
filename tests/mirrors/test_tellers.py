"""The cloud's own events: imported and followed, and one happening is never told by the cloud and by us."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from alerts.mirrors.book import let_tell
from alerts.mirrors.models import Cursor, Source
from alerts.mirrors.tellers import NAMES
from tests.builders import NOW
from tests.mirrors.cloud import Cloud, a_key_record, a_source, an_event, read_all

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ENDS = NOW + timedelta(days=7)

FOREIGN = "Key:Something:Else"


def scheduled_name() -> str:
    """Return the name that the catalogue has for a deletion that is scheduled."""
    (name,) = NAMES["kms.key.deletion-scheduled"]
    return name


def imported() -> set[str]:
    """Return the ids of what was imported."""
    return set(Fact.objects.filter(origin="cloudmonitor").values_list("external_id", flat=True))


def test_ninety_days_of_events_are_imported_with_their_ids_and_each_once(cloud: Cloud) -> None:
    cloud.events = [
        an_event(FOREIGN, f"key-{number}", at=NOW - timedelta(hours=7 * number), number=f"id-{number}")
        for number in range(300)
    ]
    source = read_all(a_source("events"), now=NOW, most=2000)
    evaluate_batch(now=NOW)
    assert source.polled_at == NOW
    assert imported() == {f"id-{number}" for number in range(300)}
    assert "id-7" in SystemEvent.objects.values_list("original_id", flat=True)


def test_many_events_of_one_moment_are_read_to_the_last(cloud: Cloud) -> None:
    cloud.events = [an_event(FOREIGN, "key-1", at=NOW - DAY, number=f"id-{number}") for number in range(7)]
    read_all(a_source("events"), now=NOW, most=2000)
    assert len(imported()) == 7


def test_an_event_that_comes_late_is_found_by_the_overlap(cloud: Cloud) -> None:
    source = read_all(a_source("events"), now=NOW, most=2000)
    cloud.events = [an_event(FOREIGN, "key-1", at=NOW - 30 * MINUTE, number="late")]
    read_all(source, now=NOW + 5 * MINUTE)
    assert imported() == {"late"}


@pytest.mark.parametrize("stop", [1, 2, 40, 95])
def test_an_import_that_is_stopped_goes_on_where_it_was(cloud: Cloud, stop: int) -> None:
    cloud.events = [
        an_event(FOREIGN, "key-1", at=NOW - timedelta(hours=number), number=f"id-{number}") for number in range(50)
    ]
    source = read_all(a_source("events"), now=NOW, most=stop)
    asked = len(cloud.calls)
    read_all(source, now=NOW + 5 * MINUTE, most=2000)
    assert len(imported()) == 50
    assert asked >= stop
    assert Cursor.objects.get().through == NOW + 5 * MINUTE


def scheduled(cloud: Cloud) -> None:
    """Schedule the deletion of the one key."""
    cloud.change("keys", "key-1", state="PendingDeletion", delete_at=ENDS)


def deletions(*, now: datetime) -> int:
    """Return how many events say that a deletion was scheduled."""
    evaluate_batch(now=now)
    return SystemEvent.objects.filter(name=scheduled_name()).count()


def both(cloud: Cloud, teller: str) -> Source:
    """Return a source that reads keys and events, with one key."""
    cloud.put("keys", a_key_record())
    return read_all(a_source("keys", "events", teller=teller), now=NOW, most=2000)


@pytest.mark.parametrize("teller", ["cloud", "console"])
def test_a_happening_that_both_know_of_is_one_event(cloud: Cloud, teller: str) -> None:
    source = both(cloud, teller)
    scheduled(cloud)
    cloud.events = [an_event(scheduled_name(), "key-1", at=NOW + MINUTE, number="theirs")]
    read_all(source, now=NOW + 5 * MINUTE)
    read_all(source, now=NOW + 10 * MINUTE)
    assert deletions(now=NOW + 11 * MINUTE) == 1
    assert ("theirs" in imported()) == (teller == "cloud")


@pytest.mark.parametrize("before", ["cloud", "console"])
@pytest.mark.parametrize("happened", [1, 6])
@pytest.mark.parametrize("late", [False, True])
def test_a_happening_around_the_cut_over_is_one_event(cloud: Cloud, before: str, happened: int, *, late: bool) -> None:
    source = both(cloud, before)
    theirs = an_event(scheduled_name(), "key-1", at=NOW + happened * MINUTE, number="theirs")
    if happened < 5:
        scheduled(cloud)
        cloud.events = [] if late else [theirs]
    let_tell(source, teller="console" if before == "cloud" else "cloud", now=NOW + 5 * MINUTE)
    scheduled(cloud)
    cloud.events = [] if late else [theirs]
    read_all(source, now=NOW + 7 * MINUTE)
    cloud.events = [theirs]
    for turn in (12, 17):
        read_all(source, now=NOW + turn * MINUTE)
    assert deletions(now=NOW + 18 * MINUTE) == 1


def test_events_that_we_do_not_make_are_imported_whoever_tells(cloud: Cloud) -> None:
    source = both(cloud, "console")
    cloud.events = [an_event(FOREIGN, "key-1", at=NOW + MINUTE, number="foreign")]
    read_all(source, now=NOW + 5 * MINUTE)
    assert imported() == {"foreign"}
