"""Recovery: who was told hears once that it is over, in their language; and once that it is flapping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from alerts.contacts.models import Contact
from alerts.events.models import SystemEvent
from alerts.incidents import verbs
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications.direct import direct_message, letter_of
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.message import compose
from alerts.notifications.models import Notification
from alerts.notifications.recovery import watch_batch
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_rule, an_account, an_arn, some_events
from tests.storms import more_of

pytestmark = pytest.mark.django_db
FAILURE, SUCCESS = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
MINUTE = timedelta(minutes=1)
Teller = Callable[[str, int], None]


@pytest.fixture
def tell() -> Teller:
    """Return a function that lets an event happen at a minute, and its messages arrive."""
    an_account()
    arn = an_arn("secret", "rds-prod-app")

    def happen(name: str, minute: int) -> None:
        at = NOW + minute * MINUTE
        some_events([a_draft(name, resource=arn, at=at, instance_name="rds-prod-app")], correlated=False)
        correlate_batch(now=at)
        dispatch_batch(now=at)
        Notification.objects.filter(state="PENDING", recovery=False).update(state="SENT", finished_at=at)
        watch_batch(now=at)

    return happen


def recoveries() -> list[Notification]:
    return list(Notification.objects.filter(recovery=True).order_by("pk"))


def a_failure_rule(*contacts: Contact, mute_for: int = 24 * 3600) -> None:
    a_rule(group=a_contact_group(*contacts), names=[FAILURE], mute_for=mute_for)


def test_who_was_told_is_told_once_that_it_is_over_in_their_own_language(tell: Teller) -> None:
    ann, li = a_contact("Ann"), a_contact("Li", email="li@example.com")
    Contact.objects.filter(pk=li.pk).update(language="zh-hans")
    a_failure_rule(ann, li)
    tell(FAILURE, 0)
    tell(SUCCESS, 95)
    tell(SUCCESS, 96)
    sent = {each.recipient: letter_of(each) for each in recoveries()}
    assert sent["Ann"].subject == "Resolved: Managed secret rotation failed · rds-prod-app"
    assert "It lasted 1 h 35 min" in sent["Ann"].text
    assert sent["Li"].subject == "已恢复：托管凭据轮转失败 · rds-prod-app"
    assert len(recoveries()) == 2
    incident = Incident.objects.get()
    assert (incident.recovery, incident.entries.latest("pk").text, incident.due_at) == ("TOLD", "told:2", None)


def test_what_opens_an_incident_and_that_it_is_over_stand_in_one_thread(tell: Teller) -> None:
    a_failure_rule(a_contact("Ann"))
    tell(FAILURE, 0)
    tell(SUCCESS, 5)
    (over,) = recoveries()
    told = Notification.objects.exclude(pk=over.pk).select_related("decision").get()
    event = SystemEvent.objects.get(pk=told.decision.event_id)  # type: ignore[union-attr]
    assert direct_message(over).thread == compose(told, event).thread
    assert direct_message(over).thread.isalnum()


def test_who_hears_of_the_closing_event_gets_no_second_message(tell: Teller) -> None:
    a_rule(group=a_contact_group(a_contact()))
    tell(FAILURE, 0)
    tell(SUCCESS, 5)
    assert (recoveries(), Incident.objects.get().recovery) == ([], "")


def test_nobody_was_told_so_nobody_is(tell: Teller) -> None:
    tell(FAILURE, 0)
    tell(SUCCESS, 5)
    assert recoveries() == []


def test_it_waits_for_messages_that_are_still_on_their_way(tell: Teller) -> None:
    a_failure_rule(a_contact())
    tell(FAILURE, 0)
    Notification.objects.update(state="PENDING")
    some_events([a_draft(SUCCESS, resource=Incident.objects.get().resource, at=NOW + MINUTE)], correlated=False)
    correlate_batch(now=NOW + MINUTE)
    dispatch_batch(now=NOW + MINUTE)
    watch_batch(now=NOW + MINUTE)
    assert recoveries() == []
    Notification.objects.update(state="SENT")
    watch_batch(now=NOW + 2 * MINUTE)
    assert len(recoveries()) == 1


def test_each_end_is_told_once_to_those_who_heard_of_it_again(tell: Teller) -> None:
    a_failure_rule(a_contact(), mute_for=300)
    for minute, name in ((0, FAILURE), (1, SUCCESS), (2, FAILURE), (3, SUCCESS), (30, FAILURE), (31, SUCCESS)):
        tell(name, minute)
    # The failure of minute 2 was muted, so its end is nothing to tell.
    assert len(recoveries()) == 2


def test_flapping_is_told_once_then_quiet_until_it_was_calm(tell: Teller) -> None:
    a_failure_rule(a_contact(), mute_for=300)
    for minute in range(0, 60, 3):
        tell(FAILURE, minute)
        tell(SUCCESS, minute + 1)
    notices = Notification.objects.filter(purpose="NOTICE", recovery=False)
    assert ["Flapping" in letter_of(each).subject for each in notices] == [True]
    before = Notification.objects.count()
    tell(FAILURE, 60)
    tell(SUCCESS, 61)
    assert Notification.objects.count() == before
    watch_batch(now=NOW + 95 * MINUTE)
    incident = Incident.objects.get()
    assert (incident.flapping_since, incident.recovery) == (None, "TOLD")


@pytest.mark.parametrize("wanted", [True, False])
def test_closing_by_hand_tells_only_when_asked_to(tell: Teller, wanted: bool) -> None:  # noqa: FBT001
    a_failure_rule(a_contact())
    tell(FAILURE, 0)
    incident = Incident.objects.get()
    with verbs.held(incident.account, incident.pk, version=incident.version, now=NOW) as row:
        verbs.close_by_hand(row, by="ann", now=NOW, tell=wanted)
    watch_batch(now=NOW)
    assert ["Closed by ann." in letter_of(each).text for each in recoveries()] == [True] * wanted


def test_an_acknowledgement_ends_and_says_so(tell: Teller) -> None:
    tell(FAILURE, 0)
    incident = Incident.objects.get()
    until = NOW + 60 * MINUTE
    with verbs.held(incident.account, incident.pk, version=None, now=NOW) as row:
        verbs.acknowledge(row, by="ann", until=until, now=NOW)
    for moment, acknowledged in ((until - MINUTE, True), (until, False)):
        watch_batch(now=moment)
        assert bool(Incident.objects.get().acknowledged_until) == acknowledged
    assert Incident.objects.get().entries.latest("pk").kind == "ACKENDED"


def test_who_was_told_of_a_scheduled_deletion_alone_hears_that_it_was_carried_out(tell: Teller) -> None:
    ann, li = a_contact("Ann"), a_contact("Li", email="li@example.com")
    Contact.objects.filter(pk=li.pk).update(language="zh-hans")
    a_rule(group=a_contact_group(ann, li), names=["Secret:ScheduleSecretDeletion:Success"])
    tell("Secret:ScheduleSecretDeletion:Success", 0)
    tell("Secret:DeleteSecret:Success", 5)
    sent = {each.recipient: letter_of(each) for each in recoveries()}
    assert sent["Ann"].subject == "Secret deleted: rds-prod-app (after: Secret scheduled for deletion)"
    assert "What ended it: Secret deleted" in sent["Ann"].text
    assert sent["Li"].subject == "凭据删除：rds-prod-app（此前：凭据计划删除）"


@pytest.mark.timeout(400)
def test_a_storm_is_one_message_one_incident_and_one_recovery() -> None:
    a_failure_rule(a_contact())
    arn, count = an_arn("secret"), 20_000
    (first,) = some_events([a_draft(FAILURE, resource=arn, at=NOW)], correlated=False)
    more_of(first, count - 1, apart=0.02)
    drain(correlate_batch, now=NOW)
    drain(dispatch_batch, now=NOW)
    incident = Incident.objects.get()
    assert (incident.count, incident.entries.count(), Notification.objects.count()) == (count, 2, 1)
    Notification.objects.update(state="SENT")
    over = NOW + timedelta(hours=1)
    some_events([a_draft(SUCCESS, resource=arn, at=over)], correlated=False)
    for verb in (correlate_batch, dispatch_batch, watch_batch):
        drain(verb, now=over)
    assert len(recoveries()) == 1
    assert SystemEvent.objects.filter(incident_id=incident.pk).count() == count + 1


def drain(verb: Callable[..., int], *, now: datetime) -> None:
    while verb(now=now):
        pass
