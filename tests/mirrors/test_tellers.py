"""The cloud's own events: imported and followed, and one happening is never told by the cloud and by us."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.estate.models import Key
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from alerts.mirrors.book import let_tell
from alerts.mirrors.models import Cursor, Source
from alerts.mirrors.ours import NAMES
from alerts.sources.base import Observation
from alerts.sources.cloudmonitor import ORIGINS
from tests.builders import NOW
from tests.mirrors.cloud import (
    Cloud,
    a_client_key_record,
    a_key_record,
    a_source,
    an_event,
    an_instance_record,
    read_all,
)

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
    return set(Fact.objects.filter(origin__in=ORIGINS).values_list("external_id", flat=True))


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


REMINDER = "ClientKey:Expiration:Reminder"
NINETY, BELOW = "Instance:QPSUsage:NinetyPercent", "Instance:QPSUsage:Normal"


def reminded(*, at: datetime) -> Observation:
    """Return a reminder of the cloud's own about the one client key."""
    return an_event(REMINDER, "KAAP.1", at=at, number=f"theirs {at:%m-%d}", kind="clientkey")


def told(name: str, *, now: datetime) -> int:
    """Return how many events of a name there are, whoever told of them."""
    evaluate_batch(now=now)
    return SystemEvent.objects.filter(name=name).count()


def of_both_sorts(cloud: Cloud, teller: str, *reads: str) -> Source:
    """Return a source with a client key that ends in 20 days and an instance that is little used, read once."""
    cloud.put("client_keys", a_client_key_record(days_left=20))
    cloud.put("instances", an_instance_record(qps=100))
    return read_all(a_source(*reads, "events", teller=teller), now=NOW, most=2000)


@pytest.mark.parametrize("late", [False, True])
def test_a_reminder_that_the_cloud_has_sent_is_not_sent_again_by_us_but_the_next_one_is(
    cloud: Cloud, *, late: bool
) -> None:
    theirs = reminded(at=NOW - 10 * DAY + timedelta(hours=2))
    cloud.events = [] if late else [theirs]
    source = of_both_sorts(cloud, "cloud", "client_keys")
    let_tell(source, teller="console", now=NOW + MINUTE)
    read_all(source, now=NOW + 5 * MINUTE)
    assert told(REMINDER, now=NOW + 6 * MINUTE) == 1
    cloud.events = [theirs]
    read_all(source, now=NOW + 7 * DAY, most=2000)
    assert told(REMINDER, now=NOW + 7 * DAY) == 1
    cloud.events = [theirs, reminded(at=NOW + 13 * DAY)]
    read_all(source, now=NOW + 14 * DAY, most=2000)
    assert told(REMINDER, now=NOW + 14 * DAY) == 2


@pytest.mark.parametrize("waiting", [False, True])
def test_a_reminder_of_ours_is_not_told_again_by_the_cloud_but_the_next_one_is(cloud: Cloud, *, waiting: bool) -> None:
    source = of_both_sorts(cloud, "console", "client_keys")
    if not waiting:
        assert told(REMINDER, now=NOW + MINUTE) == 1
    # The cloud had told of the same days before, and of this the console reads late.
    cloud.events = [reminded(at=NOW - 6 * DAY)]
    let_tell(source, teller="cloud", now=NOW + 5 * MINUTE)
    read_all(source, now=NOW + 10 * DAY, most=2000)
    assert told(REMINDER, now=NOW + 10 * DAY) == 1
    cloud.events.append(reminded(at=NOW + 13 * DAY))
    read_all(source, now=NOW + 14 * DAY, most=2000)
    assert told(REMINDER, now=NOW + 14 * DAY) == 2


def use(cloud: Cloud, share: int, source: Source, *, now: datetime) -> None:
    """Let the instance be used to a share of its thousand queries a second, as the next reading sees."""
    cloud.put("instances", an_instance_record(qps=10 * share))
    read_all(source, now=now, most=2000)
    evaluate_batch(now=now)


def ninety(*, at: datetime, name: str = NINETY) -> Observation:
    """Return an event of the cloud's own about the use of the one instance."""
    return an_event(name, "kst-1", at=at, number=f"{name} {at:%H:%M}", kind="keystore")


@pytest.mark.parametrize("late", [False, True])
def test_a_usage_that_the_cloud_has_told_of_is_told_again_only_after_it_fell(cloud: Cloud, *, late: bool) -> None:
    source = of_both_sorts(cloud, "cloud", "instances")
    theirs = ninety(at=NOW + 3 * MINUTE)
    cloud.events = [] if late else [theirs]
    use(cloud, 95, source, now=NOW + 5 * MINUTE)
    let_tell(source, teller="console", now=NOW + 6 * MINUTE)
    cloud.events = [theirs]
    for turn in (10, 15):
        use(cloud, 95, source, now=NOW + turn * MINUTE)
    assert told(NINETY, now=NOW + 16 * MINUTE) == 1
    use(cloud, 10, source, now=NOW + 20 * MINUTE)
    assert told(BELOW, now=NOW + 21 * MINUTE) == 1
    use(cloud, 95, source, now=NOW + 25 * MINUTE)
    assert told(NINETY, now=NOW + 26 * MINUTE) == 2


@pytest.mark.parametrize("happened", [6, 8])
@pytest.mark.parametrize("before", ["cloud", "console"])
def test_a_usage_that_rises_around_the_cut_over_is_told_once(cloud: Cloud, before: str, happened: int) -> None:
    source = of_both_sorts(cloud, before, "instances")
    use(cloud, 10, source, now=NOW + 5 * MINUTE)
    let_tell(source, teller="console" if before == "cloud" else "cloud", now=NOW + 7 * MINUTE)
    cloud.events = [ninety(at=NOW + happened * MINUTE)]
    for turn in (10, 15, 20):
        use(cloud, 95, source, now=NOW + turn * MINUTE)
    assert told(NINETY, now=NOW + 21 * MINUTE) == 1


def test_a_usage_that_we_told_of_is_not_told_again_by_the_cloud(cloud: Cloud) -> None:
    source = of_both_sorts(cloud, "console", "instances")
    cloud.events = [ninety(at=NOW + 3 * MINUTE)]
    use(cloud, 95, source, now=NOW + 5 * MINUTE)
    let_tell(source, teller="cloud", now=NOW + 6 * MINUTE)
    cloud.events += [ninety(at=NOW + 12 * MINUTE, name=BELOW), ninety(at=NOW + 24 * MINUTE)]
    use(cloud, 10, source, now=NOW + 15 * MINUTE)
    use(cloud, 95, source, now=NOW + 25 * MINUTE)
    assert told(NINETY, now=NOW + 26 * MINUTE) == 2
    assert told(BELOW, now=NOW + 26 * MINUTE) == 1


def test_what_was_so_before_the_first_look_is_in_the_history_of_the_cloud(cloud: Cloud) -> None:
    cloud.events = [ninety(at=NOW - DAY)]
    cloud.put("instances", an_instance_record(qps=950))
    source = read_all(a_source("instances", "events", teller="console"), now=NOW, most=2000)
    use(cloud, 96, source, now=NOW + 5 * MINUTE)
    assert told(NINETY, now=NOW + 6 * MINUTE) == 1


@pytest.mark.parametrize("teller", ["cloud", "console"])
def test_a_client_key_that_is_deleted_is_told_once(cloud: Cloud, teller: str) -> None:
    source = of_both_sorts(cloud, teller, "client_keys")
    cloud.there["client_keys"].clear()
    deleted = "ClientKey:DeleteClientKey:Success"
    cloud.events = [an_event(deleted, "KAAP.1", at=NOW + MINUTE, number="theirs", kind="clientkey")]
    read_all(source, now=NOW + 5 * MINUTE)
    assert told(deleted, now=NOW + 6 * MINUTE) == 1


def test_of_what_happened_before_it_was_connected_nobody_is_told_and_nothing_is_made_known(cloud: Cloud) -> None:
    cloud.events = [
        an_event(FOREIGN, f"key-{number}", at=NOW + minutes * MINUTE, number=str(number))
        for number, minutes in enumerate((-60, 3))
    ]
    source = read_all(a_source("events"), now=NOW, most=2000)
    read_all(source, now=NOW + 5 * MINUTE)
    evaluate_batch(now=NOW + 5 * MINUTE)
    waiting = SystemEvent.objects.filter(dispatched_at=None)
    assert list(waiting.values_list("original_id", flat=True)) == ["1"]
    assert SystemEvent.objects.count() == 2
    assert not Key.objects.exists()
