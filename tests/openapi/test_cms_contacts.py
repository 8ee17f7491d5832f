"""Contacts and contact groups over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.notifications.models import Notification
from tests.openapi.cms_sample import put_contact, put_rule
from tests.openapi.signing import Program, a_program
from tests.subscriptions.making import a_configuration, a_policy

pytestmark = pytest.mark.django_db
ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=canary-robot"


@pytest.fixture
def program() -> Program:
    return a_program()


def contacts(program: Program, **given: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.fine("DescribeContactList", **given)["Contacts"]["Contact"]
    return found


def put(program: Program, name: str = "Alice", **channels: str) -> None:
    given = {f"Channels_{kind}": value for kind, value in channels.items()} or {"Channels_Mail": "alice@example.com"}
    answer = program.fine("PutContact", ContactName=name, Describe="d", Lang="en", **given)
    assert (answer["Code"], answer["Success"]) == ("200", True)


def test_a_contact_is_read_as_it_was_put(program: Program) -> None:
    put(program, Mail="alice@example.com", SMS="+86 138 0000 0000", DingWebHook=ROBOT)
    [found] = contacts(program)
    assert found["Channels"] == {"Mail": "alice@example.com", "SMS": "+8613800000000", "DingWebHook": ROBOT}
    assert found["ChannelsState"] == {"Mail": "PENDING", "SMS": "OK", "DingWebHook": "OK"}
    assert (found["Name"], found["Desc"], found["Lang"]) == ("Alice", "d", "en")
    assert found["ContactGroups"] == {"ContactGroup": []}
    assert isinstance(found["CreateTime"], int)


def test_a_new_mail_address_is_asked_to_be_confirmed_once(program: Program) -> None:
    put(program)
    put(program)
    asked = Notification.objects.filter(purpose=Notification.Purpose.CONFIRMATION)
    assert asked.count() == 1


def test_putting_a_contact_again_replaces_the_ways_the_api_knows_and_keeps_the_others(program: Program) -> None:
    put(program, Mail="alice@example.com", DingWebHook=ROBOT)
    contact = Contact.objects.get()
    Address.objects.create(contact=contact, kind="slack", value=json.dumps({"url": "https://hooks.slack.com/x"}))
    address = contact.addresses.get(kind="dingtalk")
    address.value = json.dumps({**address.fields, "secret": "SECkept"})
    address.save()
    put(program, DingWebHook=ROBOT)
    assert {each.kind for each in contact.addresses.all()} == {"dingtalk", "slack"}
    assert contact.addresses.get(kind="dingtalk").fields["secret"] == "SECkept"
    program.fine("PutContact", ContactName="Alice", Describe="only this")
    assert Contact.objects.get().description == "only this"
    assert contact.addresses.count() == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ContactName": ""}, "MissingParameter"),
        ({"Describe": ""}, "MissingParameter"),
        ({"Channels_Mail": ""}, "MissingParameter"),
        ({"ContactName": "1"}, "InvalidParameterValue"),
        ({"Channels_Mail": "nobody"}, "InvalidParameterValue"),
        ({"Channels_SMS": "call me"}, "InvalidParameterValue"),
        ({"Channels_DingWebHook": "ftp://x"}, "InvalidParameterValue"),
        ({"Channels_AliIM": "wang"}, "InvalidParameterValue"),
        ({"Lang": "fr"}, "InvalidParameterValue"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(program: Program, given: dict[str, str], code: str) -> None:
    usual = {"ContactName": "Alice", "Describe": "d", "Channels_Mail": "alice@example.com"}
    assert program.refused("PutContact", **{**usual, **given}) == (400, code)
    assert not Contact.objects.exists()


def test_contacts_are_found_by_name_and_by_address(program: Program) -> None:
    put(program, "Alice", Mail="alice@example.com")
    put(program, "Robert", DingWebHook=ROBOT)
    assert [each["Name"] for each in contacts(program)] == ["Alice", "Robert"]
    assert [each["Name"] for each in contacts(program, ContactName="Robert")] == ["Robert"]
    assert [each["Name"] for each in contacts(program, ChanelType="DingWebHook")] == ["Robert"]
    assert [each["Name"] for each in contacts(program, ChanelType="Mail", ChanelValue="alice@example.com")] == ["Alice"]
    assert contacts(program, ChanelType="Mail", ChanelValue="other@example.com") == []
    page = program.fine("DescribeContactList", PageNumber=2, PageSize=1)
    assert (page["Total"], [each["Name"] for each in page["Contacts"]["Contact"]]) == (2, ["Robert"])
    assert program.refused("DescribeContactList", ChanelType="Fax") == (400, "ParameterInvalid")


def test_only_an_administrators_key_reads_addresses_in_full(program: Program) -> None:
    put(program, Mail="alice@example.com", DingWebHook=ROBOT)
    shown = json.dumps(contacts(a_program(role="viewer")))
    assert "canary" not in shown
    assert "alice@example.com" not in shown


def test_a_group_holds_exactly_the_contacts_that_were_put(program: Program) -> None:
    put(program, "Alice")
    put(program, "Robert")
    program.fine("PutContactGroup", ContactGroupName="g1", ContactNames_1="Alice", ContactNames_2="Robert",
                 Describe="d", EnableSubscribed="True")  # fmt: skip
    program.fine("PutContactGroup", ContactGroupName="g1", ContactNames_1="Robert")
    program.fine("PutContactGroup", ContactGroupName="g1", Describe="e")
    listed = program.fine("DescribeContactGroupList")
    assert (listed["Total"], listed["ContactGroups"]) == (1, {"ContactGroup": ["g1"]})
    [group] = listed["ContactGroupList"]["ContactGroup"]
    assert (group["Contacts"], group["Describe"]) == ({"Contact": ["Robert"]}, "e")
    found = program.fine("DescribeContactListByContactGroup", ContactGroupName="g1")["Contacts"]["Contact"]
    assert [each["Name"] for each in found] == ["Robert"]


def test_a_group_may_come_before_its_contacts(program: Program) -> None:
    program.fine("PutContactGroup", ContactGroupName="g1")
    assert ContactGroup.objects.get().contacts.count() == 0


def test_groups_that_cannot_be_and_that_are_not_there_are_refused(program: Program) -> None:
    assert program.refused("PutContactGroup") == (400, "MissingParameter")
    given = {"ContactGroupName": "g1", "ContactNames_1": "None"}
    assert program.refused("PutContactGroup", **given) == (400, "InvalidParameterValue")
    assert program.refused("PutContactGroup", ContactGroupName="x" * 65) == (400, "InvalidParameterValue")
    given = {"ContactGroupName": "g", "EnableSubscribed": "si"}
    assert program.refused("PutContactGroup", **given) == (400, "InvalidParameterValue")
    for action in ("DeleteContactGroup", "DescribeContactListByContactGroup"):
        assert program.refused(action, ContactGroupName="none") == (404, "ResourceNotFound")
        assert program.refused(action) == (400, "MissingParameter")


def test_contacts_and_groups_are_deleted_unless_somebody_counts_on_them(program: Program) -> None:
    put_contact(program)
    put_rule(program)
    program.fine("PutEventRuleTargets", RuleName="secrets_rotation", ContactParameters_1_Id="1",
                 ContactParameters_1_ContactGroupName="g1", ContactParameters_1_Level="4")  # fmt: skip
    assert program.refused("DeleteContact", ContactName="Alice") == (400, "ParameterInvalid")
    assert program.refused("DeleteContactGroup", ContactGroupName="g1") == (400, "ParameterInvalid")
    program.fine("DeleteEventRules", RuleNames_1="secrets_rotation")
    program.fine("DeleteContactGroup", ContactGroupName="g1")
    program.fine("DeleteContact", ContactName="Alice")
    assert program.refused("DeleteContact", ContactName="Alice") == (404, "ResourceNotFound")
    assert program.refused("DeleteContact") == (400, "MissingParameter")


def test_a_contact_without_whom_a_policy_would_tell_nobody_stays(program: Program) -> None:
    put_contact(program)
    default = ContactGroup.objects.filter(contacts__name="Alice").first()
    assert default is not None
    policy = a_policy(a_configuration(default))
    assert program.refused("DeleteContact", ContactName="Alice") == (400, "ParameterInvalid")
    policy.delete()
    default.contacts.clear()
    program.fine("DeleteContact", ContactName="Alice")
