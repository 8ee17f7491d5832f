"""Clocks that jump, events from far away in time, incidents that open again, and three people at one moment."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.models import Decision, Notification
from alerts.notifications.stop import acknowledge, snooze
from alerts.subscriptions.models import Batch, Bundle
from tests.builders import NOW, a_draft, some_events
from tests.subscriptions.making import MINUTE, SECOND, a_configuration, a_group, a_policy, an_incident, kinds, run

pytestmark = pytest.mark.django_db
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"
DAY = timedelta(days=1)


def a_failure(at: timedelta, *, resource: str = ARN) -> SystemEvent:
    (event,) = some_events([a_draft(resource=resource, at=NOW + at)])
    incident = Incident.objects.filter(resource=resource).exclude(state="CLOSED").first()
    SystemEvent.objects.filter(pk=event.pk).update(incident_id=incident.pk if incident else None)
    return event


def pending() -> set[str]:
    return set(Decision.objects.filter(batch=None).values_list("verdict", flat=True)) & {"GATHERED"}


@pytest.mark.parametrize("denoise", ["COUNT", "DIRECT_MUTED", "ALWAYS"])
@pytest.mark.parametrize("at", [-89 * DAY, -1 * DAY, 10 * MINUTE])
def test_events_of_long_ago_and_of_a_clock_ahead_are_told_once_and_leave_nothing_open(
    denoise: str, at: timedelta
) -> None:
    a_policy(denoise=denoise, denoise_count=2)
    for each in range(2):
        a_failure(at + each * SECOND)
    for minutes in (0, 1, 6, 20, 60, 120):
        run(NOW + minutes * MINUTE)
    assert kinds() == (["FIRST", "FIRST"] if denoise == "ALWAYS" else ["FIRST"])
    assert not Bundle.objects.filter(closed_at=None).exists()
    assert not pending()


def test_late_events_that_come_one_by_one_count_together_while_they_come_within_the_period() -> None:
    a_policy(denoise="COUNT", denoise_count=3)
    for number in range(3):
        a_failure(-DAY + number * SECOND)
        run(NOW + number * MINUTE)
    assert kinds() == ["FIRST"]
    assert Batch.objects.get().count == 3


def test_a_clock_that_is_set_back_between_two_looks_tells_nothing_twice() -> None:
    a_policy(a_configuration(a_group(), steps=[(10, a_group("second@example.com"))]), repeat_interval=1800)
    an_incident(ARN)
    a_failure(timedelta())
    run(NOW)
    a_failure(1 * SECOND)
    run(NOW - 5 * MINUTE)
    assert kinds() == ["FIRST"]
    run(NOW + 10 * MINUTE)
    run(NOW + 5 * MINUTE)
    run(NOW + 10 * MINUTE)
    assert kinds() == ["FIRST", "ESCALATION"]
    run(NOW + 30 * MINUTE)
    run(NOW + 25 * MINUTE)
    run(NOW + 31 * MINUTE)
    assert kinds() == ["FIRST", "ESCALATION", "REPEAT"]
    Incident.objects.update(state="CLOSED")
    run(NOW + 26 * MINUTE)
    run(NOW + 32 * MINUTE)
    assert sorted(kinds()) == ["ESCALATION", "FIRST", "RECOVERY", "REPEAT"]
    assert not pending()


def test_an_acknowledgement_that_ends_in_the_second_of_an_escalation_tells_once_and_begins_again() -> None:
    a_policy(a_configuration(a_group(), steps=[(10, a_group("second@example.com"))]))
    an_incident(ARN)
    a_failure(timedelta())
    run(NOW)
    Incident.objects.update(acknowledged_until=NOW + 10 * MINUTE)
    run(NOW + 5 * MINUTE)
    run(NOW + 10 * MINUTE)
    assert kinds() == ["FIRST", "REPEAT"]
    run(NOW + 20 * MINUTE)
    assert kinds() == ["FIRST", "REPEAT", "ESCALATION"]


def test_an_acknowledgement_that_nobody_looked_at_while_it_lasted_delays_no_escalation_for_ever() -> None:
    a_policy(a_configuration(a_group(), steps=[(10, a_group("second@example.com"))]))
    an_incident(ARN)
    a_failure(timedelta())
    run(NOW)
    Incident.objects.update(acknowledged_until=NOW + 10 * MINUTE - SECOND)
    run(NOW + 10 * MINUTE)
    run(NOW + 21 * MINUTE)
    assert kinds()[:2] == ["FIRST", "ESCALATION"]


def test_an_incident_that_opens_again_is_told_again_with_an_end_of_its_own() -> None:
    a_policy(denoise_mute=60)
    for start in (0, 10, 20):
        an_incident(ARN, opened_at=NOW + start * MINUTE)
        a_failure(start * MINUTE)
        run(NOW + start * MINUTE)
        Incident.objects.update(state="CLOSED", closed_at=NOW + (start + 5) * MINUTE)
        run(NOW + (start + 5) * MINUTE)
    assert kinds() == ["FIRST", "RECOVERY"] * 3
    assert not Bundle.objects.filter(closed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_acknowledging_snoozing_and_closing_at_one_moment_leave_one_outcome_and_nothing_to_send() -> None:
    a_policy(a_configuration(a_group(), steps=[(10, a_group("second@example.com"))]))
    incident = an_incident(ARN)
    a_failure(timedelta())
    run(NOW)
    Notification.objects.update(
        state="SENT"
    )  # what was not sent yet, an acknowledgement stops, and no end is told of it
    account = CloudAccount.objects.get()
    gate, wrong = Barrier(4), []

    def work(verb: str) -> None:
        try:
            gate.wait()
            moment = NOW + 10 * MINUTE
            if verb == "speak":
                run(moment)
            elif verb == "close":
                Incident.objects.filter(pk=incident.pk).update(state="CLOSED", closed_at=moment)
            else:
                verbs = {"acknowledge": acknowledge, "snooze": snooze}
                verbs[verb](account, incident.pk, by="li.na", until=moment + 60 * MINUTE, now=moment)
        except Refused:
            pass
        except Exception as error:  # noqa: BLE001 - whatever breaks a thread fails the test
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=work, args=[verb]) for verb in ("acknowledge", "snooze", "close", "speak")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    run(NOW + 11 * MINUTE)
    run(NOW + 12 * MINUTE)
    assert kinds().count("RECOVERY") == 1
    assert not Bundle.objects.filter(closed_at=None).exists()
    waiting = Notification.objects.filter(state="PENDING", recovery=False, batch__kind="ESCALATION")
    assert not waiting.exists() or Incident.objects.get().acknowledged_until is None
    assert Batch.objects.filter(kind="ESCALATION").count() <= 1
