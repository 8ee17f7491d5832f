"""The door of the API: who is let in, who is not and why; and that browsers find the console behind it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone

from alerts.accounts.access_keys import disable_access_key, enable_access_key, rotate_access_key
from alerts.accounts.models import AccessKey, AuditEntry, Role
from alerts.openapi import keys_at_hand, nonces
from alerts.openapi.models import Nonce
from alerts.openapi.verify import WINDOW
from tests.builders import OTHER_UID, an_account
from tests.openapi.signing import CMS, KMS, Program, a_program, an_access_key, send

pytestmark = pytest.mark.django_db
READ, CHANGE = "DescribeEventRuleList", "DisableEventRules"


def code_of(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal."""
    assert answer["Content-Type"] == "application/json;charset=utf-8"
    assert answer["Content-Length"] == str(len(answer.content))
    return answer.status_code, answer.json()["Code"]


def test_both_signatures_are_let_in_by_post_and_by_get() -> None:
    program = a_program()
    for method in ("GET", "POST"):
        for answer in (program.by_header(READ, method=method), program.by_parameters(READ, method=method)):
            assert answer.status_code == 200, answer.content
            assert answer.json()["Code"] == "200"
            assert answer["x-acs-request-id"] == answer.json()["RequestId"]


def test_a_parameter_in_the_form_body_is_signed_and_read() -> None:
    answer = a_program().by_header("DescribeEventRuleAttribute", form={"RuleName": "no such"})
    assert code_of(answer) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"x-acs-version": KMS}, "SignatureDoesNotMatch"),
        ({"x-acs-signature-nonce": "another"}, "SignatureDoesNotMatch"),
        ({"x-acs-security-token": "unsigned"}, "IncompleteSignature"),
        ({"x-acs-content-sha256": "0" * 64}, "IncompleteSignature"),
        ({"authorization": "ACS3-HMAC-SHA256 Credential=x"}, "IncompleteSignature"),
        ({"authorization": "Basic abc"}, "IncompleteSignature"),
    ],
)
def test_what_was_changed_on_the_way_is_refused(changes: dict[str, str], code: str) -> None:
    assert code_of(a_program().by_header(READ, changes=changes)) == (400, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Version": KMS}, "SignatureDoesNotMatch"),
        ({"More": "1"}, "SignatureDoesNotMatch"),
        ({"SignatureMethod": "HMAC-MD5"}, "IncompleteSignature"),
        ({"SignatureVersion": "2.0"}, "IncompleteSignature"),
        ({"Signature": ""}, "IncompleteSignature"),
        ({"SignatureNonce": ""}, "MissingParameter"),
        ({"AccessKeyId": ""}, "MissingParameter"),
        ({"Timestamp": ""}, "MissingParameter"),
    ],
)
def test_parameters_that_were_changed_are_refused(changes: dict[str, str], code: str) -> None:
    assert code_of(a_program().by_parameters(READ, changes=changes)) == (400, code)


def test_a_wrong_secret_is_answered_with_the_string_to_sign_after_a_colon() -> None:
    program = a_program()
    program.secret = "another"
    answer = program.by_parameters(READ)
    assert code_of(answer) == (400, "SignatureDoesNotMatch")
    assert answer.json()["Message"].partition(":")[2].startswith("POST&%2F&AccessKeyId%3D")
    assert code_of(program.by_header(READ)) == (400, "SignatureDoesNotMatch")


def test_an_unsigned_call_and_an_unknown_key_are_refused() -> None:
    assert code_of(send("POST", "", b"", {"x-acs-action": READ, "x-acs-version": CMS})) == (400, "IncompleteSignature")
    assert code_of(send("GET", f"Action={READ}&Version={CMS}", b"", {})) == (400, "IncompleteSignature")
    assert code_of(Program("LTAIunknown", "x").by_header(READ)) == (404, "InvalidAccessKeyId.NotFound")
    assert code_of(Program("a" * 400, "x").by_parameters(READ)) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("off", [WINDOW + timedelta(minutes=1), -WINDOW - timedelta(minutes=1)])
def test_a_call_from_another_time_is_refused(off: timedelta) -> None:
    assert code_of(a_program().by_header(READ, at=timezone.now() + off)) == (400, "InvalidTimeStamp.Expired")


def test_a_time_that_is_none_is_refused() -> None:
    program = a_program()
    answer = program.by_parameters(READ, {"Timestamp": "yesterday"})
    assert code_of(answer) == (400, "IllegalTimestamp")


def test_a_nonce_counts_once_for_each_key() -> None:
    one, other = a_program(), a_program()
    assert one.by_header(READ, nonce="n-1").status_code == 200
    assert code_of(one.by_header(READ, nonce="n-1")) == (400, "SignatureNonceUsed")
    assert other.by_header(READ, nonce="n-1").status_code == 200


def test_a_nonce_counts_once_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def set(self, *_given: object, **_more: object) -> None:
            raise redis.ConnectionError

    monkeypatch.setattr(nonces, "client", Gone)
    monkeypatch.setattr(nonces, "AWAY", nonces.Away())
    program = a_program()
    assert program.by_header(READ, nonce="n-2").status_code == 200
    assert code_of(program.by_header(READ, nonce="n-2")) == (400, "SignatureNonceUsed")
    assert Nonce.objects.count() == 1


@pytest.mark.parametrize("way", [Program.by_header, Program.by_parameters])
def test_what_changed_something_is_not_repeated_although_redis_forgot(
    way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful:
        def set(self, *_given: object, **_more: object) -> bool:
            return True

    monkeypatch.setattr(nonces, "client", Forgetful)
    monkeypatch.setattr(nonces, "AWAY", nonces.Away())
    program, given = a_program(), {"ContactGroupName": "Team", "SignatureNonce": "n-3"}
    further = {"nonce": "n-3"} if way is Program.by_header else {}
    assert way(program, "PutContactGroup", given, **further).status_code == 200
    assert code_of(way(program, "PutContactGroup", given, **further)) == (400, "SignatureNonceUsed")
    assert way(program, READ, further or {"SignatureNonce": "n-4"}).status_code == 200
    assert Nonce.objects.count() == 1


def test_who_repeats_a_call_at_the_same_moment_does_not_spoil_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter((False, True))  # who repeats it asks Redis second, and goes on first

    class Quick:
        def set(self, *_given: object, **_more: object) -> bool:
            return next(answers)

    monkeypatch.setattr(nonces, "client", Quick)
    monkeypatch.setattr(nonces, "AWAY", nonces.Away(time.monotonic() - nonces.REST - 1))
    program = a_program()
    assert code_of(program.by_header(READ, nonce="n-5")) == (400, "SignatureNonceUsed")
    assert program.by_header(READ, nonce="n-5").status_code == 200


def test_a_disabled_an_expired_and_a_rotated_key_sign_nothing() -> None:
    key, secret = an_access_key()
    program = Program(key.key_id, secret)
    disable_access_key(key, now=timezone.now())
    assert code_of(program.by_header(READ)) == (403, "InvalidAccessKeyId.Inactive")
    enable_access_key(key)
    keys_at_hand.forget(key.key_id)
    assert program.by_header(READ).status_code == 200
    AccessKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    keys_at_hand.forget(key.key_id)
    assert code_of(program.by_header(READ)) == (403, "InvalidAccessKeyId.Inactive")
    AccessKey.objects.filter(pk=key.pk).update(expires_at=None)
    program.secret = rotate_access_key(key, now=timezone.now())
    assert program.secret != secret
    keys_at_hand.forget(key.key_id)
    assert program.by_header(READ).status_code == 200
    assert code_of(Program(key.key_id, secret).by_header(READ)) == (400, "SignatureDoesNotMatch")


def test_a_reader_changes_nothing_and_leaves_no_trail() -> None:
    program = a_program(role=Role.VIEWER)
    assert program.call(READ).status_code == 200
    assert program.refused(CHANGE, RuleNames_1="a") == (403, "AccessForbidden")
    assert not AuditEntry.objects.exists()


def test_only_allowed_actions_are_performed() -> None:
    program = a_program(actions=["cms:DescribeEvent*", "kms:*"])
    assert program.call(READ).status_code == 200
    assert program.refused("DescribeContactList") == (403, "AccessForbidden")


@pytest.mark.parametrize(("networks", "status"), [(["127.0.0.0/8"], 200), (["10.0.0.0/8", "::1/128"], 403)])
def test_a_key_is_bound_to_its_networks(networks: list[str], status: int) -> None:
    assert a_program(networks=networks).call(READ).status_code == status


def test_actions_and_versions_that_are_not_there_are_named() -> None:
    program = a_program()
    assert program.refused("PutMetricAlarm") == (404, "InvalidAction.NotFound")
    program.version = "2024-03-30"
    assert program.refused(READ) == (400, "InvalidVersion")
    program.version = CMS
    answer = program.by_parameters("")
    assert code_of(answer) == (400, "MissingParameter")


def test_the_last_use_is_written_at_most_once_a_minute(django_assert_num_queries: Any) -> None:
    key, secret = an_access_key()
    program = Program(key.key_id, secret)
    program.fine(READ)
    used = AccessKey.objects.get(pk=key.pk)
    assert used.last_used_at
    assert used.last_used_for == f"cms:{READ}"
    with django_assert_num_queries(2):
        program.fine(READ)


def test_another_account_sees_nothing_of_this_one() -> None:
    mine, other = a_program(), a_program(account=an_account(OTHER_UID))
    mine.fine("PutEventRule", RuleName="mine", EventPattern_1_Product="KMS")
    assert other.fine(READ)["Total"] == 0
    assert other.refused("DeleteEventRules", RuleNames_1="mine") == (404, "ResourceNotFound")


def test_an_answer_is_json_whatever_happens(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail(*_given: object, **_more: object) -> None:
        raise RuntimeError("secret=canary-1")

    monkeypatch.setattr("alerts.openapi.gateway.answer", fail)
    with caplog.at_level(logging.ERROR):
        answer = a_program().by_header(READ)
    assert code_of(answer) == (500, "InternalError")
    assert "canary" not in answer.content.decode()
    assert code_of(send("PUT", "", b"", {})) != (500, "")


def test_other_methods_and_bodies_that_are_too_large_are_refused_as_json() -> None:
    answer = send("DELETE", "", b"", {})
    assert code_of(answer) == (405, "UnsupportedHTTPMethod")
    assert answer["Allow"] == "GET, POST"
    assert code_of(send("POST", "", b"x" * 1_100_000, {})) == (413, "RequestEntityTooLarge")
    assert code_of(send("POST", "A=%ff", b"", {})) == (400, "InvalidParameter")


def test_a_call_that_asks_for_xml_is_answered_so_and_refused_so() -> None:
    program = a_program()
    program.fine("PutContactGroup", ContactGroupName="a_1", Describe="<&>\x01")
    for answer in (program.by_header("DescribeContactGroupList", {"Format": "XML"}),
                   program.by_parameters("DescribeContactGroupList", {"Format": "xml"})):  # fmt: skip
        assert answer["Content-Type"] == "text/xml;charset=utf-8"
        told = ElementTree.fromstring(answer.content)
        assert (told.tag, told.findtext("ContactGroups/ContactGroup")) == ("DescribeContactGroupListResponse", "a_1")
        assert told.findtext("ContactGroupList/ContactGroup/Describe") == "<&>\ufffd"
        assert told.findtext("ContactGroupList/ContactGroup/EnableSubscribed") == "false"
    refused = ElementTree.fromstring(program.by_header("DeleteContact", {"Format": "XML"}).content)
    assert (refused.tag, refused.findtext("Code")) == ("Error", "MissingParameter")


def test_a_call_of_more_parameters_than_there_can_be_is_refused_as_json() -> None:
    many = "&".join(f"a{number}=" for number in range(5_000))
    for method in ("GET", "POST"):
        assert code_of(send(method, f"{many}&Action={READ}", b"", {})) == (400, "InvalidParameter")


def test_what_cannot_be_read_to_its_end_is_refused() -> None:
    class Broken(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise ValueError("Invalid chunk size")

    more: Any = {"wsgi.input": Broken(), "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = Client().post("/", content_type="application/octet-stream", **more)
    assert code_of(answer) == (400, "InvalidParameter")
    assert Client().head(f"/?Action={READ}").content == b""


def test_a_browser_finds_the_console() -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_what_a_key_changed_is_in_the_audit_trail_under_its_id() -> None:
    key, secret = an_access_key()
    Program(key.key_id, secret).fine("PutEventRule", RuleName="told", EventPattern_1_Product="KMS")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (f"access key {key.key_id}", "cms:PutEventRule", "told")


def test_a_secret_is_encrypted_in_its_row() -> None:
    key, secret = an_access_key()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(key)::text FROM accounts_accesskey AS key WHERE id = %s", [key.pk])
        row = cursor.fetchone()[0]
    assert key.key_id in row
    assert secret not in row
