"""Secrets at rest: unreadable in the database, bound to their column, and openable while a key is replaced."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from alerts.accounts.encryption import decrypt, encrypt, fingerprint
from alerts.contacts.models import Address
from tests.builders import a_contact, a_rule


def a_key(byte: int) -> str:
    return base64.urlsafe_b64encode(bytes([byte]) * 32).decode()


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(max_size=20))
def test_what_was_closed_opens_again_and_never_looks_the_same(text: str, column: str) -> None:
    one, other = encrypt(text, column=column), encrypt(text, column=column)
    assert decrypt(one, column=column) == decrypt(other, column=column) == text
    assert one != other


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(InvalidTag):
        decrypt(encrypt("text", column="a.b"), column="a.c")


def test_a_changed_value_does_not_open() -> None:
    key_id, _, sealed = encrypt("text", column="a.b").partition("$")
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        decrypt(f"{key_id}${base64.b64encode(raw).decode()}", column="a.b")


def test_while_a_key_is_replaced_the_old_one_still_opens_and_the_new_one_closes(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [a_key(1)]
    old = encrypt("text", column="c")
    settings.ENCRYPTION_KEYS = [a_key(2), a_key(1)]
    new = encrypt("text", column="c")
    assert decrypt(old, column="c") == decrypt(new, column="c") == "text"
    settings.ENCRYPTION_KEYS = [a_key(2)]
    assert decrypt(new, column="c") == "text"
    with pytest.raises(KeyError):
        decrypt(old, column="c")


def test_a_fingerprint_tells_equal_from_different_and_depends_on_the_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [a_key(1)]
    first = fingerprint("ann@example.com")
    assert first == fingerprint("ann@example.com") != fingerprint("bob@example.com")
    assert len(first) == 64
    settings.ENCRYPTION_KEYS = [a_key(2)]
    assert fingerprint("ann@example.com") != first


@pytest.mark.django_db
def test_a_field_is_plain_in_python_and_unreadable_in_the_database() -> None:
    address = a_contact(email="ann@example.com").addresses.get()
    assert address.value == '{"email": "ann@example.com"}'
    Address.objects.bulk_update([address], ["value"])
    assert Address.objects.get().value == address.value
    Address.objects.filter(pk=address.pk).update(value='{"email": "bob@example.com"}')
    address.refresh_from_db()
    assert address.fields == {"email": "bob@example.com"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM contacts_address")
        (row,) = cursor.fetchall()
    assert "example" not in " ".join(row)


@pytest.mark.django_db
def test_nothing_stays_nothing() -> None:
    target = a_rule().targets.get()
    assert target.address == ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM rules_ruletarget")
        assert cursor.fetchall() == [("",)]
