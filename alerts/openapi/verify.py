"""Verify: who made a call. Signature, time and nonce, in this order; there is no way around any of them.

Codes and texts are those of the real gateway. Where a signature does not match, the old SDK reads our string to sign
after the colon of the message and tells its user that the secret is wrong. What a call says of passwords and of the
values of secrets is left out of that text: clients write such messages into their logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.openapi import keys_at_hand, nonces
from alerts.openapi.errors import Fault, missing
from alerts.openapi.registry import changes
from alerts.openapi.signatures import acs3, v1
from alerts.openapi.signatures.encoding import same

if TYPE_CHECKING:
    from alerts.accounts.models import AccessKey
    from alerts.openapi.received import Received

WINDOW = timedelta(minutes=15)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
LONGEST_NONCE = 256
SECRET = frozenset({"SecretData", "Password", "Plaintext", "CiphertextBlob"})
"""Parameters whose values no answer repeats."""

STANDARDS = "The request signature does not conform to Aliyun standards. "


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature claims: whose key, when, which nonce, over what; and how the true one is made."""

    key_id: str
    moment: str
    nonce: str
    text: str
    signature: str
    headers: bool
    shown: str = ""


def verify(received: Received, *, now: datetime) -> AccessKey:
    """Return the access key that signed the call. Raises Fault."""
    signed = _by_header(received) if "authorization" in received.headers else _by_parameters(received)
    key = keys_at_hand.find(signed.key_id)
    if key is None:
        raise Fault(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    true = acs3.sign(key.secret, signed.text) if signed.headers else v1.sign(key.secret, signed.text)
    if not same(true, signed.signature):
        message = "Specified signature is not matched with our calculation. server string to sign is:"
        raise Fault(400, "SignatureDoesNotMatch", message + (signed.shown or signed.text))
    signed_at = _check_time(signed.moment, now=now)
    _check_nonce(signed, now=now, until=signed_at + WINDOW, lasting=changes(received))
    return key


def _by_header(received: Received) -> Signed:
    headers = received.headers
    claim = acs3.read(headers["authorization"])
    if claim is None:
        wanted = f"{acs3.ALGORITHM} Credential=…,SignedHeaders=…,Signature=…"
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}The header Authorization must read: {wanted}")
    if left_out := acs3.unsigned(claim, headers):
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}These headers must be there and signed: {left_out}.")
    if headers.get("x-acs-content-sha256", received.body).lower() != received.body:
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}x-acs-content-sha256 is not that of the body.")
    if headers.get("x-acs-accesskey-id", claim.key_id) != claim.key_id:
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}x-acs-accesskey-id and Credential name two keys.")
    text = acs3.string_to_sign(
        received.method, "/", query=received.query, headers=headers, claim=claim, body=received.body
    )
    moment, nonce = headers["x-acs-date"], headers["x-acs-signature-nonce"]
    return Signed(claim.key_id, moment, nonce, text, claim.signature, headers=True)


def _by_parameters(received: Received) -> Signed:
    given = received.parameters
    if not given.get(v1.SIGNATURE):
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}The call is not signed.")
    for name in ("AccessKeyId", "Timestamp", "SignatureNonce"):
        if not given.get(name):
            raise missing(name)
    if (given.get("SignatureMethod"), given.get("SignatureVersion")) != (v1.METHOD, v1.VERSION):
        wanted = f"SignatureMethod must be {v1.METHOD} and SignatureVersion {v1.VERSION}."
        raise Fault(400, "IncompleteSignature", STANDARDS + wanted)
    pairs = (*received.query, *received.form)
    text = v1.string_to_sign(received.method, pairs)
    shown = ""
    if not SECRET.isdisjoint(given):
        shown = v1.string_to_sign(received.method, [(name, "" if name in SECRET else told) for name, told in pairs])
    nonce, signature = given["SignatureNonce"], given[v1.SIGNATURE]
    return Signed(given["AccessKeyId"], given["Timestamp"], nonce, text, signature, headers=False, shown=shown)


def _check_time(moment: str, *, now: datetime) -> datetime:
    try:
        signed_at = datetime.strptime(moment, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        wanted = f"{now.astimezone(UTC):{MOMENT}}"
        message = f"The time of the call is not well formatted: it must be in UTC, such as {wanted}."
        raise Fault(400, "IllegalTimestamp", message) from None
    if abs(now - signed_at) > WINDOW:
        message = f"Specified time stamp or date value is expired. The time of this server is {now:{MOMENT}}."
        raise Fault(400, "InvalidTimeStamp.Expired", message)
    return signed_at


def _check_nonce(signed: Signed, *, now: datetime, until: datetime, lasting: bool) -> None:
    if not 1 <= len(signed.nonce) <= LONGEST_NONCE:
        raise Fault(400, "IncompleteSignature", f"{STANDARDS}A nonce has 1 to {LONGEST_NONCE} characters.")
    if not nonces.take(signed.key_id, signed.nonce, now=now, until=until, lasting=lasting):
        raise Fault(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
