"""What is read from the cloud answers a program that wants to change it by a sentence, and stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.estate.models import Resource
from tests.builders import NOW, a_client_key, a_key, a_secret, an_instance
from tests.openapi.kms.calls import fault

pytestmark = pytest.mark.django_db
ON_A_KEY: dict[str, dict[str, str]] = {
    "DisableKey": {}, "EnableKey": {}, "ScheduleKeyDeletion": {"PendingWindowInDays": "7"}, "CancelKeyDeletion": {},
    "CreateAlias": {"AliasName": "alias/orders"},
}  # fmt: skip
ON_A_SECRET: dict[str, dict[str, str]] = {
    "DeleteSecret": {}, "RestoreSecret": {}, "RotateSecret": {"VersionId": "v9"},
    "UpdateSecretRotationPolicy": {"EnableAutomaticRotation": "true", "RotationInterval": "7d"},
}  # fmt: skip


def mirrored(row: Resource) -> Any:
    """Let a source read it."""
    type(row)._default_manager.filter(pk=row.pk).update(mirrored_by=1, mirrored_at=NOW)
    return row


def is_refused(action: str, told: dict[str, str]) -> None:
    """Check that the action says whose the row is."""
    found = fault(action, told)
    assert (found.status, found.code) == (403, "Forbidden.NoPermission")
    assert found.message.startswith("This is read from the cloud: change it there")


@pytest.mark.parametrize("action", ON_A_KEY)
def test_a_key_is_not_changed(action: str) -> None:
    is_refused(action, {"KeyId": mirrored(a_key()).key_id, **ON_A_KEY[action]})


def test_a_key_is_not_protected_either() -> None:
    told = {"ProtectedResourceArn": mirrored(a_key()).arn, "EnableDeletionProtection": "true"}
    is_refused("SetDeletionProtection", told)


def test_neither_a_key_nor_a_secret_is_tagged() -> None:
    for kind, named in (("key", mirrored(a_key()).key_id), ("secret", mirrored(a_secret()).name)):
        tagged = {"ResourceType": kind, "ResourceId.1": named, "Tag.1.Key": "team", "Tag.1.Value": "pay"}
        is_refused("TagResources", tagged)


@pytest.mark.parametrize("action", ON_A_SECRET)
def test_a_secret_is_not_changed(action: str) -> None:
    is_refused(action, {"SecretName": mirrored(a_secret()).name, **ON_A_SECRET[action]})


def test_client_keys_are_neither_made_nor_deleted() -> None:
    key = a_client_key()
    assert key.access_point is not None
    is_refused("DeleteClientKey", {"ClientKeyId": mirrored(key).client_key_id})
    is_refused("CreateClientKey", {"AapName": mirrored(key.access_point).name, "Password": "Only-dropped-1"})


@pytest.mark.parametrize(
    ("action", "told"),
    [("CreateKey", {}), ("CreateSecret", {"SecretName": "s", "SecretData": "dropped", "VersionId": "v1"})],
)
def test_nothing_is_made_in_an_instance(action: str, told: dict[str, str]) -> None:
    instance = an_instance()
    key = {"EncryptionKeyId": a_key(instance=instance).key_id} if action == "CreateSecret" else {}
    mirrored(instance)
    is_refused(action, {"DKMSInstanceId": instance.instance_id, **told, **key})
