"""Policies, configurations and groups that change, end or go while a bundle is open: told right, or said why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from alerts.contacts.models import ContactGroup
from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.batch_facts import batch_facts, causes_of
from alerts.notifications.batches import events_of
from alerts.notifications.facts import Reader
from alerts.notifications.models import Decision, Notification
from alerts.notifications.policy_end import delete_policy
from alerts.subscriptions.models import Batch, Bundle, SubscriptionPolicy
from alerts.subscriptions.save import save_configuration, save_policy, set_policy_state
from alerts.ui.outcomes import reason_of
from tests.builders import NOW, a_draft, some_events
from tests.subscriptions.making import (
    MINUTE,
    SECOND,
    a_configuration,
    a_group,
    a_policy,
    a_push_channel,
    an_incident,
    kinds,
    run,
    told,
)

pytestmark = pytest.mark.django_db
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/"
STATE = SubscriptionPolicy.State


def a_failure(name: str, *, at: timedelta = timedelta(), number: int = 1) -> None:
    """Record failed rotations of a secret, which belong to its incident; one begins where there is none."""
    incident = Incident.objects.filter(resource=ARN + name).first() or an_incident(ARN + name)
    events = some_events([a_draft(resource=ARN + name, at=NOW + at + each * SECOND) for each in range(number)])
    SystemEvent.objects.filter(pk__in=[each.pk for each in events]).update(incident_id=incident.pk)


def acknowledged(name: str, *, minutes: int) -> None:
    Incident.objects.filter(resource=ARN + name).update(acknowledged_until=NOW + minutes * MINUTE)


def escalation() -> Batch:
    return Batch.objects.get(kind="ESCALATION")


def an_escalating_policy(**fields: Any) -> SubscriptionPolicy:
    configuration = a_configuration(a_group("first@example.com"), steps=[(10, a_group("second@example.com"))])
    return a_policy(configuration, **fields)


def test_an_escalation_counts_and_names_only_what_nobody_has_acknowledged() -> None:
    an_escalating_policy(group_wait=60)
    for name in ("one", "two", "three"):
        a_failure(name, number=2)
    run(NOW)
    run(NOW + MINUTE)
    acknowledged("two", minutes=60)
    run(NOW + 11 * MINUTE)
    batch = escalation()
    assert (batch.count, batch.causes) == (4, 2)
    assert {cause.resource for cause in causes_of(batch)} == {ARN + "one", ARN + "three"}
    found = SystemEvent.objects.filter(pk__in=events_of(batch))
    assert sorted(each.resource for each in found) == [ARN + "one"] * 2 + [ARN + "three"] * 2
    event = found.get(pk=str(batch.newest_event_id))
    said = {tongue: batch_facts(batch, event, Reader("Ann", tongue), channel="email")["batch"]["intro"]
            for tongue in ("en", "zh-hans")}  # fmt: skip
    assert "acknowledged by nobody: 2 of 3 causes (step 1). 4 events of 2 different causes, since" in said["en"]
    assert "3 个原因中有 2 个尚未恢复且无人确认（第 1 步）" in said["zh-hans"]


def test_what_is_over_is_not_escalated_with_what_is_not() -> None:
    an_escalating_policy(group_wait=60)
    for name in ("one", "two"):
        a_failure(name)
    run(NOW)
    run(NOW + MINUTE)
    Incident.objects.filter(resource=ARN + "one").update(state="CLOSED")
    run(NOW + 11 * MINUTE)
    batch = escalation()
    assert (batch.count, batch.causes, [each.resource for each in causes_of(batch)]) == (1, 1, [ARN + "two"])


def test_an_escalation_of_all_reads_as_such_and_one_event_as_one() -> None:
    an_escalating_policy()
    a_failure("one")
    run(NOW)
    run(NOW + 10 * MINUTE)
    batch = escalation()
    event = SystemEvent.objects.get()
    facts = batch_facts(batch, event, Reader("Ann", "en"), channel="email")
    assert facts["batch"]["intro"].startswith(
        "This is not over and nobody has acknowledged it (step 1): 1 event, since"
    )


def test_a_step_tells_the_group_with_which_the_bundle_began_also_when_the_configuration_names_another() -> None:
    policy = an_escalating_policy()
    a_failure("one")
    run(NOW)
    assert policy.configuration
    save_configuration(policy.configuration, steps=[], now=NOW + MINUTE)
    run(NOW + 10 * MINUTE)
    assert told(escalation()) == {"second@example.com"}


def test_a_step_whose_group_is_gone_tells_those_who_were_told_first() -> None:
    policy = an_escalating_policy()
    a_failure("one")
    run(NOW)
    assert policy.configuration
    save_configuration(policy.configuration, steps=[], now=NOW + MINUTE)
    ContactGroup.objects.exclude(name=policy.configuration.group.name).delete()  # type: ignore[union-attr]
    run(NOW + 10 * MINUTE)
    assert told(escalation()) == {"first@example.com"}


def test_what_waits_while_its_policy_loses_everybody_says_that_nobody_was_told() -> None:
    policy = a_policy(group_wait=60)
    a_failure("one")
    run(NOW)
    policy.configuration = None
    save_policy(policy, now=NOW + SECOND)
    run(NOW + MINUTE)
    assert set(Decision.objects.values_list("verdict", "reason")) == {("NOBODY", "no-recipient")}
    assert not Notification.objects.exists()


@pytest.mark.parametrize("ending", ["deleted", "disabled"])
def test_what_waits_when_its_policy_ends_says_so_and_nothing_stays_pending(ending: str) -> None:
    policy, other = a_policy(group_wait=60), a_policy(group_wait=60)
    a_failure("one", number=2)
    run(NOW)
    if ending == "deleted":
        delete_policy(policy)
    else:
        set_policy_state(policy, state=STATE.DISABLED, now=NOW + MINUTE)
    run(NOW + MINUTE)
    assert [batch.policy for batch in Batch.objects.all()] == [other]
    mine = Decision.objects.filter(policy_name=policy.name)
    assert set(mine.values_list("verdict", "reason")) == {("MUTED", f"policy-{ending}")}
    with translation.override(settings.LANGUAGE_CODE):
        assert reason_of(mine[0]) == f"The policy was {ending} before it told of this."


@pytest.mark.parametrize("change", ["scope", "merge", "denoise", "configuration", "off-and-on"])
def test_an_escalation_due_in_the_second_of_a_change_is_told_by_the_terms_with_which_it_began(change: str) -> None:
    policy = an_escalating_policy(repeat_interval=600)
    a_failure("one")
    run(NOW)
    moment = NOW + 10 * MINUTE
    if change == "scope":
        policy.names = ["Key:DeleteKey:Success"]
    elif change == "merge":
        policy.merge_by = ["resource"]
    elif change == "denoise":
        policy.denoise = "COUNT"
    elif change == "configuration":
        policy.configuration = a_configuration(a_group("third@example.com"))
    if change == "off-and-on":
        set_policy_state(policy, state=STATE.DISABLED, now=moment)
        set_policy_state(policy, state=STATE.ENABLED, now=moment)
    else:
        save_policy(policy, now=moment)
    run(moment)
    assert told(escalation()) == {"second@example.com"}
    Incident.objects.update(state="CLOSED")
    run(moment + SECOND)
    assert kinds()[-1] == "RECOVERY"
    assert not Bundle.objects.filter(closed_at=None).exists()


def test_a_recovery_reaches_a_push_channel_that_is_deleted_meanwhile_and_people_of_a_group_that_is() -> None:
    push = a_push_channel()
    policy = a_policy(push=[push])
    a_failure("one")
    run(NOW)
    group = policy.configuration.group if policy.configuration else None
    policy.configuration = None
    save_policy(policy, push_channels=[], now=NOW)
    push.delete()
    assert group
    group.contacts.all().delete()
    Incident.objects.update(state="CLOSED")
    run(NOW + MINUTE)
    assert kinds() == ["FIRST", "RECOVERY"]
    assert sorted(Notification.objects.filter(recovery=True).values_list("channel", flat=True)) == ["webhook"]
    assert not Bundle.objects.filter(closed_at=None).exists()
