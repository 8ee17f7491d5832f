"""The directory: the verbs by which contacts and contact groups come about and change.

How they go is told by `alerts.rules.dependents`, for nobody may go whom an alert rule still counts on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.estate.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


def keep_contact(
    contact: Contact, *, addresses: Mapping[str, Mapping[str, str]], now: datetime, confirmed: bool = False
) -> Contact:
    """Store a new or changed contact with these addresses: fields by kind; a kind that is absent goes.

    An e-mail address that is new or another one waits until it is confirmed, unless it is known to be `confirmed`
    (in a demonstration); `alerts.notifications.addresses.ask_unasked` then asks for it. Other kinds count at once.

    Raises:
        Refused: another contact of the account has the name, or there is no address left.
    """
    if not addresses:
        raise Refused(_("A contact needs at least one address."), field="email")
    if not contact.pk:
        contact.created_at = now
    try:
        with transaction.atomic():
            contact.save()
            _keep_addresses(contact, addresses, confirmed=confirmed, now=now)
    except IntegrityError as error:
        raise Refused(_("There is a contact of this name already."), field="name") from error
    return contact


def _keep_addresses(
    contact: Contact, wanted: Mapping[str, Mapping[str, str]], *, confirmed: bool, now: datetime
) -> None:
    contact.addresses.exclude(kind__in=wanted).delete()
    stored = {address.kind: address for address in contact.addresses.select_for_update()}
    for kind, fields in wanted.items():
        kept = stored.get(kind)
        if kept is None or kept.fields != fields:
            counts = confirmed or kind not in Address.CONFIRMED_KINDS
            # A code that was sent to the address before must not confirm the one that took its place.
            told = {"value": json.dumps(dict(fields)), "confirmed_at": now if counts else None, "asked_at": None}
            Address.objects.update_or_create(contact=contact, kind=kind, defaults=told | {"code_digest": ""})


def keep_group(
    group: ContactGroup, contacts: Iterable[Contact], *, now: datetime, may_be_empty: bool = False
) -> ContactGroup:
    """Store a new or changed group with exactly these contacts of its account.

    Programs may make a group first and its contacts afterwards: for them it `may_be_empty`.

    Raises:
        Refused: another group of the account has the name, nobody is in it, or one of them was deleted just now.
    """
    members = [contact for contact in contacts if contact.account_id == group.account_id]
    if not (members or may_be_empty):
        raise Refused(_("Choose at least one contact."), field="contacts")
    if not group.pk:
        group.created_at = now
    try:
        with transaction.atomic():
            if len(_held(members)) < len(members):
                raise Refused(_("Somebody deleted a contact of this group just now: choose again."), field="contacts")
            group.save()
            group.contacts.set(members)
    except IntegrityError as error:
        raise Refused(_("There is a contact group of this name already."), field="name") from error
    return group


def add_to_group(group: ContactGroup, contacts: Iterable[Contact]) -> int:
    """Add contacts of the group's account to it; return how many were not in it before."""
    with transaction.atomic():
        members = _held(contact for contact in contacts if contact.account_id == group.account_id)
        before = group.contacts.count()
        group.contacts.add(*members)
        return group.contacts.count() - before


def _held(contacts: Iterable[Contact]) -> list[Contact]:
    """Return those of the contacts that are still there; until the transaction ends nobody deletes them."""
    wanted = {contact.pk for contact in contacts}
    return list(Contact.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
