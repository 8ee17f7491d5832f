"""Two people at the same contacts, groups and rules: one of them comes first, and nobody's page breaks."""

from __future__ import annotations

import uuid
from contextlib import suppress
from functools import partial

import pytest

from alerts.accounts.refusal import Refused
from alerts.contacts.directory import add_to_group, keep_group
from alerts.contacts.models import Contact, ContactGroup
from alerts.rules.models import AlertRule, ResourceGroup, RuleTarget, RuleVersion
from alerts.rules.resources import keep_resource_group
from alerts.rules.save import delete_rule, save_rule
from alerts.subscriptions.dependents import delete_contact, delete_group, delete_resource_group
from tests.at_once import at_once
from tests.builders import NOW, a_contact, a_contact_group, a_number, a_rule, an_account

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def some_resources() -> ResourceGroup:
    """Return a resource group that nothing looks at."""
    group = ResourceGroup(account=an_account(), name=f"resources {a_number()}", patterns=["acs:*:*:*:key/*"])
    return keep_resource_group(group, now=NOW)


def test_what_two_delete_is_gone_for_both() -> None:
    group, resources = a_contact_group(a_contact()), some_resources()
    at_once([partial(delete_group, group)] * 4)
    at_once([partial(delete_resource_group, resources)] * 4)
    assert not ContactGroup.objects.exists()
    delete_group(group)
    delete_resource_group(resources)


def test_a_contact_is_deleted_while_somebody_puts_it_into_a_group() -> None:
    for _ in range(ROUNDS):
        stays, goes = a_contact(), a_contact()
        group, other = a_contact_group(stays), a_contact_group(stays)

        def keep(group: ContactGroup = group, members: tuple[Contact, ...] = (stays, goes)) -> None:
            with suppress(Refused):  # it came too late
                keep_group(group, members, now=NOW)

        def delete(contact: Contact = goes) -> None:
            with suppress(Refused):
                delete_contact(Contact.objects.get(pk=contact.pk))

        def add(group: ContactGroup = other, contact: Contact = goes) -> None:
            add_to_group(group, [contact])

        at_once([keep, delete, add])
        assert not Contact.objects.filter(pk=goes.pk).exists()
        assert [*group.contacts.all(), *other.contacts.all()] == [stays, stays]


def test_a_rule_is_deleted_while_somebody_saves_it() -> None:
    for _ in range(ROUNDS):
        rule = a_rule(group=a_contact_group(a_contact()))
        stored, targets = AlertRule.objects.get(pk=rule.pk), list(rule.targets.all())

        def save(rule: AlertRule = rule, targets: list[RuleTarget] = targets) -> None:
            rule.description = uuid.uuid4().hex
            with suppress(Refused):  # it came too late
                save_rule(rule, targets=targets, now=NOW)

        at_once([save, partial(delete_rule, stored)])
        assert not AlertRule.objects.filter(pk=stored.pk).exists()
        assert set(RuleVersion.objects.filter(rule_name=rule.name).values_list("rule", flat=True)) <= {None}
