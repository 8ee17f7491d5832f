"""Secrets by the API: what is kept of a new one, versions, rotation, deletion."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.estate.models import Secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, a_key, a_secret, an_instance
from tests.openapi.kms.calls import answer, fault, refusal

pytestmark = pytest.mark.django_db
PLAIN = {"SecretName": "prod/db", "VersionId": "v1", "SecretData": "s3cret"}
RDS = PLAIN | {"SecretType": "Rds", "ExtendedConfig": '{"SecretSubType": "SingleUser", "DBInstanceId": "rm-1"}'}


def at(days: float) -> str:
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_plain_secret_needs_a_name_a_version_and_a_value() -> None:
    told = answer("CreateSecret", PLAIN)
    assert told.keys() >= {"Arn", "SecretName", "VersionId", "SecretType", "AutomaticRotation"}
    assert (told["SecretType"], told["AutomaticRotation"], told["VersionId"]) == ("Generic", "Disabled", "v1")
    assert not told.keys() & {"RotationInterval", "NextRotationDate"}
    described = answer("DescribeSecret", {"SecretName": "prod/db"})
    assert (described["CreateTime"], described["UpdateTime"]) == (at(0), at(0))
    assert not described.keys() & {"Tags", "PlannedDeleteTime", "LastRotationDate"}


def test_all_that_is_told_of_a_managed_secret_is_kept_but_its_value() -> None:
    instance, key = an_instance(), a_key(alias="alias/wrap")
    told = answer("CreateSecret", RDS | {
        "DKMSInstanceId": instance.instance_id, "EncryptionKeyId": "alias/wrap", "Description": "of the shop",
        "EnableAutomaticRotation": "true", "RotationInterval": "6h", "Tags": '[{"TagKey":"team","TagValue":"pay"}]',
    })  # fmt: skip
    assert (told["RotationInterval"], told["NextRotationDate"]) == ("21600s", at(0.25))
    assert json.loads(told["ExtendedConfig"]) == {"SecretSubType": "SingleUser", "DBInstanceId": "rm-1"}
    described = answer("DescribeSecret", {"SecretName": told["Arn"], "FetchTags": "true"})
    assert (described["DKMSInstanceId"], described["EncryptionKeyId"]) == (instance.instance_id, key.key_id)
    assert (described["Description"], described["AutomaticRotation"]) == ("of the shop", "Enabled")
    assert described["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "pay"}]}
    assert Secret.objects.get().sub_type == "SingleUser"


MALFORMED = [
    ({"SecretName": "a b"}, "SecretName"),
    ({"SecretName": "x" * 193}, "SecretName"),
    ({"SecretName": "acs/mine"}, "SecretName"),
    ({"SecretType": "ECS", "SecretName": "root"}, "SecretName"),
    ({"SecretType": "Paper"}, "SecretType"),
    ({"VersionId": "v" * 65}, "VersionId"),
    ({"SecretData": "x" * 30_721}, "SecretData"),
    ({"SecretDataType": "image"}, "SecretDataType"),
    ({"ExtendedConfig": "[1]"}, "ExtendedConfig"),
    ({"ExtendedConfig": "{"}, "ExtendedConfig"),
    ({"ExtendedConfig": json.dumps({"a": "x" * 1024})}, "ExtendedConfig"),
    ({"SecretType": "Rds", "ExtendedConfig": '{"SecretSubType": "Password"}'}, "ExtendedConfig"),
    ({"SecretType": "RAMCredentials", "SecretName": "$Auto"}, "ExtendedConfig"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "7d"}, "RotationInterval"),
    ({"SecretType": "Rds", "EnableAutomaticRotation": "true", "RotationInterval": "5h"}, "RotationInterval"),
    ({"SecretType": "Rds", "EnableAutomaticRotation": "true", "RotationInterval": "8761h"}, "RotationInterval"),
    ({"ExtendedConfig": '{"CustomData": "\\u0000"}'}, "ExtendedConfig"),
    ({"Tags": "x"}, "Tags"),
    ({"Tags": '[{"TagKey": "\\ud800"}]'}, "Tags"),
]


@pytest.mark.parametrize(("told", "parameter"), MALFORMED, ids=lambda each: str(each)[:60])
def test_a_secret_that_there_cannot_be_is_refused(told: dict[str, str], parameter: str) -> None:
    found = fault("CreateSecret", PLAIN | told)
    assert (found.status, found.code) == (400, "InvalidParameter")
    assert f'"{parameter}"' in found.message
    assert "s3cret" not in found.message
    assert not Secret.objects.exists()


def test_a_secret_that_may_not_be_is_refused() -> None:
    answer("CreateSecret", PLAIN)
    assert refusal("CreateSecret", PLAIN) == (409, "Rejected.ResourceExist")
    other = PLAIN | {"SecretName": "other"}
    assert refusal("CreateSecret", other | {"EncryptionKeyId": "key-none"}) == (404, "Forbidden.KeyNotFound")
    disabled = a_key(state="Disabled").key_id
    assert refusal("CreateSecret", other | {"EncryptionKeyId": disabled}) == (409, "Rejected.Disabled")
    full = an_instance(secret_quota=0).instance_id
    assert refusal("CreateSecret", other | {"DKMSInstanceId": full}) == (400, "Rejected.LimitExceeded")


def test_the_name_of_a_ram_secret_is_made_of_its_user() -> None:
    config = {"SecretSubType": "RamUserAccessKey", "UserName": "deploy-bot"}
    told = PLAIN | {"SecretName": "$Auto", "SecretType": "RAMCredentials", "ExtendedConfig": json.dumps(config)}
    assert answer("CreateSecret", told)["SecretName"] == "acs/ram/user/deploy-bot"


def test_rotating_makes_a_version_and_the_event_and_the_same_version_again_does_nothing() -> None:
    answer("CreateSecret", RDS)
    told = {"SecretName": "prod/db", "VersionId": "v2"}
    first = answer("RotateSecret", told)
    facts = Fact.objects.count()
    assert answer("RotateSecret", told) == first
    assert Fact.objects.count() == facts
    evaluate_batch(now=NOW)
    assert SystemEvent.objects.filter(name="Secret:RotateSecret:Success").count() == 1
    answer("RotateSecret", told | {"VersionId": "v3"})
    listed = answer("ListSecretVersionIds", {"SecretName": "prod/db"})
    stages = {each["VersionId"]: each["VersionStages"]["VersionStage"] for each in listed["VersionIds"]["VersionId"]}
    assert stages == {"v2": ["ACSPrevious"], "v3": ["ACSCurrent"]}
    assert answer("ListSecretVersionIds", {"SecretName": "prod/db", "IncludeDeprecated": "true"})["TotalCount"] == 3


def test_only_managed_secrets_rotate() -> None:
    answer("CreateSecret", PLAIN)
    assert refusal("RotateSecret", {"SecretName": "prod/db", "VersionId": "v2"}) == (400, "UnsupportedOperation")
    policy = {"SecretName": "prod/db", "EnableAutomaticRotation": "true", "RotationInterval": "7d"}
    assert refusal("UpdateSecretRotationPolicy", policy) == (400, "InvalidParameter")


def test_rotation_is_turned_on_and_off() -> None:
    answer("CreateSecret", RDS)
    told = {"SecretName": "prod/db", "EnableAutomaticRotation": "True", "RotationInterval": "604800s"}
    answer("UpdateSecretRotationPolicy", told)
    described = answer("DescribeSecret", told)
    assert (described["AutomaticRotation"], described["NextRotationDate"]) == ("Enabled", at(7))
    answer("UpdateSecretRotationPolicy", {"SecretName": "prod/db", "EnableAutomaticRotation": "False"})
    assert answer("DescribeSecret", told)["AutomaticRotation"] == "Disabled"


def test_a_deletion_waits_30_days_unless_told_and_can_be_taken_back() -> None:
    secret = a_secret()
    told = {"SecretName": secret.name}
    assert answer("DeleteSecret", told) == {"SecretName": secret.name, "PlannedDeleteTime": at(30)}
    assert answer("DescribeSecret", told)["PlannedDeleteTime"] == at(30)
    assert answer("ListSecrets")["SecretList"]["Secret"][0]["PlannedDeleteTime"] == at(30)
    assert refusal("DeleteSecret", told) == (409, "Rejected.PendingDeletion")
    assert refusal("RotateSecret", told | {"VersionId": "v"}) == (409, "Rejected.PendingDeletion")
    assert answer("RestoreSecret", told) == {"SecretName": secret.name}
    assert refusal("RestoreSecret", told) == (409, "Rejected.ResourceInUse")
    evaluate_batch(now=NOW)
    assert SystemEvent.objects.filter(name="Secret:ScheduleSecretDeletion:Success").count() == 1


def test_a_forced_deletion_is_at_once() -> None:
    told = {"SecretName": a_secret().name, "ForceDeleteWithoutRecovery": "true"}
    assert refusal("DeleteSecret", told | {"RecoveryWindowInDays": "7"}) == (400, "InvalidParameter")
    assert answer("DeleteSecret", told)["PlannedDeleteTime"] == at(0)
    assert refusal("DescribeSecret", told) == (404, "Forbidden.ResourceNotFound")
    evaluate_batch(now=NOW)
    assert SystemEvent.objects.filter(name="Secret:DeleteSecret:Success").count() == 1


@pytest.mark.parametrize("days", ["6", "31", "x"])
def test_a_waiting_period_is_7_to_30_days(days: str) -> None:
    told = {"SecretName": a_secret().name, "RecoveryWindowInDays": days}
    assert refusal("DeleteSecret", told) == (400, "InvalidParameter")


def test_secrets_are_tagged_too() -> None:
    secret = a_secret()
    told = {"ResourceType": "secret", "ResourceId.1": secret.name, "Tag.1.Key": "team", "Tag.1.Value": "pay"}
    answer("TagResources", told)
    assert answer("DescribeSecret", {"SecretName": secret.name, "FetchTags": "true"})["Tags"] == {
        "Tag": [{"TagKey": "team", "TagValue": "pay"}]
    }
