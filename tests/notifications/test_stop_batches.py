"""Acknowledging what a subscription policy told: its messages wait no more once all that they tell of is taken on."""

from __future__ import annotations

import pytest

from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications import stop
from alerts.notifications.claim import claim
from alerts.notifications.models import Notification
from alerts.notifications.speak import speak_batch
from alerts.subscriptions.models import Batch
from tests.builders import NOW, a_draft, some_events
from tests.subscriptions.making import MINUTE, a_configuration, a_group, a_policy, kinds, run

pytestmark = pytest.mark.django_db
FAILURE, SUCCESS = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
LOOSE = "Secret:DeleteSecret:Success"
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"


def happen(*causes: tuple[str, str], minute: int = 0) -> list[Incident]:
    """Let these events (name, resource) happen, and the line work; return the incidents that last."""
    at = NOW + minute * MINUTE
    some_events([a_draft(name, resource=resource, at=at) for name, resource in causes], correlated=False)
    while correlate_batch(now=at):
        pass
    run(at)
    return list(Incident.objects.exclude(state=Incident.State.CLOSED).order_by("resource"))


def take_on(incident: Incident, *, minute: int = 0) -> stop.Stopped:
    now = NOW + minute * MINUTE
    return stop.acknowledge(incident.account, incident.pk, by="ann", until=now + 60 * MINUTE, now=now)


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("state", flat=True))


def test_a_batch_stops_when_the_last_of_its_open_incidents_is_taken_on() -> None:
    a_policy(group_wait=60)
    first, second = happen((FAILURE, f"{ARN}-1"), (FAILURE, f"{ARN}-2"))
    run(NOW + MINUTE)
    assert [(batch.kind, batch.causes) for batch in Batch.objects.all()] == [("FIRST", 2)]
    assert take_on(first, minute=1) == stop.Stopped(stopped=0, under_way=0)
    assert states() == ["PENDING"]
    assert take_on(second, minute=1) == stop.Stopped(stopped=1, under_way=0)
    assert states() == ["STOPPED"]
    assert claim(now=NOW + 2 * MINUTE) is None


def test_what_is_over_need_not_be_taken_on() -> None:
    a_policy(group_wait=60)
    happen((FAILURE, f"{ARN}-1"), (FAILURE, f"{ARN}-2"))
    run(NOW + MINUTE)
    (second,) = happen((SUCCESS, f"{ARN}-1"), minute=2)
    assert take_on(second, minute=2) == stop.Stopped(stopped=1, under_way=0)


def test_what_nobody_can_take_on_keeps_the_batch_on_its_way() -> None:
    a_policy(group_wait=60)
    (incident,) = happen((FAILURE, f"{ARN}-1"), (LOOSE, f"{ARN}-2"))
    run(NOW + MINUTE)
    assert take_on(incident, minute=1) == stop.Stopped(stopped=0, under_way=0)
    assert states() == ["PENDING"]


def test_an_escalation_that_waits_is_stopped_and_what_was_sent_stays_sent() -> None:
    a_policy(a_configuration(a_group("a@example.com"), steps=[(10, a_group("b@example.com"))]))
    (incident,) = happen((FAILURE, ARN))
    Notification.objects.update(state="SENT")
    run(NOW + 10 * MINUTE)
    assert kinds() == ["FIRST", "ESCALATION"]
    assert take_on(incident, minute=10) == stop.Stopped(stopped=1, under_way=0)
    assert states() == ["SENT", "STOPPED"]
    happen((SUCCESS, ARN), minute=20)
    run(NOW + 20 * MINUTE)
    told = Notification.objects.filter(recovery=True).values_list("recipient", flat=True)
    first = Notification.objects.filter(batch__kind="FIRST").values_list("recipient", flat=True)
    assert list(told) == list(first), "who was stopped hears of no end"


def test_a_recovery_that_waits_is_not_stopped_by_a_new_incident_of_the_same_cause() -> None:
    a_policy()
    happen((FAILURE, ARN))
    Notification.objects.update(state="SENT")
    happen((SUCCESS, ARN), minute=1)
    run(NOW + MINUTE)
    (incident,) = happen((FAILURE, ARN), minute=2)
    assert kinds() == ["FIRST", "RECOVERY", "FIRST"]
    assert take_on(incident, minute=2) == stop.Stopped(stopped=1, under_way=0)
    assert states() == ["SENT", "PENDING", "STOPPED"]


def test_an_end_waits_until_the_event_that_made_it_is_dispatched_and_tells_of_it() -> None:
    a_policy()
    happen((FAILURE, ARN))
    at = NOW + MINUTE
    some_events([a_draft(SUCCESS, resource=ARN, at=at)], correlated=False)
    correlate_batch(now=at)
    assert speak_batch(now=at) == 0
    assert kinds() == ["FIRST"]
    run(at)
    assert kinds() == ["FIRST", "RECOVERY"]
