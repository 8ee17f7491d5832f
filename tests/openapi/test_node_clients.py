"""CloudMonitor and KMS through Alibaba Cloud's clients for Node, unmodified, where Node and they are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.cases import CASES, Case
from tests.openapi.sdk import nested
from tests.openapi.served import served
from tests.openapi.signing import CMS, KMS, Program, a_program
from tests.openapi.test_every_call import MORE
from tests.openapi.wire import answer_of, mistakes, request_of

HERE = Path(__file__).parent / "node"
PLACE = Path(".cache") / "node"
NODE = shutil.which("node") or ""
ENVIRON = {
    **os.environ,
    "NODE_PATH": os.pathsep.join((str(PLACE.absolute() / "node_modules"), os.getenv("NODE_PATH", ""))),
}
PACKAGES = ("@alicloud/cms20190101", "@alicloud/kms20160120", "@alicloud/pop-core")
ODD = 'it\'s (a or b)! *~ +%/?&=# 规则 \U0001f600 "q" [x] {y} \\ | ^ ` < > , ; : @ $'
Call = tuple[str, dict[str, Any]]


def _absent() -> str:
    if not NODE:
        return "There is no Node.js here."
    tried = ";".join(f"require.resolve('{name}')" for name in PACKAGES)
    found = subprocess.run((NODE, "-e", tried), env=ENVIRON, capture_output=True, check=False)
    return f"Run `npm install --prefix {PLACE} {' '.join(PACKAGES)}` first." if found.returncode else ""


ABSENT = _absent()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.skipif(bool(ABSENT), reason=f"The clients for Node are not here. {ABSENT}"),
]


@pytest.fixture
def server(db: None) -> Iterator[str]:
    """The product behind a port."""
    with served() as address:
        yield address


def ends(
    server: str, by: Program, calls: Sequence[Call], *, client: str = "cms", **config: str
) -> list[dict[str, Any]]:
    """Make calls through a client, and return how each ended."""
    order = {"client": client, "key": by.key_id, "secret": by.secret, "endpoint": server, "config": config}
    done = subprocess.run(
        (NODE, str(HERE / "calls.js")), input=json.dumps({**order, "calls": calls}), env=ENVIRON, capture_output=True,
        text=True, check=True, timeout=100,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def of(version: str) -> list[Case]:
    return [case for case in CASES if case.version == version]


def good(case: Case) -> Call:
    return case.name, nested(case.example.make(), request_of(case.version, case.name))


@pytest.mark.parametrize("config", [{}, {"signatureAlgorithm": "v2"}, {"securityToken": "a-token"}], ids=str)
def test_every_action_of_cms_is_understood(server: str, config: dict[str, str]) -> None:
    for case, end in zip(of(CMS), ends(server, a_program(), [good(case) for case in of(CMS)], **config), strict=True):
        assert end["status"] == 200, (case, end)
        assert str(end["body"]["Code"]) == "200"
        assert {*mistakes(end["body"], answer_of(CMS, case.name), case.name)} <= MORE


def test_refusals_of_cms_are_exceptions(server: str) -> None:
    calls: list[Call] = [
        ("DescribeEventRuleAttribute", {}), ("DescribeEventRuleAttribute", {"RuleName": ODD}),
        ("DescribeSystemEventAttribute", {"PageSize": 1000}), ("DescribeMetricRuleList", {}),
    ]  # fmt: skip
    told = [(end["status"], end["code"]) for end in ends(server, a_program(), calls)]
    codes = ("MissingParameter", "ResourceNotFound", "ParameterInvalid", "InvalidAction.NotFound")
    assert told == list(zip((400, 404, 400, 404), codes, strict=True))
    for config in ({}, {"signatureAlgorithm": "v2"}):
        wrong = ends(server, Program(a_program().key_id, "another"), calls[:1], **config)
        assert (wrong[0]["status"], wrong[0]["code"]) == (400, "SignatureDoesNotMatch")
        denied = ends(server, a_program(actions=["cms:None"]), [good(case) for case in of(CMS)], **config)
        assert {end["status"] for end in denied} == {403}


@pytest.mark.parametrize("config", [{}, {"signatureAlgorithm": "v2"}], ids=str)
def test_whatever_a_text_holds_it_is_signed_as_node_encodes_it(server: str, config: dict[str, str]) -> None:
    [end] = ends(server, a_program(), [("DescribeContactList", {"ContactName": ODD})], **config)
    assert (end["status"], end["body"]["Total"]) == (200, 0)


def test_the_client_of_kms_is_answered(server: str) -> None:
    program = a_program(version=KMS)
    calls: list[Call] = [
        ("CreateKey", {"Description": ODD}), ("ListKeys", {"PageSize": 5}), ("DescribeKey", {"KeyId": ODD}),
        ("CreateSecret", {"SecretName": "one", "VersionId": "v1", "SecretData": ODD}), ("ListSecrets", {}),
        ("GetSecretValue", {"SecretName": "one"}),
    ]  # fmt: skip
    made, keys, none, secret, secrets, value = ends(server, program, calls, client="kms")
    assert made["body"]["KeyMetadata"]["Description"] == ODD
    assert [each["KeyId"] for each in keys["body"]["Keys"]["Key"]] == [made["body"]["KeyMetadata"]["KeyId"]]
    assert "Forbidden.KeyNotFound" in (none["code"], *none["message"].split(":"))
    assert (secret["body"]["SecretName"], secrets["body"]["TotalCount"]) == ("one", 1)
    assert "UnsupportedOperation" in value["message"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_client_for_every_product_is_answered(server: str, method: str) -> None:
    rule: Call = ("PutEventRule", {"RuleName": "core", "EventPattern": [{"Product": "KMS"}]})
    [put] = ends(server, a_program(), [rule], client="core", version=CMS, method=method)
    assert put["body"]["Data"] == "1"
    [listed] = ends(server, a_program(version=KMS), [("ListKeys", {})], client="core", version=KMS, method=method)
    assert listed["body"]["TotalCount"] == 0
