"""Lists by the API: filters, pages, instances and their quotas."""

from __future__ import annotations

import json

import pytest

from alerts.estate.instances import record_usage
from alerts.estate.models import Key, Secret
from tests.builders import NOW, UID, a_key, a_secret, an_instance
from tests.openapi.kms.calls import answer, refusal

pytestmark = pytest.mark.django_db


def filters(**wanted: str | list[str]) -> dict[str, str]:
    values = {key: value if isinstance(value, list) else [value] for key, value in wanted.items()}
    return {"Filters": json.dumps([{"Key": key, "Values": value} for key, value in values.items()])}


def keys(**wanted: str | list[str]) -> list[str]:
    return [each["KeyId"] for each in answer("ListKeys", filters(**wanted))["Keys"]["Key"]]


def secrets(**wanted: str | list[str]) -> list[str]:
    return [each["SecretName"] for each in answer("ListSecrets", filters(**wanted))["SecretList"]["Secret"]]


def test_keys_are_found_by_every_filter() -> None:
    instance = an_instance()
    first, second = a_key(instance=instance, alias="alias/orders"), a_key(state="Disabled")
    Key.objects.filter(pk=second.pk).update(spec="RSA_2048", usage="SIGN/VERIFY", tags={"team": "pay"})
    one, two = first.key_id, second.key_id
    assert keys(KeyState="Disabled") == [two]
    assert keys(KeyState=["Disabled", "Enabled"]) == [one, two]
    assert keys(KeyState="PendingImport") == []
    assert keys(KeySpec="RSA_2048") == keys(KeyUsage="SIGN/VERIFY") == keys(TagKey=["other", "team"]) == [two]
    assert keys(DKMSInstanceId=instance.instance_id) == keys(AliasName="alias/orders") == keys(keyId=one) == [one]
    assert keys(ProtectionLevel="SOFTWARE", Creator=UID, CreatorType="User") == [one, two]
    assert keys(CreatorType="Service") == keys(KeyState="Disabled", KeySpec="Aliyun_AES_256") == []


def test_secrets_are_found_by_every_filter() -> None:
    instance = an_instance()
    a_secret(name="prod/db", instance=instance)
    second = a_secret(name="test/web", kind=Secret.Type.GENERIC)
    Secret.objects.filter(pk=second.pk).update(description="of the shop", tags={"team": "pay $", "env": "x"})
    assert secrets(SecretName=["prod/", "none"]) == secrets(DKMSInstanceId=instance.instance_id) == ["prod/db"]
    assert secrets(SecretType=["RDS"]) == ["prod/db"]
    assert secrets(Description="SHOP") == secrets(TagKey="env") == secrets(TagValue=["none", "pay $"]) == ["test/web"]
    assert secrets(TagValue="pay") == secrets(SecretType="Generic", SecretName="prod") == []
    assert secrets(Creator=UID) == ["prod/db", "test/web"]


@pytest.mark.parametrize("action", ["ListKeys", "ListSecrets", "ListKmsInstances"])
@pytest.mark.parametrize(
    "told",
    [
        "KeyState=Enabled", "{}", "[1]", '[{"Key": "KeyState"}]', '[{"Key": "KeyState", "Values": "Enabled"}]',
        '[{"Key": "KeyState", "Values": []}]', '[{"Key": "KeyState", "Values": [1]}]',
        '[{"Key": "Colour", "Values": ["red"]}]', '[{"Values": ["Enabled"]}]',
        json.dumps([{"Key": "DKMSInstanceId", "Values": ["\0"]}]),
        json.dumps([{"Key": "KmsInstanceId", "Values": ["a"]}, {"Key": "DKMSInstanceId", "Values": ["a"]}] * 6),
    ],
)  # fmt: skip
def test_filters_that_nobody_can_read_are_refused(action: str, told: str) -> None:
    assert refusal(action, {"Filters": told}) == (400, "InvalidParameter")


def test_pages_hold_every_row_once_and_say_which_they_are() -> None:
    made = [a_key().key_id for _ in range(12)]
    first = answer("ListKeys")
    assert (first["PageNumber"], first["PageSize"], first["TotalCount"]) == (1, 10, 12)
    second = answer("ListKeys", {"PageNumber": "2"})
    both = [each["KeyId"] for page in (first, second) for each in page["Keys"]["Key"]]
    assert both == made
    assert answer("ListKeys", {"PageNumber": "3"})["Keys"]["Key"] == []
    assert answer("ListKeys", {"PageNumber": "10000000", "PageSize": "100"})["TotalCount"] == 12


@pytest.mark.parametrize(
    ("action", "usual"), [("ListKmsInstances", 20), ("ListApplicationAccessPoints", 20), ("ListSecrets", 10)]
)
def test_a_page_has_the_size_of_the_service(action: str, usual: int) -> None:
    assert answer(action)["PageSize"] == usual


def test_quotas_say_what_is_used_of_them() -> None:
    instance = an_instance(qps_quota=2000, key_quota=10)
    a_key(instance=instance)
    record_usage(instance, resource_type="qps", used=1401.5, now=NOW)
    told = answer("GetKmsInstanceQuotaInfos", {"KmsInstanceId": instance.instance_id})
    found = {
        each["ResourceType"]: (each["ResourceQuota"], each["UsedQuantity"]) for each in told["KmsInstanceQuotaInfos"]
    }
    assert found == {"qps": (2000, 1401), "key": (10, 1), "secret": (100, 0), "vpc": (10, 0)}
    only = answer("GetKmsInstanceQuotaInfos", {"KmsInstanceId": instance.instance_id, "ResourceType": "key"})
    assert [each["ResourceType"] for each in only["KmsInstanceQuotaInfos"]] == ["key"]
    assert refusal("GetKmsInstanceQuotaInfos", {"ResourceType": "disk"}) == (400, "InvalidParameter")
    assert answer("GetKmsInstanceQuotaInfos")["KmsInstanceId"] == instance.instance_id


def test_the_default_instance_is_the_oldest() -> None:
    assert answer("GetDefaultKmsInstance") == {"DefaultKmsInstanceId": ""}
    assert answer("GetKmsInstanceQuotaInfos")["KmsInstanceQuotaInfos"] == []
    first, _second = an_instance(), an_instance()
    assert answer("GetDefaultKmsInstance") == {"DefaultKmsInstanceId": first.instance_id}


def test_an_instance_tells_its_quotas_as_the_service_does() -> None:
    instance = an_instance(qps_quota=2000, secret_quota=50)
    told = answer("GetKmsInstance", {"KmsInstanceId": instance.instance_id})["KmsInstance"]
    assert (told["Spec"], told["KeyNum"], told["SecretNum"], told["VpcNum"]) == (2000, 1000, "50", 10)
    assert (told["Status"], told["InstanceName"], told["ProductType"]) == (
        "Connected", instance.name, "kms_ddi_public_cn",
    )  # fmt: skip
