"""STS before the product, on one port: AssumeRole in the wire format of the service, all else goes to the product.

The shape of request and answer is that of https://api.aliyun.com/document/Sts/2015-04-01/AssumeRole. Calls are signed
as those of the other services are, and the signature is checked by the product's own verifier of V3 signatures. What is
given out is an access key of the product with a security token that every later call must bring along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from django.core.handlers.wsgi import WSGIHandler

from alerts.openapi.signatures import acs3

ROLE = "acs:ram::1000000000000001:role/kms-console"


@dataclass
class Sts:
    """What STS knows: who may assume what, and what it gave out.

    `key` is the access key that may assume the role, as (AccessKeyId, AccessKeySecret). `given` are the
    credentials of a role's session likewise; `asked` are the parameters of
    each AssumeRole, `tokens` those that later calls came with, `spent` the tokens that are no longer taken.
    """

    key: tuple[str, str]
    given: tuple[str, str]
    external_id: str = ""
    lasts: timedelta = timedelta(hours=1)
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    spent: set[str] = field(default_factory=set)
    product: WSGIHandler = field(default_factory=WSGIHandler)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer AssumeRole; let everything else through whose token is good."""
        if environ.get("HTTP_X_ACS_ACTION") == "AssumeRole":
            status, body = self._assume(environ)
            return _answer(start, status, body)
        token = environ.get("HTTP_X_ACS_SECURITY_TOKEN", "")
        self.tokens.append(token)
        if token in self.spent or not token:
            code = "InvalidSecurityToken.Expired" if token else "MissingSecurityToken"
            return _answer(start, 403, _refusal(code, "Specified SecurityToken is expired."))
        return self.product(environ, start)

    def _assume(self, environ: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        told = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        self.asked.append({**told, "version": environ["HTTP_X_ACS_VERSION"], "method": environ["REQUEST_METHOD"]})
        if not self._is_signed(environ):
            return 400, _refusal("SignatureDoesNotMatch", f"Specified signature of {self.key[0]} is not matched.")
        if told["RoleArn"] != ROLE or told.get("ExternalId", "") != self.external_id:
            said = "You are not authorized to do this action. You should be authorized by RAM."
            return 403, _refusal("NoPermission", said)
        ends = datetime.now(UTC) + self.lasts
        session = f"acs:ram::1000000000000001:assumed-role/kms-console/{told['RoleSessionName']}"
        return 200, {
            "RequestId": "6894B13B-6D71-4EF5-88FA-F32781734A7F",
            "AssumedRoleUser": {"Arn": session, "AssumedRoleId": f"34458433936495****:{told['RoleSessionName']}"},
            "Credentials": {
                "AccessKeyId": self.given[0], "AccessKeySecret": self.given[1],
                "SecurityToken": f"CAIS-token-{len(self.asked)}", "Expiration": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
            },
        }  # fmt: skip

    def _is_signed(self, environ: dict[str, Any]) -> bool:
        headers = {
            name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name[:5] == "HTTP_"
        }
        headers |= {"content-type": environ.get("CONTENT_TYPE", "")} if environ.get("CONTENT_TYPE") else {}
        claim = acs3.read(headers["authorization"])
        if claim is None or claim.key_id != self.key[0] or acs3.unsigned(claim, headers):
            return False
        text = acs3.string_to_sign(
            environ["REQUEST_METHOD"], "/", query=parse_qsl(environ["QUERY_STRING"], keep_blank_values=True),
            headers=headers, claim=claim, body=headers["x-acs-content-sha256"],
        )  # fmt: skip
        return acs3.sign(self.key[1], text) == claim.signature


def _refusal(code: str, said: str) -> dict[str, Any]:
    return {"RequestId": "B1B4-1", "HostId": "sts.aliyuncs.com", "Code": code, "Message": said}


def _answer(start: Any, status: int, body: dict[str, Any]) -> Iterable[bytes]:
    start(f"{status} Answer", [("Content-Type", "application/json;charset=utf-8")])
    return [json.dumps(body).encode()]
