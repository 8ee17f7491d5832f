"""Two people at one contact, and addresses that are typed as they are shown."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from alerts.contacts.models import Contact
from tests.builders import a_contact
from tests.cloudmonitor.people import page_of, sent, signed_in
from tests.cloudmonitor.test_contacts import CREATE, addresses, modify, typed

pytestmark = pytest.mark.django_db


def opened(page: BeautifulSoup) -> str:
    """Return by what a page knows which contact it showed."""
    field = page.select_one('input[name="opened"]')
    assert field is not None
    return str(field["value"])


def test_a_page_that_is_behind_does_not_put_the_old_address_back() -> None:
    client, contact = signed_in(), a_contact("Li.Na", email="old@example.com")
    seen = opened(page_of(client, modify(contact)))
    sent(client, modify(contact), typed(email="new@example.com", opened=seen), expect=302)
    mine = typed(email="old@example.com", description="mine", opened=seen)
    refused = BeautifulSoup(sent(client, modify(contact), mine, expect=422).content, "html.parser")
    assert "Somebody changed this contact since you opened it" in refused.get_text()
    field = refused.select_one('input[name="description"]')
    assert field is not None
    assert field["value"] == "mine"
    assert addresses(contact)[0] == "new@example.com"
    sent(client, modify(contact), mine | {"opened": opened(refused)}, expect=302)
    assert addresses(Contact.objects.get()) == ("old@example.com", "")


def test_what_was_opened_and_not_changed_is_saved() -> None:
    client, contact = signed_in(), a_contact("Li.Na", webhook="https://hooks.example.com/x")
    seen = opened(page_of(client, modify(contact)))
    sent(client, modify(contact), typed(opened=seen), expect=302)
    assert addresses(contact)[1] == "https://hooks.example.com/x"
    assert not page_of(client, CREATE).select('input[name="opened"][value]')


def test_a_masked_address_is_not_taken_for_an_address() -> None:
    client, contact = signed_in(), a_contact("Li.Na", webhook="https://hooks.example.com/x")
    answer = sent(client, modify(contact), typed(webhook="https://hooks.example.com/•••"), expect=422)
    assert "The URL is shown masked here: write the whole of it." in answer.content.decode()
    assert addresses(contact)[1] == "https://hooks.example.com/x"
