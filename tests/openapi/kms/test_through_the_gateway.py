"""KMS through the whole gateway: who may, what the audit trail says, and that no secret leaves a trace anywhere."""

from __future__ import annotations

import logging

import pytest
from django.db import connection

from alerts.accounts.models import AuditEntry
from alerts.estate.models import ClientKey, Key, Secret
from alerts.openapi.kms import KMS
from alerts.openapi.kms.refused import REFUSED
from tests.builders import OTHER_UID, an_access_point, an_account
from tests.openapi.kms.examples import EXAMPLES
from tests.openapi.signing import KMS as VERSION
from tests.openapi.signing import Program, a_program

pytestmark = pytest.mark.django_db
CANARY = "canary-0451-ätsch"
ASCII_CANARY = "Canary-0451"
CHANGING = [action.name for action in KMS if action.changes]


def a_kms_program(**fields: object) -> Program:
    return a_program(version=VERSION, **fields)


@pytest.mark.parametrize("name", CHANGING)
def test_the_audit_trail_says_what_which_key_changed(name: str) -> None:
    program = a_kms_program()
    answer = program.by_header(name, EXAMPLES[name].make())
    assert answer.status_code == 200, answer.content.decode()
    entry = AuditEntry.objects.get(verb=f"kms:{name}")
    assert entry.actor == f"access key {program.key_id}"
    assert entry.subject


def test_another_account_finds_nothing_of_ours() -> None:
    told = EXAMPLES["DescribeKey"].make()
    answer = a_kms_program(account=an_account(OTHER_UID)).by_header("DescribeKey", told)
    assert (answer.status_code, answer.json()["Code"]) == (404, "Forbidden.KeyNotFound")


def test_the_region_is_the_parameters_else_the_hosts_else_the_keys() -> None:
    program = a_kms_program(region="eu-west-1")
    program.by_header("CreateKey")
    program.by_header("CreateKey", {"RegionId": "cn-beijing"})
    program.headers["host"] = "kms.us-east-1.localhost:8000"
    program.by_header("CreateKey")
    assert sorted(Key.objects.values_list("region", flat=True)) == ["cn-beijing", "eu-west-1", "us-east-1"]


def test_an_action_of_kms_that_is_not_offered_says_so() -> None:
    program = a_kms_program()
    for name in ("PutSecretValue", "OpenKmsService", "UpdateKeyDescription"):
        answer = program.by_header(name, form={"SecretData": CANARY})
        assert (answer.status_code, answer.json()["Code"]) == (404, "InvalidAction.NotFound")


def everything_stored() -> str:
    """Return every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(row_to_json(t)::text, E'\\n'), '') FROM {table} t")
            found += cursor.fetchone()
    return "\n".join(found)


def test_no_value_and_no_password_is_kept_logged_or_answered(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    program, point = a_kms_program(), an_access_point().name
    answers = []
    for number, send in enumerate((program.by_header, program.by_parameters)):
        new = {"SecretName": f"s-{number}", "VersionId": "v1", "SecretType": "Rds"}
        password = {"AapName": point, "Password": ASCII_CANARY}
        answers += [
            send("CreateSecret", new | {"SecretData": CANARY}),
            send("CreateSecret", new | {"SecretData": CANARY}),
            send("CreateSecret", new | {"SecretData": CANARY * 2000}),
            send("CreateSecret", new | {"SecretData": CANARY, "Tags": "["}),
            send("CreateClientKey", password),
            send("CreateClientKey", password | {"NotAfter": "never"}),
            send("CreateClientKey", {"AapName": point, "Password": CANARY}),
            send("PutSecretValue", new | {"SecretData": CANARY}),
            send("UpdateSecret", new | {"SecretData": CANARY}),
            *(send(name, {"Plaintext": CANARY, "CiphertextBlob": CANARY}) for name in REFUSED),
        ]
    wrong = Program(program.key_id, "another", VERSION)
    told = {"SecretName": "s", "VersionId": "v1", "SecretData": CANARY, "Password": ASCII_CANARY}
    for send in (wrong.by_header, wrong.by_parameters):
        answers.append(send("CreateSecret", told))
        assert answers[-1].json()["Code"] == "SignatureDoesNotMatch"
    answers.append(program.by_header("CreateSecret", {"SecretName": "form", "VersionId": "v1"}, {"SecretData": CANARY}))
    assert (Secret.objects.count(), ClientKey.objects.count()) == (3, 2)
    said = "\n".join(answer.content.decode() for answer in answers)
    for place in (said, caplog.text, everything_stored()):
        assert "0451" not in place
        assert "\\u00e4tsch" not in place
