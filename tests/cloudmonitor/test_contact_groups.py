"""Alerts › Alert Contacts › Alert Contact Group: making, changing and deleting groups."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from tests.builders import OTHER_UID, a_contact, a_contact_group, a_rule, an_account
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:contact_groups")
CREATE = reverse("cloudmonitor:contact_group_create")


def address(group: ContactGroup, action: str) -> str:
    """Return the address of an action on a group."""
    return reverse(f"cloudmonitor:contact_group_{action}", args=[group.pk])


def test_a_group_is_made_of_chosen_contacts() -> None:
    ann, bob = a_contact("Ann.One"), a_contact("Bob.Two")
    sent(signed_in(), CREATE, {"name": "Night shift", "contacts": [ann.pk, bob.pk]}, expect=302)
    group = ContactGroup.objects.get()
    assert set(group.contacts.all()) == {ann, bob}
    assert AuditEntry.objects.get().verb == "contact_group.create"


def test_a_group_needs_a_name_of_its_own_and_a_contact_and_keeps_what_was_typed() -> None:
    ann = a_contact("Ann.One")
    a_contact_group(ann, name="Night shift")
    client = signed_in()
    words = words_of(sent(client, CREATE, {"name": "Day shift", "description": "kept"}, expect=422))
    assert "Choose at least one contact." in words
    answer = sent(client, CREATE, {"name": "Night shift", "contacts": [ann.pk]}, expect=422)
    assert "There is a contact group of this name already." in words_of(answer)
    assert f'value="{ann.pk}" aria-' in answer.content.decode() or "checked" in answer.content.decode()


def test_a_group_is_changed() -> None:
    ann, bob = a_contact("Ann.One"), a_contact("Bob.Two")
    group = a_contact_group(ann, name="Night shift")
    client = signed_in()
    page = page_of(client, address(group, "modify"))
    assert [box["value"] for box in page.select("main input[name=contacts][checked]")] == [str(ann.pk)]
    sent(client, address(group, "modify"), {"name": "Day shift", "contacts": [bob.pk]}, expect=302)
    group.refresh_from_db()
    assert group.name == "Day shift"
    assert list(group.contacts.all()) == [bob]


def test_contacts_of_another_account_are_not_to_be_had() -> None:
    theirs = a_contact("Ann.One", account=an_account(OTHER_UID))
    sent(signed_in(), CREATE, {"name": "Night shift", "contacts": [theirs.pk]}, expect=422)


def test_a_group_that_a_rule_tells_stays_and_the_rules_are_named() -> None:
    group = a_contact_group(a_contact())
    a_rule(name="first_rule", group=group)
    a_rule(name="second_rule", group=group)
    words = words_of(sent(signed_in(), address(group, "delete"), {}, expect=422))
    assert "“first_rule” and “second_rule”" in words
    assert ContactGroup.objects.exists()


def test_a_group_that_no_rule_tells_is_deleted_but_for_the_default_one() -> None:
    group = a_contact_group(a_contact())
    default = a_contact_group(name=DEFAULT_GROUP)
    client = signed_in()
    sent(client, address(group, "delete"), {}, expect=302)
    sent(client, address(default, "delete"), {}, expect=422)
    assert list(ContactGroup.objects.all()) == [default]


@pytest.mark.parametrize("action", ["modify", "delete"])
def test_a_group_of_another_account_is_as_if_it_did_not_exist(action: str) -> None:
    group = a_contact_group(a_contact(), name="Night shift")
    client = a_stranger()
    assert client.get(address(group, action)).status_code == 404
    sent(client, address(group, action), {}, expect=404)
    assert "Night shift" not in words_of(client.get(LIST))


def test_a_viewer_changes_no_group() -> None:
    group = a_contact_group(a_contact())
    client = signed_in(Role.VIEWER)
    for path in (CREATE, address(group, "modify"), address(group, "delete")):
        sent(client, path, {}, expect=403)
    assert "Modify" not in words_of(client.get(LIST))
