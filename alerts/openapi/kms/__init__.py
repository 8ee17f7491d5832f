"""The actions of KMS 2016-01-20, written out: what each is called, what performs it, and what the audit trail names.

All of them go through the verbs of the estate, as the console does: what a program changes raises the same events.
"""

from alerts.openapi.actions import KMS_VERSION, Action
from alerts.openapi.kms import (
    access_points,
    aliases,
    client_keys,
    instances,
    keys,
    refused,
    regions,
    secret_lists,
    secrets,
    tags,
)

V = KMS_VERSION
KMS: tuple[Action, ...] = (
    Action("DescribeRegions", V, regions.describe_regions),
    Action("ListKmsInstances", V, instances.list_kms_instances),
    Action("GetKmsInstance", V, instances.get_kms_instance),
    Action("GetDefaultKmsInstance", V, instances.get_default_kms_instance),
    Action("GetKmsInstanceQuotaInfos", V, instances.get_kms_instance_quota_infos),
    Action("CreateKey", V, keys.create_key, changes=True, subject="KeyMetadata.Arn"),
    Action("ListKeys", V, keys.list_keys),
    Action("DescribeKey", V, keys.describe_key),
    Action("EnableKey", V, keys.enable_key, changes=True, subject="KeyId"),
    Action("DisableKey", V, keys.disable_key, changes=True, subject="KeyId"),
    Action("ScheduleKeyDeletion", V, keys.schedule_key_deletion, changes=True, subject="KeyId"),
    Action("CancelKeyDeletion", V, keys.cancel_key_deletion, changes=True, subject="KeyId"),
    Action(
        "SetDeletionProtection",
        V,
        keys.set_deletion_protection,
        changes=True,
        subject="ProtectedResourceArn KeyId KmsInstanceId",
    ),
    Action("CreateAlias", V, aliases.create_alias, changes=True, subject="KeyId"),
    Action("ListAliases", V, aliases.list_aliases),
    Action("CreateSecret", V, secrets.create_secret, changes=True, subject="Arn"),
    Action("ListSecrets", V, secret_lists.list_secrets),
    Action("DescribeSecret", V, secret_lists.describe_secret),
    Action("DeleteSecret", V, secrets.delete_secret, changes=True, subject="SecretName"),
    Action("RestoreSecret", V, secrets.restore_secret, changes=True, subject="SecretName"),
    Action("RotateSecret", V, secrets.rotate_secret, changes=True, subject="SecretName"),
    Action("UpdateSecretRotationPolicy", V, secrets.update_secret_rotation_policy, changes=True, subject="SecretName"),
    Action("ListSecretVersionIds", V, secret_lists.list_secret_version_ids),
    Action(
        "CreateApplicationAccessPoint", V, access_points.create_application_access_point, changes=True, subject="Arn"
    ),
    Action("ListApplicationAccessPoints", V, access_points.list_application_access_points),
    Action("CreateClientKey", V, client_keys.create_client_key, changes=True, subject="ClientKeyId"),
    Action("ListClientKeys", V, client_keys.list_client_keys),
    Action("GetClientKey", V, client_keys.get_client_key),
    Action("DeleteClientKey", V, client_keys.delete_client_key, changes=True, subject="ClientKeyId"),
    Action("TagResources", V, tags.tag_resources, changes=True, subject="ResourceId"),
    Action("ListResourceTags", V, tags.list_resource_tags),
    *(Action(name, V, refused.refuse) for name in refused.REFUSED),
)
