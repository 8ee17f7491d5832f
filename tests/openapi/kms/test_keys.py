"""Keys and aliases by the API: defaults, bounds, states, and the facts that calls leave."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from alerts.estate.models import Alias, Instance, Key
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, OTHER_UID, REGION, UID, a_key, an_instance
from tests.openapi.kms.calls import answer, fault, refusal

pytestmark = pytest.mark.django_db
State = Key.State


def test_a_key_is_made_with_the_defaults_of_the_service() -> None:
    told = answer("CreateKey")["KeyMetadata"]
    key = Key.objects.get()
    assert (told["KeyId"], told["Arn"]) == (key.key_id, f"acs:kms:{REGION}:{UID}:key/{key.key_id}")
    assert (told["KeySpec"], told["KeyUsage"], told["KeyState"]) == ("Aliyun_AES_256", "ENCRYPT/DECRYPT", "Enabled")
    assert (told["Origin"], told["ProtectionLevel"], told["Creator"]) == ("Aliyun_KMS", "SOFTWARE", UID)
    assert (told["AutomaticRotation"], told["DeleteDate"]) == ("Disabled", "")
    assert told["CreationDate"] == told["LastRotationDate"] == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["PrimaryKeyVersion"] == key.primary_version != ""


def test_all_that_is_told_of_a_new_key_is_kept() -> None:
    instance = an_instance()
    tags = [{"TagKey": "team", "TagValue": "pay"}, {"TagKey": "bare"}]
    told = answer("CreateKey", {
        "DKMSInstanceId": instance.instance_id, "Description": "für Aufträge", "KeySpec": "Aliyun_SM4",
        "EnableAutomaticRotation": "True", "RotationInterval": "7d", "Tags": json.dumps(tags),
    })["KeyMetadata"]  # fmt: skip
    described = answer("DescribeKey", {"KeyId": told["KeyId"]})["KeyMetadata"]
    assert told.items() <= described.items()
    assert (described["DKMSInstanceId"], described["Description"]) == (instance.instance_id, "für Aufträge")
    assert (described["AutomaticRotation"], described["RotationInterval"]) == ("Enabled", "604800s")
    assert described["NextRotationDate"] == (NOW + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    listed = answer("ListResourceTags", {"KeyId": told["KeyId"]})["Tags"]["Tag"]
    assert [(tag["TagKey"], tag["TagValue"]) for tag in listed] == [("bare", ""), ("team", "pay")]


def test_a_key_of_a_hardware_instance_is_protected_by_hardware() -> None:
    instance = an_instance()
    Instance.objects.update(management=Instance.Kind.HARDWARE)
    told = answer("CreateKey", {"DKMSInstanceId": instance.instance_id, "ProtectionLevel": "SOFTWARE"})
    assert told["KeyMetadata"]["ProtectionLevel"] == "HSM"


MALFORMED = [
    ({"KeySpec": "DES"}, "KeySpec"),
    ({"KeySpec": "EC_P256", "KeyUsage": "ENCRYPT/DECRYPT"}, "KeyUsage"),
    ({"KeyUsage": "SIGN/VERIFY"}, "KeyUsage"),
    ({"Origin": "elsewhere"}, "Origin"),
    ({"ProtectionLevel": "NONE"}, "ProtectionLevel"),
    ({"KeyStorageMechanism": "Paper"}, "KeyStorageMechanism"),
    ({"EnableAutomaticRotation": "perhaps"}, "EnableAutomaticRotation"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "7 days"}, "RotationInterval"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "6d"}, "RotationInterval"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "366d"}, "RotationInterval"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "999999999d"}, "RotationInterval"),
    ({"EnableAutomaticRotation": "true", "RotationInterval": "7d", "KeySpec": "RSA_2048"}, "RotationInterval"),
    ({"Tags": "team=pay"}, "Tags"),
    ({"Tags": "{}"}, "Tags"),
    ({"Tags": '[{"TagKey": 1}]'}, "Tags"),
    ({"Tags": json.dumps([{"TagKey": "acs:mine"}])}, "Tags"),
    ({"Tags": json.dumps([{"TagKey": "k" * 129}])}, "Tags"),
    ({"Tags": json.dumps([{"TagKey": "k\0"}])}, "Tags"),
    ({"Description": "x" * 8193}, "Description"),
    ({"Description": "a\0b"}, "Description"),
]


@pytest.mark.parametrize(("told", "parameter"), MALFORMED, ids=str)
def test_a_key_that_there_cannot_be_is_refused(told: dict[str, str], parameter: str) -> None:
    found = fault("CreateKey", told)
    assert (found.status, found.code) == (400, "InvalidParameter")
    assert f'"{parameter}"' in found.message
    assert not Key.objects.exists()


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"EnableAutomaticRotation": "true"}, (400, "MissingParameter")),
        ({"DKMSInstanceId": "kst-nowhere"}, (404, "Forbidden.ResourceNotFound")),
        (
            {"Origin": "EXTERNAL", "EnableAutomaticRotation": "true", "RotationInterval": "7d"},
            (400, "Unsupported.Origin"),
        ),
        ({"Tags": json.dumps([{"TagKey": f"k{n}"} for n in range(21)])}, (400, "Rejected.LimitExceeded")),
    ],
    ids=str,
)
def test_a_key_that_may_not_be_is_refused(told: dict[str, str], refused: tuple[int, str]) -> None:
    assert refusal("CreateKey", told) == refused


def test_a_full_instance_takes_no_key() -> None:
    instance = an_instance(key_quota=1)
    told = {"DKMSInstanceId": instance.instance_id}
    answer("CreateKey", told)
    assert refusal("CreateKey", told) == (400, "Rejected.LimitExceeded")


STATES = [State.ENABLED, State.DISABLED, State.PENDING_DELETION, State.PENDING_IMPORT]
OK = ""
MODIFIED = "Rejected.StateModifiedFailed"
TABLE = {
    "EnableKey": (OK, OK, MODIFIED, MODIFIED),
    "DisableKey": (OK, OK, MODIFIED, MODIFIED),
    "ScheduleKeyDeletion": (OK, OK, MODIFIED, OK),
    "CancelKeyDeletion": (MODIFIED, MODIFIED, OK, MODIFIED),
    "DescribeKey": (OK, OK, OK, OK),
}
CELLS = [(name, state, code) for name, row in TABLE.items() for state, code in zip(STATES, row, strict=True)]


@pytest.mark.parametrize(("name", "state", "code"), CELLS)
def test_each_call_in_each_state_is_what_the_service_says(name: str, state: str, code: str) -> None:
    told = {"KeyId": a_key(state=state).key_id, "PendingWindowInDays": "7"}
    if code:
        assert refusal(name, told) == (409, code)
    else:
        answer(name, told)


@pytest.mark.parametrize("days", ["6", "367", "x", "7.5", "-7"])
def test_a_waiting_period_is_7_to_366_days(days: str) -> None:
    key = a_key()
    assert refusal("ScheduleKeyDeletion", {"KeyId": key.key_id, "PendingWindowInDays": days}) == (
        400, "InvalidParameter",
    )  # fmt: skip
    assert not Fact.objects.exists()


def test_a_deletion_that_a_program_schedules_raises_the_event() -> None:
    key = a_key()
    answer("ScheduleKeyDeletion", {"KeyId": key.arn, "PendingWindowInDays": "366"})
    evaluate_batch(now=NOW)
    event = SystemEvent.objects.get()
    assert (event.name, event.resource) == ("Key:ScheduleKeyDeletion:Success", key.arn)
    told = answer("DescribeKey", {"KeyId": key.key_id})["KeyMetadata"]
    assert (told["KeyState"], told["DeleteDate"]) == (
        "PendingDeletion", (NOW + timedelta(days=366)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )  # fmt: skip


def test_a_deleted_key_is_not_found() -> None:
    key = a_key(state=State.DELETED)
    assert refusal("DescribeKey", {"KeyId": key.key_id}) == (404, "Forbidden.KeyNotFound")
    assert answer("ListKeys")["TotalCount"] == 0


def test_protection_keeps_a_key_and_an_instance() -> None:
    key, instance = a_key(), an_instance()
    told = {"EnableDeletionProtection": "True", "DeletionProtectionDescription": "in use"}
    answer("SetDeletionProtection", {"KeyId": key.key_id, **told})
    assert refusal("ScheduleKeyDeletion", {"KeyId": key.key_id, "PendingWindowInDays": "7"}) == (
        409, "Rejected.DeletionProtection",
    )  # fmt: skip
    described = answer("DescribeKey", {"KeyId": key.key_id})["KeyMetadata"]
    assert (described["DeletionProtection"], described["DeletionProtectionDescription"]) == ("Enabled", "in use")
    for named in ({"KmsInstanceId": instance.instance_id}, {"ProtectedResourceArn": instance.arn}):
        answer("SetDeletionProtection", {**named, **told})
    told_instance = answer("GetKmsInstance", {"KmsInstanceId": instance.instance_id})["KmsInstance"]
    assert (told_instance["DeletionProtection"], told_instance["DeletionProtectionDescription"]) == (True, "in use")
    answer("SetDeletionProtection", {"KeyId": key.key_id, "EnableDeletionProtection": "false"})
    answer("ScheduleKeyDeletion", {"KeyId": key.key_id, "PendingWindowInDays": "7"})


def test_a_key_answers_to_its_aliases() -> None:
    key = a_key()
    for name in ("alias/orders", "alias/orders-old"):
        answer("CreateAlias", {"KeyId": key.key_id, "AliasName": name})
        for named in (name, f"acs:kms:{REGION}:{UID}:{name}"):
            assert answer("DescribeKey", {"KeyId": named})["KeyMetadata"]["KeyId"] == key.key_id
    assert Key.objects.get().alias == "alias/orders"
    listed = answer("ListAliases", {"PageSize": "1", "PageNumber": "2"})
    assert (listed["TotalCount"], [each["AliasName"] for each in listed["Aliases"]["Alias"]]) == (
        2, ["alias/orders-old"],
    )  # fmt: skip
    assert refusal("DescribeKey", {"KeyId": "alias/none"}) == (404, "Forbidden.AliasNotFound")


def test_nobody_deletes_a_key_by_an_alias() -> None:
    key = a_key(alias="alias/orders")
    told = {"KeyId": key.alias, "PendingWindowInDays": "7"}
    assert refusal("ScheduleKeyDeletion", told) == (404, "Forbidden.KeyNotFound")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("orders", "InvalidParameter"),
        ("alias/", "InvalidParameter"),
        ("alias/ü", "InvalidParameter"),
        (f"alias/{'x' * 250}", "InvalidParameter"),
        ("alias/acs/rds", "Unsupported.Alias"),
        ("alias/taken", "AliasAlreadyExists"),
    ],
)
def test_an_alias_that_there_cannot_be_is_refused(name: str, code: str) -> None:
    a_key(alias="alias/taken")
    assert refusal("CreateAlias", {"KeyId": a_key().key_id, "AliasName": name}) == (400, code)


def test_the_aliases_of_a_deleted_key_are_free_again() -> None:
    a_key(alias="alias/orders", state=State.DELETED)
    assert not Alias.objects.exists()
    a_key(alias="alias/orders")
    assert answer("ListAliases")["TotalCount"] == 1


def test_an_arn_of_elsewhere_finds_nothing() -> None:
    key = a_key()
    for arn in (key.arn.replace(REGION, "eu-west-1"), key.arn.replace(UID, OTHER_UID), f"{key.arn}x"):
        assert refusal("DescribeKey", {"KeyId": arn}) == (404, "Forbidden.KeyNotFound")


def test_tagging_is_all_or_nothing_and_keeps_what_was_there() -> None:
    first, second = a_key(), a_key()
    told = {"ResourceType": "key", "Tag.1.Key": "team", "Tag.1.Value": "pay"}
    answer("TagResources", {**told, "ResourceId.1": first.key_id})
    answer("TagResources", {**told, "ResourceId.1": first.arn, "Tag.1.Key": "env", "Tag.1.Value": "prod"})
    first.refresh_from_db()
    assert first.tags == {"team": "pay", "env": "prod"}
    many = {f"Tag.{n}.Key": f"k{n}" for n in range(2, 21)} | {"ResourceType": "key", "Tag.1.Key": "k1"}
    both = {"ResourceId.1": second.key_id, "ResourceId.2": first.key_id}
    assert refusal("TagResources", {**many, **both}) == (400, "Rejected.LimitExceeded")
    assert refusal("TagResources", {**told, "ResourceId.1": "key-none"}) == (404, "Forbidden.KeyNotFound")
    assert refusal("TagResources", {**told, "ResourceType": "instance", "ResourceId.1": "a"}) == (
        400, "InvalidParameter",
    )  # fmt: skip
