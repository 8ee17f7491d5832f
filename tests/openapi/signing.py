"""A program that signs its calls by itself, by header or by parameter, so that it can also sign them wrongly."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

from alerts.accounts.access_keys import create_access_key
from alerts.accounts.models import AccessKey, CloudAccount, Role
from alerts.openapi.signatures import acs3, v1
from alerts.openapi.signatures.encoding import digest
from tests.builders import NOW, an_account

CMS, KMS = "2019-01-01", "2016-01-20"
HOST = "127.0.0.1"


def an_access_key(
    *, role: str = Role.ADMINISTRATOR, account: CloudAccount | None = None, **fields: Any
) -> tuple[AccessKey, str]:
    """Return a new access key and its secret."""
    return create_access_key(account or an_account(), role=role, now=NOW, **fields)


def moment(at: datetime | None = None) -> str:
    """Return a time as calls say it."""
    return (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Program:
    """Signs with one access key."""

    key_id: str
    secret: str
    version: str = CMS
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, action: str, **parameters: object) -> Any:
        """Call by header signature; `a_b` in a name stands for `a.b`. Returns Django's response."""
        return self.by_header(action, {name.replace("_", "."): str(value) for name, value in parameters.items()})

    def fine(self, action: str, **parameters: object) -> dict[str, Any]:
        """Call, and return the body of an answer that must be good."""
        answer = self.call(action, **parameters)
        assert answer.status_code == 200, answer.content.decode()
        body: dict[str, Any] = answer.json()
        return body

    def refused(self, action: str, **parameters: object) -> tuple[int, str]:
        """Call, and return status and code of an answer that must be a refusal."""
        answer = self.call(action, **parameters)
        body = answer.json()
        assert set(body) >= {"Code", "Message", "RequestId", "HostId"}, body
        return answer.status_code, body["Code"]

    def by_header(
        self, action: str, parameters: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None,
        *, method: str = "POST", at: datetime | None = None, nonce: str = "", changes: Mapping[str, str] | None = None,
    ) -> Any:  # fmt: skip
        """Sign as the new SDKs do; `changes` replace headers after signing."""
        query, body = dict(parameters or {}), urlencode(form or {}).encode()
        headers = {
            "host": HOST, "x-acs-action": action, "x-acs-version": self.version, "x-acs-date": moment(at),
            "x-acs-signature-nonce": nonce or uuid.uuid4().hex, "x-acs-content-sha256": digest(body), **self.headers,
        }  # fmt: skip
        if form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        claim = acs3.Claim(self.key_id, tuple(sorted(headers)), "")
        text = acs3.string_to_sign(method, "/", query=query.items(), headers=headers, claim=claim, body=digest(body))
        signed = ";".join(claim.signed)
        headers["authorization"] = (
            f"{acs3.ALGORITHM} Credential={self.key_id},SignedHeaders={signed},Signature={acs3.sign(self.secret, text)}"
        )
        headers |= changes or {}
        return send(method, urlencode(query), body, headers)

    def by_parameters(
        self,
        action: str,
        parameters: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        changes: Mapping[str, str] | None = None,
    ) -> Any:
        """Sign as the old SDKs do; `changes` replace parameters after signing."""
        pairs = {
            "Action": action, "Version": self.version, "Format": "JSON", "AccessKeyId": self.key_id,
            "SignatureMethod": "HMAC-SHA1", "SignatureType": "", "SignatureVersion": "1.0", "Timestamp": moment(),
            "SignatureNonce": uuid.uuid4().hex, "RegionId": "cn-hangzhou", **(parameters or {}),
        }  # fmt: skip
        pairs["Signature"] = v1.sign(self.secret, v1.string_to_sign(method, pairs.items()))
        pairs |= changes or {}
        return send(method, urlencode(pairs, quote_via=quote), b"", {"host": HOST})


@cache
def client() -> Client:
    """Return the one that sends: each new one would set up every middleware anew."""
    return Client(raise_request_exception=False)


def send(method: str, query: str, body: bytes, headers: Mapping[str, str]) -> Any:
    """Send a call."""
    plain = {name: value for name, value in headers.items() if name not in {"content-type", "host"}}
    host = headers.get("host", HOST)
    kind = headers.get("content-type", "")
    return client().generic(method, "/", body, content_type=kind, headers=plain, QUERY_STRING=query, HTTP_HOST=host)


def a_program(*, version: str = CMS, **fields: Any) -> Program:
    """Return a program with a new access key, of an administrator unless told."""
    key, secret = an_access_key(**fields)
    return Program(key.key_id, secret, version)
