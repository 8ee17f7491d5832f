"""The page of a contact and the page behind the link in a mail: asking, confirming, testing, and how it went."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.accounts.models import AuditEntry, Role
from alerts.contacts.models import Address, Contact
from alerts.notifications.addresses import recipients_at
from alerts.notifications.deliver import deliver_one
from alerts.notifications.direct import letter_of
from alerts.notifications.models import Destination, Notification
from tests.builders import NOW, a_contact, a_contact_group, a_rule
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of
from tests.receivers.http import HttpReceiver, Reply

pytestmark = pytest.mark.django_db

CREATE = reverse("cloudmonitor:contact_create")
TYPED = {"name": "Li.Na", "email": "li.na@example.com", "language": "auto", "time_zone": "UTC"}
HOOK = {"url": "https://hooks.example.com/secret-path"}


def page(contact: Contact) -> str:
    """Return the address of the page of a contact."""
    return reverse("cloudmonitor:contact", args=[contact.pk])


def action(name: str, address: Address) -> str:
    """Return the address of a button."""
    return reverse(f"cloudmonitor:address_{name}", args=[address.pk])


def the_link() -> str:
    """Return where the newest question leads to."""
    newest = Notification.objects.filter(purpose="CONFIRMATION").latest("pk")
    found = re.search(r"/confirm/[\w-]+/", letter_of(newest).text)
    assert found is not None
    return found[0]


def deliver_all() -> None:
    """Send what is due."""
    while deliver_one(now=timezone.now()):
        pass


def test_storing_an_email_address_asks_and_only_pressing_the_button_confirms() -> None:
    client, reader = signed_in(), Client()
    answer = sent(client, CREATE, TYPED, expect=302)
    contact = Contact.objects.get()
    assert answer.headers["Location"] == page(contact)
    words = words_of(client.get(page(contact)))
    assert "Pending Activation" in words
    assert "No confirmed address" in words
    link = the_link()
    for _ in range(3):
        assert "Confirm this address" in words_of(reader.get(link))
    assert not contact.addresses.get().usable
    assert "The address is confirmed" in words_of(sent(reader, link, {}, expect=200))
    assert contact.addresses.get().usable
    assert "Pending Activation" not in words_of(client.get(page(contact)))
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "contact.create", "contact.confirm",
    ]  # fmt: skip


def test_links_that_are_used_replaced_too_old_or_made_up_get_the_same_page() -> None:
    client, reader = signed_in(), Client()
    sent(client, CREATE, TYPED, expect=302)
    used = the_link()
    sent(reader, used, {}, expect=200)
    old = ask_of(a_contact("Wu.Di", confirmed=False), client)
    Address.objects.filter(contact__name="Wu.Di").update(asked_at=timezone.now() - timedelta(hours=24, seconds=1))
    made_up = reverse("confirm", args=["no-such-code"])
    for link in (used, old, made_up):
        pages = {main_of(answer) for answer in (reader.get(link), reader.post(link), reader.get(made_up))}
        assert len(pages) == 1, link
        assert reader.get(link).status_code == reader.post(link).status_code == 404
    assert not Address.objects.get(contact__name="Wu.Di").usable


def ask_of(contact: Contact, client: Client) -> str:
    """Press Send again, and return the link that was sent."""
    sent(client, action("ask", contact.addresses.get(kind="email")), {}, expect=302)
    return the_link()


def main_of(answer: Any) -> str:
    """Return what a page shows."""
    return str(BeautifulSoup(answer.content, "html.parser").find("main"))


def test_the_page_behind_the_link_shows_no_address_and_is_not_kept() -> None:
    ask_of(a_contact("Li.Na", email="canary.local@example.com", confirmed=False), signed_in())
    answer = Client().get(the_link())
    assert "canary.local" not in answer.content.decode()
    assert "c•••@example.com" in words_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_question_is_sent_again_after_a_minute_and_says_when_it_is_too_early() -> None:
    contact, client = a_contact("Li.Na", confirmed=False), signed_in()
    first = ask_of(contact, client)
    assert "Pending Activation" in words_of(client.get(page(contact)))
    sent(client, action("ask", contact.addresses.get()), {}, expect=302)
    assert "less than a minute ago" in words_of(client.get(page(contact)))
    assert the_link() == first
    Address.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    words = words_of(client.get(page(contact)))
    assert "Not confirmed" in words
    assert "Nobody pressed the button within 24 hours." in words
    assert ask_of(contact, client) != first


def test_without_a_mail_server_the_link_is_opened_from_the_outbox_by_who_may_change_something(settings: Any) -> None:
    settings.SMTP_URL = ""
    contact, client = a_contact("Li.Na", confirmed=False), signed_in()
    link = ask_of(contact, client)
    deliver_all()
    assert "it stands in the outbox" in words_of(client.get(page(contact)))
    message = reverse("cloudmonitor:outbox_message", args=[Notification.objects.get().pk])
    assert page_of(client, message).find("a", href=link)
    assert link in client.get(message).content.decode()
    history = reverse("cloudmonitor:notification", args=[Notification.objects.get().pk])
    viewer = signed_in(Role.VIEWER)
    for looked in (viewer.get(message), viewer.get(history), client.get(history)):
        assert looked.status_code == 200
        assert link not in looked.content.decode()


def test_a_test_goes_the_real_way_and_the_page_shows_the_answer(settings: Any) -> None:
    settings.SMTP_URL = ""
    contact, client = a_contact("Li.Na"), signed_in()
    answer = sent(client, action("test", contact.addresses.get()), {}, expect=302)
    waiting = page_of(client, answer.headers["Location"])
    fragment = waiting.select_one("[data-progress]")
    assert fragment is not None
    path = str(fragment["hx-get"])
    assert client.get(path).status_code == 302
    assert 'hx-trigger="load delay:1s"' in client.get(path, headers={"HX-Request": "true"}).content.decode()
    deliver_all()
    done = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Kept in the outbox" in done
    assert "hx-get" not in done
    words = words_of(client.get(answer.headers["Location"]))
    assert "Test Kept in the outbox" in words
    told = Notification.objects.get()
    assert (told.purpose, told.subject) == ("TEST", "[Test] KMS Console can reach you here")
    assert "Kept in the outbox" in words_of(client.get(page(contact)))


def test_a_test_that_fails_for_now_says_why_and_when_it_is_tried_again(
    settings: Any, http_receiver: HttpReceiver
) -> None:
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    http_receiver.answer_with(Reply(status=503))
    contact, client = a_contact("Li.Na", email="", webhook=f"{http_receiver.url}/secret-path"), signed_in()
    answer = sent(client, action("test", contact.addresses.get()), {}, expect=302)
    deliver_all()
    looked = client.get(answer.headers["Location"])
    words = words_of(looked)
    assert "Will be tried again" in words
    assert "503" in words
    assert "Next attempt:" in words
    assert "load delay:10s" in looked.content.decode()
    assert "secret-path" not in looked.content.decode()


def test_the_eleventh_test_of_a_minute_is_refused_with_a_sentence() -> None:
    contact, client = a_contact("Li.Na", slack=HOOK), signed_in()
    for _ in range(11):
        sent(client, action("test", contact.addresses.get(kind="slack")), {}, expect=302)
    assert Notification.objects.filter(purpose="TEST").count() == 10
    assert "Ten tests were sent within the last minute." in words_of(client.get(page(contact)))


def test_a_paused_address_is_said_to_be_paused_and_resumed_by_a_button() -> None:
    contact, client = a_contact("Li.Na", slack=HOOK), signed_in()
    slack = contact.addresses.select_related("contact__account").get(kind="slack")
    (recipient,) = recipients_at(slack)
    paused = Destination.objects.create(
        account=contact.account, destination=recipient.destination, channel="slack", failures=7, paused_at=NOW
    )
    assert "Paused" in words_of(client.get(page(contact)))
    assert "Paused" in words_of(client.get(reverse("cloudmonitor:contacts")))
    tested = sent(client, action("test", slack), {"channel": "slack"}, expect=302).headers["Location"]
    assert "the test goes out once it is resumed" in words_of(client.get(tested))
    assert page_of(client, page(contact)).select(f'button[formaction="{action("resume", slack)}"]')
    sent(client, action("resume", slack), {"channel": "slack"}, expect=302)
    assert "What waited for this address goes out now." in words_of(client.get(page(contact)))
    paused.refresh_from_db()
    assert paused.paused_at is None
    sent(client, action("resume", slack), {"channel": "slack"}, expect=302)
    assert "This address is not paused." in words_of(client.get(page(contact)))


def test_the_page_names_groups_and_rules_and_a_viewer_has_no_buttons() -> None:
    contact = a_contact("Li.Na", slack=HOOK, phone={"phone": "+8613800001234"})
    a_rule(name="rotation_failed", group=a_contact_group(contact, name="Night shift"))
    words = words_of(signed_in().get(page(contact)))
    for said in ("Night shift", "rotation_failed", "l•••@example.com".replace("l", "a", 1), "https://hooks.example.com/…",
                 "+86•••••1234", "Confirmed", "In use", "nothing sent yet"):  # fmt: skip
        assert said in words, said
    viewed = page_of(signed_in(Role.VIEWER), page(contact))
    assert not viewed.select("main form")


def test_the_page_says_why_a_contact_is_told_of_nothing() -> None:
    contact, client = a_contact("Li.Na", email="", phone={"phone": "+8613800001234"}), signed_in()
    assert "In no contact group" in words_of(client.get(page(contact)))
    group = a_contact_group(contact)
    assert "No alert rule tells a contact group of this contact" in words_of(client.get(page(contact)))
    rule = a_rule(group=group)
    rule.targets.update(method="INFO")
    assert "use none of its addresses" in words_of(client.get(page(contact)))
    rule.targets.update(method="WARN")
    assert "told of nothing" not in words_of(client.get(page(contact)))
    assert "use none of its addresses" not in words_of(client.get(page(contact)))


@pytest.mark.parametrize("asked", ["", "0", "x", "²", "99999999999999999999"])
def test_the_page_of_a_contact_takes_no_test_that_is_not_its_own(asked: str) -> None:
    contact = a_contact("Li.Na")
    assert not page_of(signed_in(), page(contact), test=asked).select("[data-progress]")
