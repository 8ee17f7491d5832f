"""Confirmation: an e-mail address counts once somebody who reads it has said that it may.

A message carries a random code, of which only the digest is stored. A code is good once, for 24 hours ("Create an alert
contact"), and for the address that it was sent to: whoever changes the address makes the code worthless.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from django.db import transaction

from alerts.accounts.tokens import digest_of
from alerts.contacts.models import Address

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

VALID_FOR = timedelta(hours=24)
AGAIN_AFTER = timedelta(minutes=1)
"""How long somebody waits before the question may be sent again."""

Standing = Literal["usable", "unasked", "pending", "expired"]


def standing(address: Address, *, now: datetime) -> Standing:
    """Return whether an address counts, and if not, what it waits for."""
    if address.usable:
        return "usable"
    if address.asked_at is None:
        return "unasked"
    return "pending" if now < address.asked_at + VALID_FOR else "expired"


def issue_code(address: Address, *, now: datetime) -> str:
    """Return a new code for an address, and forget the one before."""
    code = secrets.token_urlsafe(32)
    address.asked_at, address.code_digest = now, digest_of(code)
    address.save(update_fields=["asked_at", "code_digest"])
    return code


def find_asked(code: str, *, now: datetime) -> Address | None:
    """Return the address that a code would confirm; None for a code that is unknown, used or too old."""
    return _asked(code, now=now).first()


@transaction.atomic
def confirm(code: str, *, now: datetime) -> Address | None:
    """Confirm the address that a code was sent to and return it; None for a code that is good for nothing."""
    address = _asked(code, now=now).select_for_update(of=("self",)).first()
    if address:
        address.confirmed_at, address.code_digest = now, ""
        address.save(update_fields=["confirmed_at", "code_digest"])
    return address


def _asked(code: str, *, now: datetime) -> QuerySet[Address]:
    asked = Address.objects.filter(code_digest=digest_of(code), confirmed_at=None, asked_at__gt=now - VALID_FOR)
    return asked.select_related("contact__account")
