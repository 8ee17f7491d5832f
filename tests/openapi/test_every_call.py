"""Every action, signed by hand both ways: good, missing, malformed, hostile, unauthorised, unsigned, stale, repeated.

What is compared is what the SDKs read: status, code, the names and JSON types of their own models.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from alerts.accounts.models import AuditEntry, Role
from alerts.openapi.cms import CMS as CMS_ACTIONS
from alerts.openapi.kms import KMS as KMS_ACTIONS
from alerts.openapi.kms.refused import REFUSED
from tests.builders import OTHER_UID, an_account
from tests.openapi.cases import CASES, FORBIDDEN, MISSING, NOT_FOUND, WRONG, Case, every_parameter, malformed, told
from tests.openapi.signing import Program, a_program, moment, send
from tests.openapi.wire import answer_of, mistakes

pytestmark = pytest.mark.django_db
every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_named = pytest.mark.parametrize("case", [each for each in CASES if each.example.names], ids=str)
CHANGING = {action.name for action in (*CMS_ACTIONS, *KMS_ACTIONS) if action.changes}
INACTIVE = "InvalidAccessKeyId.Inactive"
MORE = {
    "DescribeEventRuleAttribute.Result.SilenceTime is unknown",
    "DescribeEventRuleList.EventRules.EventRule[].EventPattern.EventPattern[].StatusList is unknown",
}
"""What is told beyond the models: without it a program could not put a rule back as it was."""

HOSTILE = (
    "x" * 20_000,
    "\0",
    "a\0b",
    "\x01\x7f",
    "\u202e规则\U0001f600",
    "' or 1=1 --",
    "%",
    "[" * 3_000,
    "\ufffe",
    "٣",
)


def code_of(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal, which must be one that SDKs can read."""
    assert answer["Content-Type"] == "application/json;charset=utf-8"
    body = answer.json()
    assert {"RequestId", "HostId", "Code", "Message", "Recommend", "HttpStatus"} == body.keys()
    assert body["HttpStatus"] == answer.status_code
    assert uuid.UUID(body["RequestId"]).version == 4
    return answer.status_code, body["Code"]


def found(body: Any, path: str) -> Any:
    for part in filter(None, path.split(".")):
        body = body[part]
    return body


def ways(program: Program) -> Iterable[Callable[..., Any]]:
    return program.by_header, program.by_parameters


WAYS: tuple[Callable[..., Any], ...] = (Program.by_header, Program.by_parameters)


def test_every_action_has_a_case() -> None:
    assert {case.name for case in CASES} == {each.name for each in (*CMS_ACTIONS, *KMS_ACTIONS)} - set(REFUSED)


@every_case
def test_a_good_call_is_answered_in_the_names_and_types_of_the_sdk(case: Case) -> None:
    for way in ways(a_program(version=case.version)):
        answer = way(case.name, case.example.make())
        assert answer.status_code == 200, answer.content.decode()
        body = answer.json()
        assert {*mistakes(body, answer_of(case.version, case.name), case.name)} <= MORE
        assert found(body, case.example.lists)
        assert str(body.get("Code", "200")) == "200"


@every_case
def test_each_parameter_that_is_missing_is_named(case: Case) -> None:
    program = a_program(version=case.version)
    given = told(case)
    for name in case.example.required:
        for lacking in ({key: value for key, value in given.items() if key != name}, given | {name: ""}):
            answer = program.by_header(case.name, lacking)
            assert code_of(answer) == (400, MISSING), (name, answer.content)
            assert f'The parameter "{name.partition(".")[0]}' in answer.json()["Message"]


@every_case
def test_what_is_malformed_is_refused_under_its_name(case: Case) -> None:
    program = a_program(version=case.version)
    given = told(case)
    for name, value, refused in malformed(case):
        answer = program.by_header(case.name, given | {name: value})
        if refused:
            status, code = code_of(answer)
            assert (status, code in WRONG[case.version]) == (400, True), (name, value, answer.content)
            assert f'"{name}"' in answer.json()["Message"], (name, value, answer.content)
        else:
            assert answer.status_code in {200, 400, 404}, (name, value, answer.content)


@every_case
def test_whatever_a_text_holds_it_breaks_nothing(case: Case) -> None:
    program = a_program(version=case.version)
    given = told(case)
    others = cycle(HOSTILE)
    for name in every_parameter(case):
        value = next(others)
        answer = program.by_header(case.name, given | {name: value})
        assert answer.status_code in {200, 400, 404, 409, 429}, (name, value[:20], answer.content[:200])
        assert answer.json()["RequestId"]


@every_case
def test_a_key_without_the_right_is_refused(case: Case) -> None:
    given = told(case)
    keys: list[dict[str, Any]] = [{"actions": ["cms:Nothing", "kms:List"]}, {"networks": ["10.0.0.0/8"]}]
    keys += [{"role": Role.VIEWER}] if case.name in CHANGING else []
    for key, way in zip(keys, cycle(WAYS), strict=False):
        status, code = code_of(way(a_program(version=case.version, **key), case.name, given))
        assert (status, code in FORBIDDEN[case.version]) == (403, True), key
    over = {"expires_at": timezone.now() - timedelta(seconds=1)}
    for key, way in zip(({"disabled_at": timezone.now()}, over), cycle(WAYS), strict=False):
        assert code_of(way(a_program(version=case.version, **key), case.name, given)) == (403, INACTIVE), key
    assert not AuditEntry.objects.filter(verb__endswith=f":{case.name}").exists()


@every_named
def test_ids_of_another_account_are_not_found(case: Case) -> None:
    other = a_program(version=case.version, account=an_account(OTHER_UID))
    for way in ways(other):
        status, code = code_of(way(case.name, case.example.make()))
        assert (status, code in NOT_FOUND[case.version]) == (404, True)


@every_case
def test_what_is_not_signed_as_it_must_be_is_refused(case: Case) -> None:
    program = a_program(version=case.version)
    name, given = case.name, case.example.make()
    wrong = Program(program.key_id, "another", case.version)
    late, nonce = timezone.now() - timedelta(minutes=16), uuid.uuid4().hex
    by_header = len(name) % 2 == 0  # actions take turns
    way = WAYS[0] if by_header else WAYS[1]
    unsigned = send("POST", urlencode({"Action": name, "Version": case.version, **given}), b"", {})
    assert code_of(unsigned) == (400, "IncompleteSignature")
    assert code_of(way(wrong, name, given)) == (400, "SignatureDoesNotMatch")
    if by_header:
        old, once = program.by_header(name, given, at=late), partial(program.by_header, name, given, nonce=nonce)
    else:
        old = program.by_parameters(name, given | {"Timestamp": moment(late)})
        once = partial(program.by_parameters, name, given | {"SignatureNonce": nonce})
    assert code_of(old) == (400, "InvalidTimeStamp.Expired")
    assert not AuditEntry.objects.filter(verb__endswith=f":{name}").exists()
    assert once().status_code == 200
    assert code_of(once()) == (400, "SignatureNonceUsed")
