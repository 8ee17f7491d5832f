"""Confirmation: when an address counts, and what a code is good for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.contacts.confirmation import VALID_FOR, confirm, find_asked, issue_code, standing
from alerts.contacts.directory import keep_contact
from alerts.contacts.models import Address, Contact
from tests.builders import NOW, a_contact

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://hooks.example.com/x", "method": "POST"}
LATER = NOW + timedelta(hours=1)


def the_mail_of(contact: Contact) -> Address:
    """Return the e-mail address of a contact."""
    return contact.addresses.get(kind="email")


def kept(contact: Contact, email: str, **others: dict[str, str]) -> Address:
    """Store other addresses of a contact and return the e-mail one."""
    keep_contact(contact, addresses={"email": {"email": email}, **others}, now=LATER)
    return the_mail_of(contact)


def test_an_email_address_waits_for_its_confirmation_and_the_others_count_at_once() -> None:
    contact = a_contact(confirmed=False, phone={"phone": "+8613800001234"}, webhook="https://hooks.example.com/x")
    usable = {address.kind: address.usable for address in contact.addresses.all()}
    assert usable == {"email": False, "phone": True, "webhook": True}
    assert standing(the_mail_of(contact), now=NOW) == "unasked"


def test_a_code_confirms_once() -> None:
    address = the_mail_of(a_contact(confirmed=False))
    code = issue_code(address, now=NOW)
    assert code not in address.code_digest
    assert find_asked(code, now=LATER) == address
    assert standing(address, now=LATER) == "pending"
    assert confirm(code, now=LATER) == address
    address.refresh_from_db()
    assert (address.usable, address.confirmed_at) == (True, LATER)
    assert confirm(code, now=LATER) is None
    assert find_asked(code, now=LATER) is None


@pytest.mark.parametrize(
    ("after", "good"), [(VALID_FOR - timedelta(seconds=1), True), (VALID_FOR, False), (VALID_FOR * 2, False)]
)
def test_a_code_is_good_for_24_hours(after: timedelta, good: bool) -> None:  # noqa: FBT001
    address = the_mail_of(a_contact(confirmed=False))
    code = issue_code(address, now=NOW)
    assert (confirm(code, now=NOW + after) is not None) == good
    address.refresh_from_db()
    assert standing(address, now=NOW + after) == ("usable" if good else "expired")


@pytest.mark.parametrize("code", ["", "no-such-code", "0" * 64])
def test_a_made_up_code_confirms_nothing(code: str) -> None:
    address = the_mail_of(a_contact(confirmed=False))
    assert confirm(code, now=NOW) is None
    assert confirm(address.code_digest, now=NOW) is None
    assert not the_mail_of(address.contact).usable


def test_a_newer_code_makes_the_one_before_worthless() -> None:
    address = the_mail_of(a_contact(confirmed=False))
    first, second = issue_code(address, now=NOW), issue_code(address, now=LATER)
    assert confirm(first, now=LATER) is None
    assert confirm(second, now=LATER) == address


def test_a_code_for_the_address_before_does_not_confirm_the_new_one() -> None:
    contact = a_contact(confirmed=False)
    code = issue_code(the_mail_of(contact), now=NOW)
    assert standing(kept(contact, "another@example.com"), now=LATER) == "unasked"
    assert confirm(code, now=LATER) is None


def test_another_address_must_be_confirmed_anew_and_the_same_one_need_not() -> None:
    contact = a_contact(email="ann@example.com")
    assert kept(contact, "ann@example.com", webhook=HOOK).confirmed_at == NOW
    assert not kept(contact, "ann@example.org", webhook=HOOK).usable
