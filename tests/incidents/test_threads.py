"""What events make of incidents: opening, repeating, closing, opening again, flapping; late and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.events.models import SystemEvent
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident, IncidentEntry, IncidentTerms
from tests.builders import NOW, a_draft, a_number, an_account, an_arn, some_events

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
FAILURE, SUCCESS = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
NAMES = {"f": FAILURE, "s": SUCCESS}
MINUTE = timedelta(minutes=1)
START = NOW - timedelta(days=2)
fewer = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
Told = tuple[str, int]
"""A failure (f) or a success (s), and the minute in which it happened."""


def at(minute: float) -> datetime:
    return START + minute * MINUTE


def tell(told: Sequence[Told], arn: str) -> list[SystemEvent]:
    """Record events and correlate them as one batch."""
    drafts = [a_draft(NAMES[kind], at=at(minute), resource=arn, fact_id=a_number()) for kind, minute in told]
    events = some_events(drafts, correlated=False)
    correlate_batch(now=NOW)
    return events


def batches(text: str) -> list[list[Told]]:
    """Read `f1 f2 | s3`: events by minute, in batches as they arrive."""
    return [[(word[0], int(word[1:])) for word in batch.split()] for batch in text.split("|")]


def minutes(*moments: datetime | None) -> list[float | None]:
    return [(moment - START) / MINUTE if moment else None for moment in moments]


def kinds(incident: Incident) -> list[tuple[str, int]]:
    return [(entry.kind, entry.count) for entry in incident.entries.order_by("id")]


@pytest.fixture
def arn() -> str:
    an_account()
    return an_arn("secret")


@pytest.mark.parametrize(
    ("text", "state", "count", "openings", "opened", "closed"),
    [
        ("f1", "OPEN", 1, 1, 1, None),
        ("f1 f2 | f3", "OPEN", 3, 1, 1, None),
        ("f1 f2 s3", "CLOSED", 2, 1, 1, 3),
        ("f1 | f2 | s3", "CLOSED", 2, 1, 1, 3),
        ("f1 s2 f3", "OPEN", 2, 2, 1, None),
        ("f1 | s2 | f3 | s4", "CLOSED", 2, 2, 1, 4),
        ("f2 | f1", "OPEN", 2, 1, 1, None),  # late, within the same
        ("f2 s3 | f1", "CLOSED", 2, 1, 1, 3),  # late: from before the opening of what is over
        ("s3 | f2", "CLOSED", 1, 1, 2, 3),  # older than the success: never open
        ("f1 s5 | f4", "CLOSED", 2, 1, 1, 5),
        ("f1 | f5 | s3", "OPEN", 2, 1, 1, None),  # a success from before the newest failure ends nothing
        ("f4 s5 | s2 | f1", "CLOSED", 1, 1, 4, 5),  # what ended before is another one
        ("f1 s5 | s3", "CLOSED", 1, 1, 1, 5),
        ("f1 s1", "CLOSED", 1, 1, 1, 1),
    ],
)
def test_what_events_make_of_an_incident(
    text: str, state: str, count: int, openings: int, opened: float, closed: float | None, arn: str
) -> None:
    for batch in batches(text):
        tell(batch, arn)
    incident = Incident.objects.filter(resource=arn).latest("opened_at")
    assert (incident.state, incident.count, incident.openings) == (state, count, openings)
    assert minutes(incident.opened_at, incident.closed_at) == [opened, closed]


def test_what_opens_and_closes_nothing_belongs_to_nothing(arn: str) -> None:
    (event,) = tell([("s", 1)], arn)
    event.refresh_from_db()
    assert (event.incident_id, event.correlated_at, Incident.objects.count()) == (None, NOW, 0)


def test_each_event_knows_its_incident(arn: str) -> None:
    events = tell([("f", 1), ("f", 2), ("s", 3)], arn)
    incident = Incident.objects.get()
    assert {SystemEvent.objects.get(pk=event.pk).incident_id for event in events} == {incident.pk}
    assert (incident.first_event_id, incident.last_event_id, incident.closing) == tuple(event.pk for event in events)


def test_after_the_time_to_reopen_it_is_another_incident(arn: str) -> None:
    tell([("f", 1), ("s", 2), ("f", 2 + 24 * 60), ("s", 2 + 24 * 60 + 1), ("f", 5 + 48 * 60)], arn)
    rows = Incident.objects.order_by("opened_at")
    assert [(row.state, row.openings) for row in rows] == [("CLOSED", 2), ("OPEN", 1)]


def test_how_soon_it_reopens_is_the_accounts_choice(arn: str) -> None:
    IncidentTerms.objects.create(account=an_account(), reopens_within=60)
    tell([("f", 1), ("s", 2), ("f", 4)], arn)
    assert [row.state for row in Incident.objects.order_by("opened_at")] == ["CLOSED", "OPEN"]


def test_one_event_may_end_two_causes(arn: str) -> None:
    drafts = [
        a_draft(name, at=at(minute), resource=arn)
        for minute, name in enumerate((FAILURE, "Secret:ScheduleSecretDeletion:Success", "Secret:DeleteSecret:Success"))
    ]
    some_events(drafts, correlated=False)
    correlate_batch(now=NOW)
    assert {(row.cause, row.state) for row in Incident.objects.all()} == {
        ("Secret:RotateSecret", "CLOSED"),
        ("Secret:Deletion", "CLOSED"),
    }


def test_repeats_are_one_line_of_the_timeline_over_all_batches(arn: str) -> None:
    for minute in range(0, 40, 10):
        tell([("f", minute + each) for each in range(10)], arn)
    tell([("s", 50), ("f", 51), ("f", 52)], arn)
    incident = Incident.objects.get()
    assert kinds(incident) == [("OPENED", 1), ("REPEATED", 39), ("CLOSED", 1), ("REOPENED", 1), ("REPEATED", 1)]
    line = incident.entries.order_by("id")[1]
    assert minutes(line.at, line.last_at) == [1, 39]


def test_too_many_openings_within_an_hour_are_flapping_in_one_line(arn: str) -> None:
    tell([("sf"[minute % 2], minute) for minute in range(1, 60)], arn)
    incident = Incident.objects.get()
    assert (incident.state, incident.openings, minutes(incident.flapping_since)) == ("OPEN", 30, [9])
    assert kinds(incident)[-2:] == [("REOPENED", 1), ("FLAPPING", 51)]
    assert incident.recovery == "FLAPPING"


def test_reopening_now_and_then_is_not_flapping(arn: str) -> None:
    tell([("sf"[number % 2], number * 15) for number in range(1, 30)], arn)
    assert Incident.objects.get().flapping_since is None


def test_the_test_of_a_rule_opens_nothing(arn: str) -> None:
    some_events([a_draft(FAILURE, resource=arn, test_of=1)], correlated=False)
    assert (correlate_batch(now=NOW), Incident.objects.count()) == (0, 0)


def test_an_imported_event_with_a_name_of_the_catalogue_takes_part_and_another_does_not(arn: str) -> None:
    some_events(
        [a_draft(FAILURE, resource=arn, origin="cloudmonitor"), a_draft("Disk:Full", resource=arn)], correlated=False
    )
    correlate_batch(now=NOW)
    assert [row.cause for row in Incident.objects.all()] == ["Secret:RotateSecret"]


def test_correlating_again_changes_nothing(arn: str) -> None:
    tell([("f", 1), ("f", 2)], arn)
    before = Incident.objects.values().get()
    assert correlate_batch(now=NOW + MINUTE) == 0
    assert Incident.objects.values().get() == before


def oracle(told: Sequence[Told]) -> bool:
    """Return whether something is wrong after all of this: the newest event is a failure; an end wins a tie."""
    return bool(told) and max(told, key=lambda each: (each[1], each[0] == "s"))[0] == "f"


happenings = st.lists(
    st.tuples(st.sampled_from("ffs"), st.integers(0, 30)), max_size=12, unique_by=lambda each: each[1]
)


@fewer
@given(happenings, st.data())
def test_in_whatever_order_events_come_what_is_left_is_what_the_newest_says(
    told: list[Told], data: st.DataObject
) -> None:
    an_account()
    arn = an_arn("secret")
    waiting = data.draw(st.permutations(told))
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        tell(waiting[:size], arn)
        waiting = waiting[size:]
    rows = list(Incident.objects.filter(resource=arn))
    assert any(row.lasts for row in rows) == oracle(told)
    assert sum(row.lasts for row in rows) <= 1
    failures = [minute for kind, minute in told if kind == "f"]
    assert sum(row.count for row in rows) == len(failures)
    assert SystemEvent.objects.filter(resource=arn, name=FAILURE, incident_id=None).count() == 0
    assert not rows or min(row.opened_at for row in rows) == at(min(failures))


@fewer
@given(happenings, st.data())
def test_in_order_the_incident_is_the_same_however_the_batches_are_cut(told: list[Told], data: st.DataObject) -> None:
    an_account()
    once, cut = an_arn("secret"), an_arn("secret")
    waiting = sorted(told, key=lambda each: each[1])
    tell(waiting, once)
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        tell(waiting[:size], cut)
        waiting = waiting[size:]
    ids = ("id", "resource", "first_event_id", "last_event_id", "closing", "instance_name")
    both = [Incident.objects.filter(resource=arn).order_by("opened_at") for arn in (once, cut)]
    one, other = ([{k: v for k, v in row.items() if k not in ids} for row in rows.values()] for rows in both)
    assert one == other
    assert [kinds(row) for row in both[0]] == [kinds(row) for row in both[1]]
    assert IncidentEntry.objects.count() > 0 or not told or all(kind == "s" for kind, _ in told)
