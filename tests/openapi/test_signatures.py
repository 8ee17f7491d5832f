"""Both signatures, against what was captured from the official SDKs, and against any order and encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.openapi.signatures import acs3, v1
from alerts.openapi.signatures.encoding import digest, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

SECRET = "secretTEST"
HEADERS = {
    "accept": "application/json",
    "host": "127.0.0.1:18765",
    "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
    "x-acs-action": "DescribeSystemEventMetaList",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-credentials-provider": "static_ak",
    "x-acs-date": "2026-11-22T06:19:22Z",
    "x-acs-signature-nonce": "6c63c0f7bd05dad4003be0752cfb6da5",
    "x-acs-version": "2019-01-01",
}
CAPTURED = "a8dd8e994fc618110ab6c365e8e157361de0af8ee330771afa4123658aba0d31"
V1_CAPTURED = (
    "Action=PutEventRule&Format=json&Version=2019-01-01&Timestamp=2026-11-22T06%3A22%3A43Z"
    "&SignatureNonce=33219e7240d37011a75317c8a5a55ddd&EventPattern.1.LevelList.1=%2A&EventPattern.1.Product=KMS"
    "&RuleName=a+b~%2A&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=LTAItest"
    "&Signature=uPhvvYNrdwz0rJBANIN8CLLmRDg%3D"
)
PAIRS = st.lists(st.tuples(st.from_regex(r"[A-Za-z]\w{0,8}(\.[1-9])?", fullmatch=True).filter(str.isascii),
                           st.text(st.characters(codec="utf-8"), max_size=20)),
                 max_size=8, unique_by=lambda pair: pair[0])  # fmt: skip


def authorization(signature: str, names: Sequence[str] = tuple(HEADERS)) -> str:
    """Return the header as the SDKs write it."""
    return f"ACS3-HMAC-SHA256 Credential=LTAItest,SignedHeaders={';'.join(names)},Signature={signature}"


def test_the_captured_header_signature_is_reproduced() -> None:
    claim = acs3.read(authorization(CAPTURED))
    assert claim
    text = acs3.string_to_sign("POST", "/", query=(), headers=HEADERS, claim=claim, body=digest(b""))
    assert acs3.sign(SECRET, text) == CAPTURED == claim.signature
    assert acs3.sign("another", text) != CAPTURED


def test_the_captured_parameter_signature_is_reproduced() -> None:
    pairs = parse_qsl(V1_CAPTURED)
    assert v1.sign(SECRET, v1.string_to_sign("POST", pairs)) == dict(pairs)["Signature"]
    assert v1.sign(SECRET, v1.string_to_sign("GET", pairs)) != dict(pairs)["Signature"]


def test_encoding_keeps_what_rfc_3986_leaves_unreserved() -> None:
    assert encode("aZ0-_.~ */+规") == "aZ0-_.~%20%2A%2F%2B%E8%A7%84"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer abc",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=" + "0" * 64,
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=zz",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=" + "0" * 64,
        "ACS3-HMAC-SHA256 SignedHeaders=host,Credential=a",
    ],
)
def test_a_malformed_header_claims_nothing(header: str) -> None:
    assert acs3.read(header) is None


@pytest.mark.parametrize("left_out", ["host", "x-acs-date", "x-acs-signature-nonce", "x-acs-action", "x-acs-version"])
def test_what_decides_over_a_call_must_be_signed(left_out: str) -> None:
    claim = acs3.read(authorization(CAPTURED, [name for name in HEADERS if name != left_out]))
    assert claim
    assert acs3.unsigned(claim, HEADERS) == [left_out]


def test_a_signed_header_must_be_there() -> None:
    claim = acs3.read(authorization(CAPTURED, [*HEADERS, "x-acs-more"]))
    assert claim
    assert acs3.unsigned(claim, HEADERS) == ["x-acs-more"]


@given(PAIRS, st.randoms(use_true_random=False), st.sampled_from([quote_plus, quote]))
def test_order_and_encoding_on_the_wire_change_no_signature(
    pairs: list[tuple[str, str]], random: Random, write: Callable[..., str]
) -> None:
    wire = list(pairs)
    random.shuffle(wire)
    sent = "&".join(f"{name}={write(value, safe='~')}" for name, value in wire)
    arrived = parse_qsl(sent, keep_blank_values=True)
    assert v1.string_to_sign("POST", arrived) == v1.string_to_sign("POST", pairs)
    claim = acs3.read(authorization(CAPTURED))
    assert claim
    made, true = (
        acs3.string_to_sign("POST", "/", query=each, headers=HEADERS, claim=claim, body=digest(b""))
        for each in (arrived, pairs)
    )
    assert made == true


@given(PAIRS.filter(bool), st.text(min_size=1, max_size=5))
def test_a_changed_value_changes_the_signature(pairs: list[tuple[str, str]], more: str) -> None:
    name, value = pairs[0]
    changed = [(name, value + more.encode("utf-8", "replace").decode()), *pairs[1:]]
    assert v1.string_to_sign("POST", changed) != v1.string_to_sign("POST", pairs)
