"""Alerts › Alert Contacts: deleting and grouping contacts, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.contacts.models import DEFAULT_GROUP, Contact
from alerts.subscriptions.save import save_policy
from tests.builders import NOW, OTHER_UID, a_contact, a_contact_group, a_rule, an_account
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.cloudmonitor.test_contacts import delete, modify, typed
from tests.subscriptions.making import a_configuration, a_policy, a_push_channel

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:contacts")
CREATE = reverse("cloudmonitor:contact_create")
ADD = reverse("cloudmonitor:contacts_add_to_group")
SECRET_PATH = "canary-7f3a-path"


def test_a_contact_that_nobody_counts_on_is_deleted() -> None:
    contact = a_contact("Li.Na")
    client = signed_in()
    assert "Delete the contact “Li.Na”?" in words_of(client.get(delete(contact)))
    sent(client, delete(contact), {}, expect=302)
    assert not Contact.objects.exists()


def test_a_contact_that_would_leave_a_group_empty_or_a_rule_silent_stays_and_both_are_named() -> None:
    contact = a_contact("Li.Na")
    group = a_contact_group(contact, name="Night shift")
    a_rule(name="rotation_failed", group=group)
    words = words_of(sent(signed_in(), delete(contact), {}, expect=422))
    assert "contact group “Night shift”" in words
    assert "alert rule “rotation_failed”" in words
    assert Contact.objects.exists()


def test_a_contact_without_whom_a_policy_tells_nobody_of_some_level_stays_and_the_policy_is_named() -> None:
    contact, phone = a_contact("Li.Na"), a_contact("Wu.Di", email="", phone={"phone": "+8613800001234"})
    group = a_contact_group(contact, phone, name="Night shift")
    policy = a_policy(a_configuration(group), name="night watch")
    words = words_of(sent(signed_in(), delete(contact), {}, expect=422))
    assert "Nobody would be left to tell for the subscription policy “night watch”." in words
    assert "alert rule" not in words.split("There is a mistake")[-1].split("night watch")[0]
    policy.levels = ["CRITICAL", "WARN"]
    save_policy(policy, now=NOW)
    sent(signed_in(), delete(contact), {}, expect=302)
    assert list(Contact.objects.all()) == [phone]


def test_a_policy_that_also_pushes_to_a_system_lets_its_only_reachable_contact_go() -> None:
    contact, other = a_contact("Li.Na"), a_contact("Wu.Di", confirmed=False)
    a_policy(a_configuration(a_contact_group(contact, other)), push=[a_push_channel()])
    sent(signed_in(), delete(contact), {}, expect=302)
    assert list(Contact.objects.all()) == [other]


def test_a_policy_that_a_changed_contact_leaves_with_nobody_is_named() -> None:
    contact = a_contact("Li.Na", email="li.na@example.com", phone={"phone": "+8613800001234"})
    a_policy(a_configuration(a_contact_group(contact)), name="night watch")
    client = signed_in()
    sent(client, modify(contact), typed(name="Li.Na", email="", phone="+8613800001234"), expect=302)
    assert "Nobody is left to tell for the subscription policy “night watch”" in words_of(client.get(LIST))


def test_a_contact_of_whom_others_remain_is_deleted() -> None:
    contact, other = a_contact("Li.Na"), a_contact("Wu.Di")
    a_rule(group=a_contact_group(contact, other))
    sent(signed_in(), delete(contact), {}, expect=302)
    assert list(Contact.objects.all()) == [other]


def test_the_default_group_may_be_left_empty_while_no_rule_needs_it() -> None:
    contact = a_contact("Li.Na")
    group = a_contact_group(contact, name=DEFAULT_GROUP)
    rule = a_rule(name="r1", group=group)
    assert "“r1”" in words_of(sent(signed_in(), delete(contact), {}, expect=422))
    rule.delete()
    sent(signed_in(), delete(contact), {}, expect=302)


def test_a_rule_with_a_url_callback_still_tells_somebody() -> None:
    contact = a_contact("Li.Na")
    a_rule(group=a_contact_group(contact, name=DEFAULT_GROUP), url="https://hooks.example.com/x")
    sent(signed_in(), delete(contact), {}, expect=302)


def test_several_contacts_are_added_to_a_group_at_once() -> None:
    first, second, third = (a_contact(name) for name in ("Aa", "Bb", "Cc"))
    group = a_contact_group(third, name="Night shift")
    client = signed_in()
    page = page_of(client, ADD, contact=[str(first.pk), str(second.pk)])
    marked = {box["value"] for box in page.select("main input[name=contact][checked]")}
    assert marked == {str(first.pk), str(second.pk)}
    sent(client, ADD, {"contact": [first.pk, second.pk, third.pk], "group": group.pk}, expect=302)
    assert set(group.contacts.all()) == {first, second, third}
    assert "2 contacts added to “Night shift”." in words_of(client.get(LIST))


def test_nobody_is_added_to_a_group_without_contacts_or_to_one_of_others() -> None:
    mine, theirs = a_contact("Aa"), a_contact("Bb", account=an_account(OTHER_UID))
    group = a_contact_group(account=an_account(OTHER_UID))
    own = a_contact_group()
    client = signed_in()
    sent(client, ADD, {"group": own.pk}, expect=422)
    sent(client, ADD, {"contact": [mine.pk], "group": group.pk}, expect=422)
    sent(client, ADD, {"contact": [theirs.pk], "group": own.pk}, expect=422)
    assert not own.contacts.exists()
    assert not group.contacts.exists()


@pytest.mark.parametrize("address", [modify, delete])
def test_a_contact_of_another_account_is_as_if_it_did_not_exist(address: Any) -> None:
    contact = a_contact("Li.Na")
    client = a_stranger()
    assert client.get(address(contact)).status_code == 404
    sent(client, address(contact), typed(), expect=404)
    assert "Li.Na" not in words_of(client.get(LIST))
    assert Contact.objects.get() == contact


def test_a_viewer_sees_the_list_without_actions_and_can_change_nothing() -> None:
    contact = a_contact("Li.Na")
    client = signed_in(Role.VIEWER)
    page = page_of(client, LIST)
    assert not page.select("main input[type=checkbox][form]")
    assert "Modify" not in words_of(client.get(LIST))
    assert "Create Alert Contact" not in words_of(client.get(LIST))
    for path in (CREATE, ADD, modify(contact), delete(contact)):
        assert client.get(path).status_code == 403
        sent(client, path, typed(), expect=403)
