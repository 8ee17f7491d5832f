"""The end of what was told: said once, to those who heard of it, also when it comes with other events."""

from __future__ import annotations

import pytest

from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.models import Decision, Notification
from alerts.subscriptions.models import Bundle
from tests.builders import NOW, an_event
from tests.subscriptions.making import (
    ARN,
    MINUTE,
    SECOND,
    a_configuration,
    a_policy,
    a_push_channel,
    an_incident,
    batches,
    failures,
    kinds,
    run,
    verdicts,
)

pytestmark = pytest.mark.django_db


def test_what_is_over_before_it_was_told_is_told_once() -> None:
    a_policy(group_wait=60)
    incident = an_incident(ARN)
    failures(2)
    run(NOW)
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    run(NOW + 30 * SECOND)
    assert kinds() == []
    run(NOW + MINUTE)
    run(NOW + 2 * MINUTE)
    assert [(batch.kind, batch.over) for batch in batches()] == [("FIRST", True)]


def test_the_closing_event_goes_with_the_recovery_and_is_not_told_twice() -> None:
    a_policy()
    incident = an_incident(ARN)
    failures(1)
    run(NOW)
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    closing = an_event("Secret:RotateSecret:Success", resource=ARN, at=NOW + MINUTE)
    SystemEvent.objects.filter(pk=closing.pk).update(incident_id=incident.pk)
    run(NOW + 10 * MINUTE)
    assert kinds() == ["FIRST", "RECOVERY"]
    assert Decision.objects.get(event_id=closing.pk).batch == batches().last()
    assert verdicts() == {"TOLD": 2}


def test_an_older_repeat_in_the_same_batch_does_not_make_the_end_told_twice() -> None:
    a_policy(denoise_mute=60)
    incident = an_incident(ARN)
    failures(1)
    run(NOW)
    failures(1, start=120)
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    closing = an_event("Secret:RotateSecret:Success", resource=ARN, at=NOW + 3 * MINUTE)
    SystemEvent.objects.filter(pk=closing.pk).update(incident_id=incident.pk)
    run(NOW + 10 * MINUTE)
    run(NOW + 20 * MINUTE)
    assert kinds() == ["FIRST", "RECOVERY"]
    assert Decision.objects.get(event_id=closing.pk).batch == batches().last()
    assert not Decision.objects.filter(batch=None).exists()


def test_one_bundle_may_end_and_the_next_of_its_key_begin_in_the_same_batch() -> None:
    a_policy(denoise_mute=60)
    an_incident(ARN)
    failures(1)
    run(NOW)
    failures(1, start=120)
    Incident.objects.update(state="CLOSED")
    an_event("Key:DeleteKey:Success", resource="acs:kms:cn-hangzhou:1000000000000001:key/other", at=NOW + 3 * MINUTE)
    run(NOW + 10 * MINUTE)
    assert sorted(kinds()) == ["FIRST", "FIRST", "RECOVERY"]
    assert Bundle.objects.count() == 2


def test_recovery_off_tells_systems_only() -> None:
    push = a_push_channel()
    a_policy(a_configuration(recovery=False), push=[push])
    incident = an_incident(ARN)
    failures(1)
    run(NOW)
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    run(NOW + MINUTE)
    assert kinds() == ["FIRST", "RECOVERY"]
    assert list(Notification.objects.filter(recovery=True).values_list("channel", flat=True)) == ["webhook"]
