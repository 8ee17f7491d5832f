"""Acknowledging and snoozing: what is not sent yet is not sent any more, from the commit on."""

from __future__ import annotations

import json
import random
import threading
from datetime import timedelta

import pytest
from django.db import connection

from alerts.accounts.refusal import Refused
from alerts.events.models import SystemEvent
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications import stop
from alerts.notifications.claim import claim
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from tests.builders import NOW, a_draft, a_rule, an_account, an_incident, some_events

db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ROUNDS, INCIDENTS, MESSAGES = 250, 8, 2


def waiting(incident: Incident, *, number: int = 0, **fields: object) -> Notification:
    """Return a message about an incident that waits, not stored yet."""
    values = {"state": "PENDING", "incident_id": incident.pk, "level": "CRITICAL", **fields}
    return Notification(
        account=incident.account, channel="email", recipient="Ann", address=json.dumps({"email": "ann@example.com"}),
        destination=f"d{number}", masked="a•••@example.com", created_at=NOW, due_at=NOW, **values,
    )  # fmt: skip


def told(incident: Incident, *, number: int = 0, **fields: object) -> Notification:
    """Return a stored message about an incident that waits."""
    message = waiting(incident, number=number, **fields)
    message.save()
    return message


def acknowledged(incident: Incident) -> stop.Stopped:
    return stop.acknowledge(incident.account, incident.pk, by="ann", until=NOW + HOUR, now=NOW)


@db
def test_what_waits_is_stopped_and_what_is_under_way_is_told_of() -> None:
    incident, other = an_incident(), an_incident()
    waiting, under_way = told(incident), told(incident, claimed_until=NOW + SECOND)
    recovery, foreign = told(incident, recovery=True), told(other)
    assert acknowledged(incident) == stop.Stopped(stopped=1, under_way=1)
    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "STOPPED", under_way.pk: "STOPPED", recovery.pk: "PENDING", foreign.pk: "PENDING"}
    assert acknowledged(incident) == stop.Stopped(stopped=0, under_way=0)


@db
def test_what_a_stopped_message_carried_for_others_goes_its_own_way_again() -> None:
    incident, other = an_incident(), an_incident()
    carrier = told(incident)
    own = told(incident, state="MERGED", merged_into=carrier)
    foreign = told(other, state="MERGED", merged_into=carrier)
    acknowledged(incident)
    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {carrier.pk: "STOPPED", own.pk: "STOPPED", foreign.pk: "PENDING"}


@db
def test_while_it_is_acknowledged_further_events_tell_nobody_and_its_end_does() -> None:
    a_rule(mute_for=300)
    incident = an_incident()
    acknowledged(incident)
    drafts = [
        a_draft("Secret:RotateSecret:Failure", resource=incident.resource, at=NOW + SECOND),
        a_draft("Secret:RotateSecret:Success", resource=incident.resource, at=NOW + 2 * SECOND),
    ]
    some_events(drafts, correlated=False)
    SystemEvent.objects.filter(pk=incident.first_event_id).update(dispatched_at=NOW)
    for _batch in range(2):
        correlate_batch(now=NOW)
        dispatch_batch(now=NOW)
    decisions = Decision.objects.order_by("occurred_at").values_list("verdict", "reason", "incident_id")
    assert list(decisions) == [("TOLD", "", incident.pk), ("TOLD", "", incident.pk)]


@db
def test_an_acknowledged_incident_is_quiet_until_the_acknowledgement_ends() -> None:
    a_rule(mute_for=300)
    incident = an_incident()
    acknowledged(incident)
    SystemEvent.objects.filter(pk=incident.first_event_id).update(dispatched_at=NOW)
    for at, verdict, reason in ((NOW + SECOND, "ACKED", "acknowledged"), (NOW + 2 * HOUR, "TOLD", "")):
        some_events([a_draft(resource=incident.resource, at=at)], correlated=False)
        correlate_batch(now=at)
        dispatch_batch(now=at)
        decision = Decision.objects.latest("pk")
        assert (decision.verdict, decision.reason) == (verdict, reason)


@db
def test_who_comes_second_is_told_so_and_an_end_beats_a_late_acknowledgement() -> None:
    incident = an_incident()
    acknowledged(incident)
    with pytest.raises(Refused, match="Somebody changed"):
        stop.acknowledge(incident.account, incident.pk, by="bob", until=NOW + HOUR, now=NOW, version=incident.version)
    some_events([a_draft("Secret:RotateSecret:Success", resource=incident.resource, at=NOW + SECOND)], correlated=False)
    correlate_batch(now=NOW + SECOND)
    with pytest.raises(Refused, match="over already"):
        acknowledged(incident)


def claimer(begin: threading.Barrier, claimed: list[int], over: threading.Event) -> None:
    """Claim whatever there is, round after round."""
    try:
        while True:
            begin.wait(timeout=60)
            if over.is_set():
                return
            while message := claim(now=NOW):
                claimed.append(message.pk)
            begin.wait(timeout=60)
    finally:
        connection.close()


@committed
@pytest.mark.timeout(400)
def test_two_claiming_workers_and_an_acknowledgement_at_once_and_never_a_claim_after_its_commit() -> None:
    """2,000 acknowledgements while two workers claim. What was not claimed when one was committed never is."""
    an_account()
    incidents = [an_incident() for _each in range(INCIDENTS)]
    begin, over = threading.Barrier(3), threading.Event()
    claimed: list[int] = []
    workers = [threading.Thread(target=claimer, args=(begin, claimed, over)) for _ in range(2)]
    for worker in workers:
        worker.start()
    stopped = under_way = 0
    for _round in range(ROUNDS):
        make_messages(incidents)
        del claimed[:]
        random.shuffle(incidents)
        begin.wait(timeout=60)
        taken: set[int] = set()
        for incident in incidents:
            answer = acknowledged(incident)
            found = claimed_now(incident)
            assert (answer.stopped, answer.under_way) == (MESSAGES - len(found), len(found))
            stopped, under_way, taken = stopped + answer.stopped, under_way + answer.under_way, taken | found
        begin.wait(timeout=60)
        assert set(claimed) == taken, "claimed after the commit"
    over.set()
    begin.wait(timeout=60)
    for worker in workers:
        worker.join()
    assert stopped + under_way == ROUNDS * INCIDENTS * MESSAGES
    assert stopped > ROUNDS
    assert under_way > ROUNDS


def make_messages(incidents: list[Incident]) -> None:
    """Replace all messages by some about each incident, each to a destination of its own."""
    every = Notification.objects.all()
    every._raw_delete(every.db)  # nothing refers to them: the usual way asks for that 250 times
    pairs = [(incident, number) for number in range(MESSAGES) for incident in incidents]
    random.shuffle(pairs)
    drafts = [waiting(incident, number=incident.pk * MESSAGES + number) for incident, number in pairs]
    Notification.objects.bulk_create(drafts)


def claimed_now(incident: Incident) -> set[int]:
    """Return the messages about an incident that anybody has ever claimed, as the database has it."""
    return set(Notification.objects.filter(incident_id=incident.pk, tries__gt=0).values_list("pk", flat=True))
