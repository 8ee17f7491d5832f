"""Policies at work: events are gathered, told together, repeated, escalated, and their end is told once."""

from __future__ import annotations

import pytest

from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.batches import events_of, messages_about
from alerts.notifications.digests import digest_batch
from alerts.notifications.models import Decision, Notification
from alerts.notifications.policy_backtest import backtest, plan_of
from alerts.subscriptions.models import Batch, Bundle, GroupDigest, SubscriptionPolicy
from alerts.subscriptions.save import save_digest, set_policy_state
from tests.builders import NOW, a_draft, an_event, some_events
from tests.subscriptions.making import (
    ARN,
    MINUTE,
    SECOND,
    a_configuration,
    a_group,
    a_policy,
    an_incident,
    batches,
    failures,
    kinds,
    run,
    told,
    verdicts,
)

pytestmark = pytest.mark.django_db


def test_an_event_is_told_at_once_and_its_repetitions_are_muted() -> None:
    group = a_group("li@example.com")
    a_policy(a_configuration(group))
    failures(3)
    run(NOW)
    assert kinds() == ["FIRST"]
    assert told(batches()[0]) == {"li@example.com"}
    assert verdicts() == {"TOLD": 1, "MUTED": 2}


def test_a_group_wait_merges_and_survives_as_rows() -> None:
    a_policy(group_wait=60)
    failures(5)
    run(NOW)
    assert kinds() == []
    assert verdicts() == {"GATHERED": 5}
    assert Bundle.objects.get().due_at == NOW + MINUTE
    run(NOW + MINUTE)
    (batch,) = batches()
    assert (batch.count, batch.causes) == (5, 1)
    assert verdicts() == {"TOLD": 5}
    assert set(events_of(batch)) == set(SystemEvent.objects.values_list("pk", flat=True))


def test_five_within_the_period_are_told_and_four_are_not() -> None:
    a_policy(denoise="COUNT", denoise_count=5)
    failures(4)
    run(NOW)
    assert verdicts() == {"COUNTED": 4}
    failures(1, start=10)
    run(NOW + 10 * SECOND)
    assert [batch.count for batch in batches()] == [5]
    assert verdicts() == {"TOLD": 5}


def test_without_suppression_every_event_is_told_until_the_storm_limit() -> None:
    a_policy(denoise="ALWAYS")
    failures(60)
    run(NOW)
    assert Batch.objects.count() == 50
    run(NOW + 5 * MINUTE)
    assert Batch.objects.count() == 51
    assert batches().last().count == 10  # type: ignore[union-attr]


def test_above_the_storm_limit_different_causes_are_told_together() -> None:
    a_policy(denoise="ALWAYS", merge_by=["resource"])
    some_events([a_draft(at=NOW + each * SECOND) for each in range(80)])
    run(NOW)
    run(NOW + 5 * MINUTE)
    assert Batch.objects.count() == 51
    assert batches().last().causes == 30  # type: ignore[union-attr]


def test_bundles_that_waited_go_together_where_the_storm_limit_has_no_room() -> None:
    policy = a_policy(merge_by=["resource"], group_wait=60)
    events = some_events([a_draft(at=NOW + each * SECOND) for each in range(80)])
    run(NOW)
    run(NOW + MINUTE)
    assert Batch.objects.count() == 50
    assert Bundle.objects.filter(closing="merged").count() == 30
    run(NOW + 6 * MINUTE)
    last = batches().last()
    assert last is not None
    assert (Batch.objects.count(), last.count, last.causes) == (51, 30, 30)
    assert verdicts() == {"TOLD": 80}
    (report,) = backtest([plan_of(policy)], account=events[0].account_id, now=NOW + 10 * MINUTE)
    assert [each.events for each in report.messages] == [*[1] * 50, 30]


def test_a_new_cause_waits_for_the_end_of_the_mute_and_is_told_then() -> None:
    a_policy()
    failures(1)
    run(NOW)
    failures(1, resource=f"{ARN}-2")
    run(NOW + MINUTE)
    assert kinds() == ["FIRST"]
    waiting = Decision.objects.get(verdict=Decision.Verdict.GATHERED)
    assert waiting.reason == f"waits:{(NOW + 5 * MINUTE).isoformat()}"
    run(NOW + 5 * MINUTE)
    assert kinds() == ["FIRST", "MORE"]


def test_a_storm_of_one_cause_gives_one_message_one_repeat_per_interval_and_one_recovery() -> None:
    a_policy(repeat_interval=3600)
    incident = an_incident(ARN)
    failures(20)
    run(NOW)
    for minutes in (30, 60, 90, 120):
        failures(5, start=minutes * 60)
        run(NOW + minutes * MINUTE)
    assert kinds() == ["FIRST", "REPEAT", "REPEAT"]
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    run(NOW + 121 * MINUTE)
    run(NOW + 122 * MINUTE)
    assert kinds() == ["FIRST", "REPEAT", "REPEAT", "RECOVERY"]
    assert batches().last().count == 40  # type: ignore[union-attr]
    assert not Bundle.objects.filter(closed_at=None).exists()
    assert not Decision.objects.filter(batch=None).exists()


def test_an_escalation_climbs_until_somebody_acknowledges_and_begins_again_when_that_ends() -> None:
    first, second, third = (a_group(f"{name}@example.com") for name in ("a", "b", "c"))
    a_policy(a_configuration(first, steps=[(10, second), (10, third)]))
    incident = an_incident(ARN)
    failures(1)
    run(NOW)
    run(NOW + 10 * MINUTE)
    assert [told(batch) for batch in batches()] == [{"a@example.com"}, {"b@example.com"}]
    Incident.objects.filter(pk=incident.pk).update(acknowledged_until=NOW + 60 * MINUTE)
    run(NOW + 11 * MINUTE)
    run(NOW + 30 * MINUTE)
    assert Batch.objects.count() == 2
    run(NOW + 60 * MINUTE)
    assert kinds() == ["FIRST", "ESCALATION", "REPEAT"]
    run(NOW + 70 * MINUTE)
    run(NOW + 80 * MINUTE)
    run(NOW + 300 * MINUTE)
    assert kinds() == ["FIRST", "ESCALATION", "REPEAT", "ESCALATION", "ESCALATION"]
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    run(NOW + 301 * MINUTE)
    assert told(batches().last()) == {"a@example.com", "b@example.com", "c@example.com"}  # type: ignore[arg-type]


def test_an_acknowledgement_within_the_wait_keeps_everything_back() -> None:
    a_policy(group_wait=60)
    incident = an_incident(ARN)
    failures(2)
    run(NOW)
    Incident.objects.filter(pk=incident.pk).update(acknowledged_until=NOW + 60 * MINUTE)
    run(NOW + MINUTE)
    assert kinds() == []
    Incident.objects.filter(pk=incident.pk).update(state="CLOSED")
    run(NOW + 2 * MINUTE)
    assert kinds() == []
    assert verdicts() == {"ACKED": 2}
    assert Bundle.objects.get().closed_at is not None


def test_a_disabled_policy_closes_its_bundles_and_sends_nothing() -> None:
    policy = a_policy(group_wait=60)
    failures(2)
    run(NOW)
    set_policy_state(policy, state=SubscriptionPolicy.State.DISABLED, now=NOW)
    run(NOW + MINUTE)
    assert kinds() == []
    assert Bundle.objects.get().closing == "policy-disabled"
    assert set(Decision.objects.values_list("verdict", "reason")) == {("MUTED", "policy-disabled")}


def test_a_policy_without_configuration_tells_nobody() -> None:
    a_policy(tells=False)
    failures(1)
    run(NOW)
    assert verdicts() == {"NOBODY": 1}


def test_a_digest_takes_what_is_info_and_sends_it_at_its_time() -> None:
    group = a_group("li@example.com")
    digest = save_digest(GroupDigest(group=group), now=NOW)
    a_policy(a_configuration(group), denoise="ALWAYS")
    some_events([a_draft("Secret:RotateSecret:Success", at=NOW + each * SECOND) for each in range(3)])
    an_event("Secret:RotateSecret:Failure")
    run(NOW)
    assert Notification.objects.count() == 1
    while digest_batch(now=digest.due_at):
        pass
    batch = batches().get(kind="DIGEST")
    assert (batch.count, told(batch)) == (3, {"li@example.com"})
    assert len(set(events_of(batch))) == 3


def test_a_test_event_is_told_at_once_by_every_policy_that_takes_it() -> None:
    a_policy(group_wait=600)
    a_policy(levels=["INFO"])
    an_event(test_of=0)
    run(NOW)
    (batch,) = batches()
    assert batch.test
    assert verdicts() == {"TOLD": 1}


def test_an_escalation_leads_to_all_events_that_it_counts_also_those_that_wait_and_to_none_that_come_later() -> None:
    other = ARN.replace("rds", "redis")
    incidents = [an_incident(ARN), an_incident(other)]
    a_policy(a_configuration(a_group(), steps=[(1, a_group("second@example.com"))]))
    for resource in (ARN, other):
        failures(1, resource=resource)
        run(NOW + SECOND)
    run(NOW + 2 * MINUTE)
    failures(2, start=180)
    run(NOW + 4 * MINUTE)
    first, escalation = batches()
    assert (first.count, escalation.kind, escalation.count) == (1, "ESCALATION", 2)
    assert [len(events_of(each)) for each in (first, escalation)] == [1, 2]
    run(NOW + 6 * MINUTE)
    assert [(each.count, len(events_of(each))) for each in batches()] == [(1, 1), (2, 2), (3, 3)]
    said = [[f"{each.batch.kind} to {each.masked}" for each in messages_about(incident.pk, account=incident.account)
             if each.batch] for incident in incidents]  # fmt: skip
    assert [sorted(each.split()[0] for each in found) for found in said] == [
        ["ESCALATION", "FIRST", "MORE"], ["ESCALATION", "MORE"]]  # fmt: skip
