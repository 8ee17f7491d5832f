"""Somebody whom both a rule and a subscription policy told of an incident hears once that it is over."""

from __future__ import annotations

import pytest

from alerts.contacts.models import ContactGroup
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications.models import Notification
from alerts.notifications.recovery import watch_batch
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_rule, some_events
from tests.subscriptions.making import MINUTE, a_configuration, a_policy, run

pytestmark = pytest.mark.django_db
FAILURE, SUCCESS = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"


@pytest.fixture
def both() -> ContactGroup:
    """Return the group that a rule and a policy tell."""
    group = a_contact_group(a_contact("Ann"), a_contact("Li", email="li@example.com"))
    a_rule(group=group, names=[FAILURE])
    return group


def happen(name: str, minute: int, *, resource: str = ARN) -> None:
    """Let an event happen, whatever is told arrive; then the end of an incident is looked at before a policy speaks."""
    at = NOW + minute * MINUTE
    some_events([a_draft(name, resource=resource, at=at)], correlated=False)
    correlate_batch(now=at)
    watch_batch(now=at)
    run(at)
    Notification.objects.filter(state="PENDING").update(state="SENT", finished_at=at)
    watch_batch(now=at + MINUTE / 2)


def ends() -> list[tuple[str, bool]]:
    """Return who heard of an end, and whether a policy said it, in the order of the messages."""
    found = Notification.objects.filter(recovery=True).order_by("pk").values_list("recipient", "batch")
    return [(who, batch is not None) for who, batch in found]


def test_the_policy_says_it_and_the_rule_does_not(both: ContactGroup) -> None:
    a_policy(a_configuration(both))
    happen(FAILURE, 0)
    happen(SUCCESS, 5)
    assert sorted(ends()) == [("Ann", True), ("Li", True)]
    assert Incident.objects.get().recovery == ""


def test_whom_only_the_rule_told_hears_it_from_the_rule(both: ContactGroup) -> None:
    a_policy(a_configuration(a_contact_group(both.contacts.get(name="Ann"))))
    happen(FAILURE, 0)
    happen(SUCCESS, 5)
    assert sorted(ends()) == [("Ann", True), ("Li", False)]


def test_a_policy_that_says_no_ends_leaves_it_to_the_rule(both: ContactGroup) -> None:
    a_policy(a_configuration(both, recovery=False), names=[FAILURE])
    happen(FAILURE, 0)
    happen(SUCCESS, 5)
    assert sorted(ends()) == [("Ann", False), ("Li", False)]


def test_what_else_lasts_in_the_policy_keeps_nobody_waiting_for_the_rule(both: ContactGroup) -> None:
    a_policy(a_configuration(both), group_wait=60)
    some_events([a_draft(FAILURE, resource=f"{ARN}-2", at=NOW)], correlated=False)
    happen(FAILURE, 0)
    happen(FAILURE, 1)
    happen(SUCCESS, 5)
    assert sorted(ends()) == [("Ann", False), ("Li", False)]


def test_an_end_that_the_policy_told_earlier_is_not_this_one(both: ContactGroup) -> None:
    policy = a_policy(a_configuration(both))
    happen(FAILURE, 0)
    happen(SUCCESS, 1)
    policy.delete()
    a_rule(group=both, names=[FAILURE], mute_for=60)
    happen(FAILURE, 3)
    happen(SUCCESS, 4)
    assert sorted(ends()) == [("Ann", False), ("Ann", True), ("Li", False), ("Li", True)]
