"""One good call of every action, what of it must be there, and what its answer is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.builders import NOW, a_client_key, a_key, a_number, a_secret, an_access_point, an_instance

PAGE = {"PageNumber": int, "PageSize": int, "TotalCount": int}
METADATA = dict.fromkeys(
    (
        "Arn", "AutomaticRotation", "CreationDate", "Creator", "DKMSInstanceId", "DeleteDate", "Description", "KeyId",
        "KeySpec", "KeyState", "KeyUsage", "LastRotationDate", "MaterialExpireTime", "Origin", "PrimaryKeyVersion",
        "ProtectionLevel",
    ),
    str,
)  # fmt: skip
PROTECTED = METADATA | {"DeletionProtection": str, "DeletionProtectionDescription": str}
INSTANCE = {
    "BindVpcs": {"BindVpc": list}, "CaCertificateChainPem": str, "ChargeType": str, "CreateTime": str,
    "DeletionProtection": bool, "DeletionProtectionDescription": str, "EndDate": str, "InstanceId": str,
    "InstanceName": str, "KeyNum": int, "Log": int, "LogStorage": int, "ProductType": str, "ProductVersion": str,
    "SaleStatus": str, "SecretNum": str, "Spec": int, "StartDate": str, "Status": str, "VpcId": str, "VpcNum": int,
    "VswitchIds": list, "ZoneIds": list,
}  # fmt: skip
LISTED_SECRET = {
    "CreateTime": str, "OwingService": str, "SecretName": str, "SecretType": str, "UpdateTime": str,
    "Tags": {"Tag": [{"TagKey": str, "TagValue": str}]},
}  # fmt: skip
MADE_SECRET = {
    "Arn": str, "AutomaticRotation": str, "DKMSInstanceId": str, "ExtendedConfig": str, "NextRotationDate": str,
    "RotationInterval": str, "SecretName": str, "SecretType": str,
}  # fmt: skip
CLIENT_KEY = {
    "AapName": str, "ClientKeyId": str, "CreateTime": str, "KeyAlgorithm": str, "KeyOrigin": str, "NotAfter": str,
    "NotBefore": str, "PublicKeyData": str,
}  # fmt: skip
TAGS = json.dumps([{"TagKey": "team", "TagValue": "pay"}])


@dataclass(frozen=True)
class Example:
    """A good call. `names` says that it is about something that exists, `lists` where its rows stand."""

    make: Callable[[], dict[str, str]] = dict
    shape: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    names: bool = False
    lists: str = ""


def of_key(**further: str) -> Callable[[], dict[str, str]]:
    """Return what makes a key, tagged, and names it."""

    def make() -> dict[str, str]:
        key = a_key()
        key.tags = {"team": "pay"}
        key.save(update_fields=["tags"])
        return {"KeyId": key.key_id, **further}

    return make


def of_secret(state: str = "Enabled", **further: str) -> Callable[[], dict[str, str]]:
    """Return what makes a managed secret that rotates, tagged, and names it."""

    def make() -> dict[str, str]:
        secret = a_secret(state=state)
        secret.tags = {"team": "pay"}
        secret.save(update_fields=["tags"])
        return {"SecretName": secret.name, **further}

    return make


def a_new_secret() -> dict[str, str]:
    """Return the parameters of a managed secret."""
    return {
        "SecretName": f"rds/{a_number()}", "VersionId": "v1", "SecretData": "canary-0451", "SecretType": "Rds",
        "EnableAutomaticRotation": "True", "RotationInterval": "7d", "ExtendedConfig": '{"SecretSubType":"SingleUser"}',
        "Tags": TAGS,
    }  # fmt: skip


def a_listed(make: Callable[[], Any]) -> Callable[[], dict[str, str]]:
    """Return what makes something that a list shows."""

    def made() -> dict[str, str]:
        make()
        return {}

    return made


def of_client_key() -> dict[str, str]:
    """Make a client key and name it."""
    return {"ClientKeyId": a_client_key().client_key_id}


def of_instance() -> dict[str, str]:
    """Make an instance and name it."""
    return {"KmsInstanceId": an_instance(now=NOW).instance_id}


EXAMPLES = {
    "DescribeRegions": Example(shape={"Regions": {"Region": [{"RegionId": str}]}}),
    "ListKmsInstances": Example(
        a_listed(an_instance),
        {"KmsInstances": {"KmsInstance": [{"KmsInstanceId": str, "KmsInstanceArn": str}]}, **PAGE},
        lists="KmsInstances.KmsInstance",
    ),
    "GetKmsInstance": Example(of_instance, {"KmsInstance": INSTANCE}, ("KmsInstanceId",), names=True),
    "GetDefaultKmsInstance": Example(a_listed(an_instance), {"DefaultKmsInstanceId": str}),
    "GetKmsInstanceQuotaInfos": Example(
        of_instance,
        {
            "KmsInstanceId": str,
            "KmsInstanceQuotaInfos": [{"ResourceType": str, "ResourceQuota": int, "UsedQuantity": int}],
        },
        names=True,
    ),
    "CreateKey": Example(lambda: {"Description": "for orders", "Tags": TAGS}, {"KeyMetadata": METADATA}),
    "ListKeys": Example(
        a_listed(a_key), {"Keys": {"Key": [{"KeyId": str, "KeyArn": str}]}, **PAGE}, lists="Keys.Key"
    ),
    "DescribeKey": Example(of_key(), {"KeyMetadata": PROTECTED}, ("KeyId",), names=True),
    "EnableKey": Example(of_key(), {}, ("KeyId",), names=True),
    "DisableKey": Example(of_key(), {}, ("KeyId",), names=True),
    "ScheduleKeyDeletion": Example(
        of_key(PendingWindowInDays="7"), {}, ("KeyId", "PendingWindowInDays"), names=True
    ),
    "CancelKeyDeletion": Example(
        lambda: {"KeyId": a_key(state="PendingDeletion").key_id}, {}, ("KeyId",), names=True
    ),
    "SetDeletionProtection": Example(
        lambda: {"ProtectedResourceArn": a_key().arn, "EnableDeletionProtection": "True"}, {},
        ("ProtectedResourceArn", "EnableDeletionProtection"), names=True,
    ),
    "CreateAlias": Example(
        lambda: {"KeyId": a_key().key_id, "AliasName": f"alias/{a_number()}"}, {}, ("KeyId", "AliasName"), names=True
    ),
    "ListAliases": Example(
        a_listed(lambda: a_key(alias=f"alias/{a_number()}")),
        {"Aliases": {"Alias": [{"AliasName": str, "AliasArn": str, "KeyId": str}]}, **PAGE}, lists="Aliases.Alias",
    ),
    "CreateSecret": Example(
        a_new_secret, {**MADE_SECRET, "VersionId": str}, ("SecretName", "VersionId", "SecretData", "RotationInterval")
    ),
    "ListSecrets": Example(
        lambda: of_secret()() and {"FetchTags": "true"}, {"SecretList": {"Secret": [LISTED_SECRET]}, **PAGE},
        lists="SecretList.Secret",
    ),
    "DescribeSecret": Example(
        of_secret(FetchTags="true"),
        {
            **LISTED_SECRET, "Arn": str, "AutomaticRotation": str, "DKMSInstanceId": str, "Description": str,
            "EncryptionKeyId": str, "ExtendedConfig": str,
        },
        ("SecretName",), names=True,
    ),
    "DeleteSecret": Example(
        of_secret(RecoveryWindowInDays="10"), {"PlannedDeleteTime": str, "SecretName": str}, ("SecretName",), names=True
    ),
    "RestoreSecret": Example(of_secret("PendingDeletion"), {"SecretName": str}, ("SecretName",), names=True),
    "RotateSecret": Example(
        of_secret(VersionId="v2"), {"Arn": str, "SecretName": str, "VersionId": str}, ("SecretName", "VersionId"),
        names=True,
    ),
    "UpdateSecretRotationPolicy": Example(
        of_secret(EnableAutomaticRotation="True", RotationInterval="7d"), {"SecretName": str},
        ("SecretName", "EnableAutomaticRotation", "RotationInterval"), names=True,
    ),
    "ListSecretVersionIds": Example(
        of_secret(),
        {
            "SecretName": str,
            "VersionIds": {
                "VersionId": [{"VersionId": str, "CreateTime": str, "VersionStages": {"VersionStage": [str]}}]
            },
            **PAGE,
        },
        ("SecretName",), names=True,
    ),
    "CreateApplicationAccessPoint": Example(
        lambda: {"Name": f"aap-{a_number()}", "Policies": '["use"]', "AuthenticationMethod": "ClientKey"},
        dict.fromkeys(("Arn", "AuthenticationMethod", "Description", "Name", "Policies"), str), ("Name", "Policies"),
    ),
    "ListApplicationAccessPoints": Example(
        a_listed(an_access_point),
        {
            "ApplicationAccessPoints": {"ApplicationAccessPoint": [{"AuthenticationMethod": str, "Name": str}]},
            **PAGE,
        },
        lists="ApplicationAccessPoints.ApplicationAccessPoint",
    ),
    "CreateClientKey": Example(
        lambda: {"AapName": an_access_point().name, "Password": "canary-0451"},
        dict.fromkeys(("ClientKeyId", "KeyAlgorithm", "NotAfter", "NotBefore", "PrivateKeyData"), str),
        ("AapName", "Password"), names=True,
    ),
    "ListClientKeys": Example(a_listed(a_client_key), {"ClientKeys": [CLIENT_KEY]}, lists="ClientKeys"),
    "GetClientKey": Example(of_client_key, CLIENT_KEY, ("ClientKeyId",), names=True),
    "DeleteClientKey": Example(of_client_key, {}, ("ClientKeyId",), names=True),
    "TagResources": Example(
        lambda: {"ResourceType": "key", "ResourceId.1": a_key().key_id, "Tag.1.Key": "team", "Tag.1.Value": "pay"}, {},
        ("ResourceType", "ResourceId.1", "Tag.1.Key"), names=True,
    ),
    "ListResourceTags": Example(
        of_key(), {"Tags": {"Tag": [{"KeyId": str, "TagKey": str, "TagValue": str}]}}, ("KeyId",), names=True
    ),
}  # fmt: skip
