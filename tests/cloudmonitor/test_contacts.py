"""Alerts › Alert Contacts: creating, modifying, deleting and grouping contacts, by whom, and what is never shown."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from typing import Any

import pytest
from django.db.models import TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from alerts.accounts.models import AuditEntry, Role
from alerts.channels import BY_KIND
from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.notifications.deliver import deliver_one
from tests.builders import a_contact, a_contact_group, a_rule
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.receivers.http import HttpReceiver, Reply

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:contacts")
CREATE = reverse("cloudmonitor:contact_create")
SEVERAL = reverse("cloudmonitor:contacts_create_several")
PHONE = "+8613877771234"
ADD = reverse("cloudmonitor:contacts_add_to_group")
SECRET_PATH = "canary-7f3a-path"
LOCAL_PART = "canary.local.part"
SIGNING, ANOTHER = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
HOOK = f"https://hooks.example.com/{SECRET_PATH}?key={SECRET_PATH}"


def typed(**fields: object) -> dict[str, object]:
    """Return what somebody types into the contact form."""
    return {
        "name": "Li.Na",
        "email": "li.na@example.com",
        "webhook": "",
        "description": "on call",
        "language": "auto",
        "time_zone": "Asia/Shanghai",
    } | fields


def modify(contact: Contact) -> str:
    """Return the address of the form that changes a contact."""
    return reverse("cloudmonitor:contact_modify", args=[contact.pk])


def addresses(contact: Contact) -> tuple[str, str]:
    """Return the e-mail address and the webhook of a contact."""
    found = {each.kind: each.fields for each in contact.addresses.all()}
    return found.get("email", {}).get("email", ""), found.get("webhook", {}).get("url", "")


def delete(contact: Contact) -> str:
    """Return the address that deletes a contact."""
    return reverse("cloudmonitor:contact_delete", args=[contact.pk])


def test_a_contact_is_stored_and_listed_with_its_address_masked() -> None:
    client = signed_in()
    sent(client, CREATE, typed(webhook=HOOK), expect=302)
    contact = Contact.objects.get()
    assert (addresses(contact), contact.time_zone) == (("li.na@example.com", HOOK), "Asia/Shanghai")
    words = words_of(client.get(LIST))
    assert "Li.Na" in words
    assert "l•••@example.com" in words
    assert "https://hooks.example.com/…" in words
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject, entry.detail) == ("contact.create", "Li.Na", {})


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("Li", True), ("A" * 40, True), ("a.b_9", True), ("李娜", True), ("L", False), ("A" * 41, False),
     ("9lives", False), ("_x", False), (".x", False), ("a b", False), ("a-b", False), ("a\n", True)],
)  # fmt: skip
def test_a_name_starts_with_a_letter_and_has_2_to_40_signs(name: str, allowed: bool) -> None:  # noqa: FBT001
    # A line end at the end is taken off by the form, as every blank around what is typed; what is left must fit.
    fits = allowed and len(name.strip()) > 1
    sent(signed_in(), CREATE, typed(name=name), expect=302 if fits else 422)
    assert Contact.objects.exists() == fits


@pytest.mark.parametrize(
    "wrong",
    [{"email": "", "webhook": ""}, {"email": "no address"}, {"webhook": "ftp://example.com/x"},
     {"webhook": "example.com"}, {"webhook": "http://user:pass@example.com/"}, {"webhook": "http://127.1/"},
     {"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"phone": "call me"}, {"phone": "0" * 20},
     {"dingtalk_secret": "SEC1"}, {"lark": "lark.example.com"}, {"slack": "x" * 3000}, {"teams": "javascript:alert(1)"},
     {"webhook": "https://example.com/", "webhook_secret": "too short"}],
)  # fmt: skip
def test_a_mistake_is_shown_and_nothing_typed_is_lost(wrong: dict[str, object]) -> None:
    answer = sent(signed_in(), CREATE, typed(**wrong), expect=422)
    page = answer.content.decode()
    assert not Contact.objects.exists()
    assert 'aria-invalid="true"' in page
    assert 'value="Li.Na"' in page
    assert 'value="on call"' in page
    for name, value in wrong.items():
        assert name in {"time_zone", "language"} or f'value="{value}"' in page or len(str(value)) == 0


def test_every_kind_of_address_is_stored_as_its_channel_wants_it() -> None:
    hooks = {kind: f"https://{kind}.example.com/x" for kind in ("dingtalk", "lark", "wecom", "slack", "teams")}
    secrets = {"dingtalk_secret": "SEC1", "lark_secret": "lark-1", "webhook_secret": SIGNING}
    sent(signed_in(), CREATE, typed(phone="+86 138-0000-1234", webhook=HOOK, **hooks, **secrets), expect=302)
    stored = {each.kind: each.fields for each in Contact.objects.get().addresses.all()}
    assert stored == {
        "email": {"email": "li.na@example.com"},
        "phone": {"phone": "+8613800001234"},
        "dingtalk": {"url": hooks["dingtalk"], "secret": "SEC1"},
        "lark": {"url": hooks["lark"], "secret": "lark-1"},
        "wecom": {"url": hooks["wecom"]},
        "slack": {"url": hooks["slack"]},
        "teams": {"url": hooks["teams"]},
        "webhook": {"url": HOOK, "method": "POST", "secret": SIGNING},
    }
    assert all(
        set(fields) <= set(BY_KIND["sms" if kind == "phone" else kind].fields) for kind, fields in stored.items()
    )


def test_a_secret_is_changed_in_two_steps_so_that_the_receiver_can_follow() -> None:
    client = signed_in()
    sent(client, CREATE, typed(webhook=HOOK, webhook_secret=SIGNING), expect=302)
    contact = Contact.objects.get()
    sent(client, modify(contact), typed(webhook_secret=ANOTHER), expect=302)
    changing = contact.addresses.get(kind="webhook").fields
    assert (changing["secret"], changing["previous_secret"]) == (ANOTHER, SIGNING)
    page = client.get(modify(contact)).content.decode()
    assert "End the change of the secret" in page
    assert not any(secret in page for secret in (SIGNING, ANOTHER, SECRET_PATH))
    sent(client, modify(contact), typed(end_webhook_previous_secret="on"), expect=302)
    assert "previous_secret" not in contact.addresses.get(kind="webhook").fields


def test_taking_away_what_a_rule_counts_on_is_done_and_warned_of() -> None:
    contact = a_contact("Li.Na", slack={"url": "https://slack.example.com/x"})
    a_rule(name="rotation_failed", group=a_contact_group(contact))
    client = signed_in()
    sent(client, modify(contact), typed(email="", remove_slack="", phone="+8613800001234"), expect=302)
    assert "Nobody is left to tell" not in words_of(client.get(LIST))
    contact.groups.get().rule_targets.update(method="INFO")
    sent(client, modify(contact), typed(email="", remove_slack="on", phone="+8613800001234"), expect=302)
    assert "Nobody is left to tell for the alert rule “rotation_failed”" in words_of(client.get(LIST))


def test_the_list_says_who_cannot_be_told_and_why() -> None:
    alone, idle, told = (a_contact(name, confirmed=name != "Aa.Alone") for name in ("Aa.Alone", "Bb.Idle", "Cc.Told"))
    a_contact_group(idle, name="Idle group")
    a_rule(group=a_contact_group(told, name="Told group"))
    found = page_of(signed_in(), LIST).select("tbody tr")
    rows = {row.select("a")[0].text: " ".join(row.text.split()) for row in found}
    assert "Pending Activation" in rows[alone.name]
    assert "no confirmed address" in rows[alone.name]
    assert "none: is told of nothing" in rows[alone.name]
    assert "told of nothing: no alert rule or policy" in rows[idle.name]
    assert not any(word in rows[told.name] for word in ("told of nothing", "no confirmed", "Pending"))


def test_two_contacts_of_an_account_have_two_names_and_other_accounts_may_have_them_too() -> None:
    a_contact("Li.Na")
    assert "There is a contact of this name already." in words_of(sent(signed_in(), CREATE, typed(), expect=422))
    sent(a_stranger(), CREATE, typed(), expect=302)
    assert Contact.objects.filter(name="Li.Na").count() == 2


def test_modifying_keeps_the_webhook_that_is_not_touched_and_shows_only_its_host() -> None:
    contact = a_contact("Li.Na", webhook=HOOK)
    client = signed_in()
    page = client.get(modify(contact)).content.decode()
    assert "https://hooks.example.com/…" in page
    assert SECRET_PATH not in page
    sent(client, modify(contact), typed(name="Li.Na2"), expect=302)
    contact.refresh_from_db()
    assert (contact.name, addresses(contact)[1]) == ("Li.Na2", HOOK)


def test_a_webhook_can_be_replaced_and_removed() -> None:
    contact = a_contact("Li.Na", webhook=HOOK)
    client = signed_in()
    sent(client, modify(contact), typed(webhook="https://new.example.com/x"), expect=302)
    contact.refresh_from_db()
    assert addresses(contact)[1] == "https://new.example.com/x"
    sent(client, modify(contact), typed(webhook=HOOK, remove_webhook="on"), expect=422)
    sent(client, modify(contact), typed(email="", remove_webhook="on"), expect=422)
    sent(client, modify(contact), typed(remove_webhook="on"), expect=302)
    contact.refresh_from_db()
    assert addresses(contact)[1] == ""


def test_the_list_is_searched_by_name_and_by_group() -> None:
    ann, _bob = a_contact("Ann.One"), a_contact("Bob.Two")
    group = a_contact_group(ann, name="Night shift")
    client = signed_in()
    assert "Bob.Two" not in words_of(client.get(LIST, {"text": "ann"}))
    words = words_of(client.get(LIST, {"group": str(group.pk)}))
    assert "Ann.One" in words
    assert "Bob.Two" not in words
    assert "Nothing matches this filter" in words_of(client.get(LIST, {"text": "nobody like this"}))


def told_of(contact: Contact) -> list[str]:
    """Return the addresses of everything that was sent to a contact, and of where it stands."""
    found = [reverse("cloudmonitor:notification", args=[each.pk]) for each in contact.notifications.all()]
    kept = [
        reverse("cloudmonitor:outbox_message", args=[each.pk]) for each in contact.notifications.filter(state="KEPT")
    ]
    assert len(found) == 8
    assert kept
    return [*found, *kept, reverse("cloudmonitor:history"), reverse("cloudmonitor:outbox")]


def test_no_page_and_no_export_shows_the_secret_part_of_an_address(
    caplog: pytest.LogCaptureFixture, settings: Any, http_receiver: HttpReceiver
) -> None:
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    http_receiver.answer_with(*[Reply(status=500, body=f"no {SECRET_PATH} here".encode())] * 20)
    url = f"{http_receiver.url}/{SECRET_PATH}?key={SECRET_PATH}"
    hooks: Any = {kind: {"url": url, "secret": SECRET_PATH} for kind in ("dingtalk", "lark", "wecom", "slack", "teams")}
    contact = a_contact(
        "Li.Na", email=f"{LOCAL_PART}@example.com", webhook=url, confirmed=False, phone={"phone": PHONE}, **hooks
    )
    group = a_contact_group(contact, name="Night shift")
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, reverse("cloudmonitor:address_ask", args=[contact.addresses.get(kind="email").pk]), {}, expect=302)
    for each in contact.addresses.exclude(kind="email"):
        channel = "sms" if each.kind == "phone" else each.kind
        sent(client, reverse("cloudmonitor:address_test", args=[each.pk]), {"channel": channel}, expect=302)
    while deliver_one(now=timezone.now()):
        pass
    groups = reverse("cloudmonitor:contact_groups")
    change = reverse("cloudmonitor:contact_group_modify", args=[group.pk])
    others = (LIST, f"{LIST}?format=csv", f"{LIST}?format=json", groups, f"{groups}?format=csv",
              f"{groups}?format=json", change, ADD, delete(contact), "/", reverse("accounts:audit"), SEVERAL,
              reverse("cloudmonitor:contact", args=[contact.pk]), *told_of(contact))  # fmt: skip
    for path in others:
        text = client.get(path).getvalue().decode()
        assert LOCAL_PART not in text, path
        assert SECRET_PATH not in text, path
        assert PHONE not in text, path
    said = " ".join(record.getMessage() for record in caplog.records)
    assert not any(secret in said for secret in (LOCAL_PART, SECRET_PATH, PHONE))
    assert SECRET_PATH not in client.get(modify(contact)).content.decode()


def test_the_addresses_are_encrypted_in_the_database() -> None:
    sent(signed_in(), CREATE, typed(email=f"{LOCAL_PART}@example.com", webhook=HOOK), expect=302)
    raw = Address.objects.annotate(raw=Concat("value", Value(""), output_field=TextField()))
    stored = " ".join(raw.values_list("raw", flat=True))
    assert len(stored) > 100
    assert LOCAL_PART not in stored
    assert SECRET_PATH not in stored


@pytest.mark.parametrize("name", ["contacts", "contact_groups"])
def test_a_list_takes_the_same_queries_for_one_row_and_for_fifty(
    name: str, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in()
    group = a_contact_group(a_contact())
    client.get(reverse(f"cloudmonitor:{name}"))
    with django_assert_max_num_queries(14) as one:
        client.get(reverse(f"cloudmonitor:{name}"))
    for _each in range(50):
        contact = a_contact()
        group.contacts.add(contact)
        a_contact_group(contact)
    with django_assert_num_queries(len(one)):
        client.get(reverse(f"cloudmonitor:{name}"))


def test_groups_are_listed_with_their_contacts_and_rules() -> None:
    a_rule(name="rotation_failed", group=a_contact_group(a_contact("Li.Na"), name="Night shift"))
    client = signed_in()
    words = words_of(client.get(reverse("cloudmonitor:contact_groups")))
    assert "Night shift Li.Na rotation_failed" in words
    exported = client.get(reverse("cloudmonitor:contact_groups"), {"format": "json"}).json()
    assert exported["contact_groups"][0]["Rules"] == ["rotation_failed"]
    assert ContactGroup.objects.count() == 1
