"""Who counts on a contact: only what reaches somebody counts."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.accounts.refusal import Refused
from alerts.contacts.models import Contact, ContactGroup
from alerts.rules.dependents import delete_contact, delete_group, left_silent, reaches_anybody, told_by
from alerts.rules.models import AlertRule, ResourceGroup, RuleTarget
from alerts.rules.resources import delete_resource_group
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_account

pytestmark = pytest.mark.django_db

PHONE: Any = {"phone": {"phone": "+8613800001234"}}


def a_rule_for(*contacts: Contact, method: str = "CRITICAL", **fields: Any) -> AlertRule:
    """Return a rule that tells a group of these contacts by this method."""
    rule = a_rule(group=a_contact_group(*contacts), **fields)
    rule.targets.update(method=method)
    return rule


@pytest.mark.parametrize(("method", "reached"), [("CRITICAL", True), ("WARN", True), ("INFO", False)])
def test_a_phone_alone_is_not_reached_by_info(method: str, reached: bool) -> None:  # noqa: FBT001
    rule = a_rule_for(a_contact(email="", **PHONE), method=method)
    assert reaches_anybody(rule) == reached


@pytest.mark.parametrize(
    "other", [{"confirmed": False}, {"email": "", **PHONE}], ids=["not confirmed", "a phone, told by INFO"]
)
def test_who_cannot_be_reached_does_not_stand_in_for_the_one_who_goes(other: Any) -> None:
    contact = a_contact("Li.Na")
    rule = a_rule_for(contact, a_contact("Wu.Di", **other), name="rotation_failed", method="INFO")
    assert left_silent(contact) == [rule]
    with pytest.raises(Refused, match="rotation_failed"):
        delete_contact(contact)
    assert Contact.objects.count() == 2


def test_a_contact_that_was_never_reached_may_go() -> None:
    contact = a_contact("Li.Na", confirmed=False)
    a_rule_for(contact, a_contact("Wu.Di", confirmed=False))
    assert told_by(contact)
    delete_contact(contact)
    assert list(Contact.objects.values_list("name", flat=True)) == ["Wu.Di"]


def test_a_machine_target_is_somebody_to_tell_and_a_trial_needs_nobody() -> None:
    contact = a_contact("Li.Na")
    others = a_contact("Wu.Di")
    with_queue = a_rule_for(contact, name="with_queue")
    RuleTarget.objects.create(rule=with_queue, kind="queue", address='{"region": "cn-hangzhou", "queue": "q"}')
    a_rule_for(contact, name="trial", state=AlertRule.State.TRIAL)
    assert left_silent(contact) == []
    assert left_silent(others) == []


def test_a_group_that_somebody_else_has_just_deleted_is_gone_which_is_enough() -> None:
    group = a_contact_group()
    looked_at = ResourceGroup.objects.create(account=an_account(), name="keys", patterns=["*"], created_at=NOW)
    for stale in (ContactGroup.objects.get(pk=group.pk), group):
        delete_group(stale)
    for also in (ResourceGroup.objects.get(pk=looked_at.pk), looked_at):
        delete_resource_group(also)
    assert not ContactGroup.objects.exists()
    assert not ResourceGroup.objects.exists()
