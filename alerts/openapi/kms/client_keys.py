"""Actions about client keys: ids and validity.

This product makes no key pairs, so CreateClientKey answers with an empty `PrivateKeyData`, and `PublicKeyData` is empty
wherever the service has one: a made-up key would look usable and open nothing. The password that would protect the
private key is checked by the service's rule, so that a program's mistakes show here too, and goes no further.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from alerts.estate import client_keys as verbs
from alerts.estate.models import ClientKey
from alerts.openapi.errors import missing
from alerts.openapi.kms.found import the_client_key, the_point
from alerts.openapi.kms.lists import living
from alerts.openapi.kms.refusals import refusals
from alerts.openapi.kms.written import read_moment, written

if TYPE_CHECKING:
    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

ALGORITHM = "RSA_2048"
MADE_BY = "KMS_PROVIDED"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 64
KINDS = (string.digits, string.ascii_letters, "~!@#$%^&*?_-")
"""What a password is made of, at least two of them. Source: CreateClientKey."""


def create_client_key(call: Call) -> dict[str, object]:
    """Create a client key's metadata, valid for five years unless both ends are given."""
    told = call.parameters
    told.required("AapName")
    _check_password(told)
    start, end = read_moment(told, "NotBefore"), read_moment(told, "NotAfter")
    for name, given, other in (("NotBefore", start, end), ("NotAfter", end, start)):
        if other and not given:
            raise missing(name)
    with refusals(not_after="NotAfter"):
        key = verbs.create_client_key(
            the_point(call), not_before=start, not_after=end or call.now + verbs.USUAL_VALIDITY, now=call.now
        )
    return {
        "ClientKeyId": key.client_key_id, "KeyAlgorithm": ALGORITHM, "PrivateKeyData": "",
        "NotBefore": written(key.not_before), "NotAfter": written(key.not_after),
    }  # fmt: skip


def _check_password(told: Parameters) -> None:
    password = told.flat.get("Password", "")
    if not password:
        raise missing("Password")
    fits = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and set(password) <= set("".join(KINDS))
    if not fits or sum(not set(password).isdisjoint(kind) for kind in KINDS) < len(KINDS) - 1:
        raise told.invalid(
            "Password",
            "It has 8 to 64 characters, of at least two kinds: digits, letters and ~ ! @ # $ % ^ & * ? _ -",
        )


def told_of(key: ClientKey) -> dict[str, object]:
    """Return what the service tells of a client key."""
    return {
        "ClientKeyId": key.client_key_id, "AapName": key.access_point.name if key.access_point else "",
        "KeyAlgorithm": ALGORITHM, "KeyOrigin": MADE_BY, "PublicKeyData": "", "CreateTime": written(key.created_at),
        "NotBefore": written(key.not_before), "NotAfter": written(key.not_after),
    }  # fmt: skip


def list_client_keys(call: Call) -> dict[str, object]:
    """List all client keys, or those of one access point; there are no pages."""
    rows: QuerySet[ClientKey] = living(call, ClientKey.objects.select_related("access_point"))
    if call.parameters.text("AapName"):
        rows = rows.filter(access_point=the_point(call))
    return {"ClientKeys": [told_of(key) for key in rows.order_by("pk")]}


def get_client_key(call: Call) -> dict[str, object]:
    """Describe a client key."""
    return told_of(the_client_key(call))


def delete_client_key(call: Call) -> dict[str, object]:
    """Delete a client key."""
    with refusals():
        verbs.delete_client_key(the_client_key(call), now=call.now)
    return {}
