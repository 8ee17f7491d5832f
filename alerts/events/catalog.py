"""The catalogue of system events: one frozen record per event type, and nothing else knows event types.

Source: KMS help pages "Alert events" (Jun 2025, Dec 2025, Mar 2026) and "Monitor the rotation of secrets". Only the two
rotation codes are documented; the other codes, types and texts follow the documented pattern
`<resource type>:<operation>:<result>`, and can be corrected here, in one place.

To add an event type, add one record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts.events.triggers import DueIn, Occurs, Reaches, Trigger

PRODUCT = "KMS"
PRODUCT_TITLE = "Key Management Service (KMS)"
LEVELS = ("CRITICAL", "WARN", "INFO")
EVENT_TYPES = ("Exception", "Notification", "StatusNotification", "Maintenance")
STATUSES = ("Failed", "Warning", "Normal")
REMINDER_DAYS = (180, 90, 30, 7)
DEFAULT_MARGIN = 5


def _(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class EventType:
    """What one event means. `name` is the code on the wire; `resource_kind` the kind part of the resource's ARN."""

    name: str
    title: str
    title_zh: str
    level: str
    event_type: str
    status: str
    resource_kind: str
    trigger: Trigger
    condition: str
    meaning: str
    impact: str
    remedy: str
    sample: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    closed_by: str = ""
    product: str = PRODUCT


KEY_SAMPLE = {"eventId": "0f8b2c1e", "keyId": "key-hzz65f1cb66fa0qo4gl8o", "kmsInstanceId": "kst-hzz65f176a0ogplgq"}
SECRET_SAMPLE = {"eventId": "0f8b2c1e", "secretName": "rds-prod-app", "secretType": "Rds"}
ROTATION_SAMPLE = {
    **SECRET_SAMPLE,
    "RotationEntityArn": "acs:rds:cn-hangzhou:1000000000000001:dbinstance/rm-bp1x0example",
}
SYNC_SAMPLE = {
    **KEY_SAMPLE,
    "primaryRegionId": "cn-hangzhou",
    "replicaInstanceId": "kst-shh65f1a2b3c4d5e",
    "replicaRegionId": "cn-shanghai",
}

CATALOG: tuple[EventType, ...] = (
    EventType(
        name="Instance:QPSUsage:NinetyPercent",
        title=_("QPS has reached 90%"),
        title_zh="QPS达到90%",
        level="CRITICAL",
        event_type="Exception",
        status="Warning",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="qps", share=90),
        condition=_("Real-time QPS of a KMS instance reaches 90% of its quota."),
        meaning=_("The instance answers almost as many requests per second as it may."),
        impact=_("Above the limit, requests are rejected with 429 Rejected.Throttling: applications fail to decrypt."),
        remedy=_("Raise the computing performance of the instance, or cache data keys in the applications."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "qps",
            "resourceQuota": 1000,
            "usedQuantity": 913,
            "usagePercent": 91.3,
            "threshold": 90,
        },
    ),
    EventType(
        name="Instance:QPSUsage:SeventyPercent",
        title=_("QPS has reached 70%"),
        title_zh="QPS达到70%",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="qps", share=70),
        condition=_("Real-time QPS of a KMS instance reaches 70% of its quota."),
        meaning=_("The instance is busier than usual."),
        impact=_("Exceeding the limit may make KMS inaccessible and affect business continuity."),
        remedy=_("Look at the trend, and plan more computing performance before 90% is reached."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "qps",
            "resourceQuota": 1000,
            "usedQuantity": 722,
            "usagePercent": 72.2,
            "threshold": 70,
        },
    ),
    EventType(
        name="Key:ScheduleKeyDeletion:Success",
        title=_("Key scheduled for deletion"),
        title_zh="密钥计划删除",
        level="WARN",
        event_type="Notification",
        status="Normal",
        resource_kind="key",
        trigger=Occurs("kms.key.deletion-scheduled"),
        condition=_("A key enters the waiting period of a scheduled deletion."),
        meaning=_("Somebody asked for this key to be deleted; it cannot be used while it waits."),
        impact=_("Data encrypted with the key cannot be decrypted now, and never again once the period is over."),
        remedy=_("If this was not intended, cancel the deletion before the planned date."),
        sample={**KEY_SAMPLE, "pendingWindowInDays": 30, "deleteDate": "2026-12-22T08:00:00Z"},
        closed_by="Key:DeleteKey:Success",
    ),
    EventType(
        name="Key:DeleteKey:Success",
        title=_("Key deleted"),
        title_zh="密钥删除",
        level="WARN",
        event_type="Notification",
        status="Normal",
        resource_kind="key",
        trigger=Occurs("kms.key.deleted"),
        condition=_("A key is permanently deleted: its waiting period is over."),
        meaning=_("The key no longer exists and cannot be brought back."),
        impact=_("Everything that was encrypted with it is lost."),
        remedy=_("Check that nothing still refers to the key; find out who asked for it in the earlier events."),
        sample={**KEY_SAMPLE, "deletionTime": "2026-12-22T08:00:00Z"},
    ),
    EventType(
        name="Secret:ScheduleSecretDeletion:Success",
        title=_("Secret scheduled for deletion"),
        title_zh="凭据计划删除",
        level="WARN",
        event_type="Notification",
        status="Normal",
        resource_kind="secret",
        trigger=Occurs("kms.secret.deletion-scheduled"),
        condition=_("A secret enters the waiting period of a scheduled deletion."),
        meaning=_("Somebody asked for this secret to be deleted; it cannot be read while it waits."),
        impact=_("Applications that read the secret fail now, and the secret is gone once the period is over."),
        remedy=_("If this was not intended, restore the secret before the planned date."),
        sample={**SECRET_SAMPLE, "plannedDeleteTime": "2026-12-22T08:00:00Z", "recoveryWindowInDays": 30},
        closed_by="Secret:DeleteSecret:Success",
    ),
    EventType(
        name="Secret:DeleteSecret:Success",
        title=_("Secret deleted"),
        title_zh="凭据删除",
        level="WARN",
        event_type="Notification",
        status="Normal",
        resource_kind="secret",
        trigger=Occurs("kms.secret.deleted"),
        condition=_("A secret is permanently deleted: its window is over, or it was deleted without recovery."),
        meaning=_("The secret no longer exists and cannot be brought back."),
        impact=_("Applications that still read it fail."),
        remedy=_("Check that nothing still refers to the secret; create it again if something does."),
        sample={**SECRET_SAMPLE, "deletionTime": "2026-12-22T08:00:00Z", "forceDelete": False},
    ),
    EventType(
        name="Secret:RotateSecret:Failure",
        title=_("Managed secret rotation failed"),
        title_zh="托管凭据轮转失败",
        level="CRITICAL",
        event_type="Exception",
        status="Failed",
        resource_kind="secret",
        trigger=Occurs("kms.secret.rotation-failed"),
        condition=_("Automatic rotation of a managed secret fails."),
        meaning=_("The service could not change the password or key of the account behind the secret."),
        impact=_("Automatic rotation stops: the old credential stays in use for longer than your policy allows."),
        remedy=_("Look at the failure's code, mend the permission or the account, and rotate again."),
        sample={
            **ROTATION_SAMPLE,
            "rotationStatus": "Invalid",
            "rotationSubType": "SingleUser",
            "failureInfo": {"errorCode": "Kms:ErrorCode", "errorMessage": "The account does not exist."},
            "failureTime": "2026-11-22T02:15:02Z",
        },
        closed_by="Secret:RotateSecret:Success",
    ),
    EventType(
        name="Secret:RotateSecret:Success",
        title=_("Managed secret rotation succeeded"),
        title_zh="托管凭据轮转成功",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="secret",
        trigger=Occurs("kms.secret.rotation-succeeded"),
        condition=_("Automatic rotation of a managed secret completes."),
        meaning=_("The credential behind the secret was changed as planned."),
        impact=_("None: applications that read the secret get the new credential."),
        remedy=_("Nothing to do."),
        sample={
            **ROTATION_SAMPLE,
            "rotationStatus": "Enabled",
            "secretSubType": "SingleUser",
            "successTime": "2026-11-22T02:15:02Z",
        },
    ),
    EventType(
        name="Key:SyncKey:Failure",
        title=_("Key sync failed"),
        title_zh="密钥同步失败",
        level="CRITICAL",
        event_type="Exception",
        status="Failed",
        resource_kind="key",
        trigger=Occurs("kms.key.sync-failed"),
        condition=_("A key of a KMS instance fails to be synchronized across regions."),
        meaning=_("The replica instance does not hold this key, or holds an old version of it."),
        impact=_("If the primary region fails, data under this key cannot be decrypted in the other region."),
        remedy=_("Look at the failure's cause, check the replica's quota and network, and synchronize again."),
        sample={
            **SYNC_SAMPLE,
            "syncStatus": "Failed",
            "failureInfo": {"errorCode": "QuotaExceeded", "errorMessage": "The replica's key quota is used up."},
        },
        closed_by="Key:SyncKey:Success",
    ),
    EventType(
        name="Key:SyncKey:Success",
        title=_("Key sync succeeded"),
        title_zh="密钥同步成功",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="key",
        trigger=Occurs("kms.key.sync-succeeded"),
        condition=_("A key of a KMS instance is synchronized across regions."),
        meaning=_("The replica instance holds the key."),
        impact=_("None: the key can be used in the other region."),
        remedy=_("Nothing to do."),
        sample={**SYNC_SAMPLE, "syncStatus": "Succeeded"},
    ),
    EventType(
        name="ClientKey:Expiration:Reminder",
        title=_("ClientKey expiration reminder"),
        title_zh="ClientKey到期提醒",
        level="CRITICAL",
        event_type="Notification",
        status="Normal",
        resource_kind="clientkey",
        trigger=DueIn("kms.client-key.observed", days=REMINDER_DAYS),
        condition=_("180, 90, 30 and 7 days before a client key expires."),
        meaning=_("The client key with which an application signs in to KMS comes to its end."),
        impact=_("After that date the application can no longer reach keys and secrets."),
        remedy=_("Create a new client key for the access point, roll it out, then delete the old one."),
        sample={
            "eventId": "0f8b2c1e",
            "clientKeyId": "KAAP.66dfec5e-0000",
            "aapName": "aap-payments",
            "notBefore": "2021-11-29T00:00:00Z",
            "notAfter": "2026-11-29T00:00:00Z",
            "remainingDays": 7,
            "missedReminders": [],
        },
    ),
    EventType(
        name="Instance:AccessManagementUsage:SeventyPercent",
        title=_("Access management usage has reached 70%"),
        title_zh="访问管理数量使用率达到70%",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="vpc", share=70),
        condition=_("Usage of the access management quota reaches 70%."),
        meaning=_("Most of the VPCs and accounts that may be given access have been given it."),
        impact=_("Above the limit you cannot create new access management policies."),
        remedy=_("Remove access that is no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "vpc",
            "resourceQuota": 10,
            "usedQuantity": 7,
            "usagePercent": 70.0,
            "threshold": 70,
        },
    ),
    EventType(
        name="Instance:AccessManagementUsage:NinetyPercent",
        title=_("Access management usage has reached 90%"),
        title_zh="访问管理数量使用率达到90%",
        level="WARN",
        event_type="Notification",
        status="Warning",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="vpc", share=90),
        condition=_("Usage of the access management quota reaches 90%."),
        meaning=_("Nearly all VPCs and accounts that may be given access have been given it."),
        impact=_("Above the limit you cannot create new access management policies."),
        remedy=_("Remove access that is no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "vpc",
            "resourceQuota": 10,
            "usedQuantity": 9,
            "usagePercent": 90.0,
            "threshold": 90,
        },
    ),
    EventType(
        name="Instance:KeyUsage:SeventyPercent",
        title=_("Key usage has reached 70%"),
        title_zh="密钥使用率达到70%",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="key", share=70),
        condition=_("Usage of the key quota, counted in key versions, reaches 70%."),
        meaning=_("Most of the key versions that the instance may hold exist."),
        impact=_("Above the limit you cannot create new keys, and keys cannot be rotated."),
        remedy=_("Delete keys that are no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "key",
            "resourceQuota": 1000,
            "usedQuantity": 700,
            "usagePercent": 70.0,
            "threshold": 70,
        },
    ),
    EventType(
        name="Instance:KeyUsage:NinetyPercent",
        title=_("Key usage has reached 90%"),
        title_zh="密钥使用率达到90%",
        level="WARN",
        event_type="Notification",
        status="Warning",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="key", share=90),
        condition=_("Usage of the key quota, counted in key versions, reaches 90%."),
        meaning=_("Nearly all key versions that the instance may hold exist."),
        impact=_("Above the limit you cannot create new keys, and keys cannot be rotated."),
        remedy=_("Delete keys that are no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "key",
            "resourceQuota": 1000,
            "usedQuantity": 900,
            "usagePercent": 90.0,
            "threshold": 90,
        },
    ),
    EventType(
        name="Instance:SecretUsage:SeventyPercent",
        title=_("Secret usage has reached 70%"),
        title_zh="凭据使用率达到70%",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="secret", share=70),
        condition=_("Usage of the secret quota reaches 70%."),
        meaning=_("Most of the secrets that the instance may hold exist."),
        impact=_("Above the limit you cannot create new secrets."),
        remedy=_("Delete secrets that are no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "secret",
            "resourceQuota": 100,
            "usedQuantity": 70,
            "usagePercent": 70.0,
            "threshold": 70,
        },
    ),
    EventType(
        name="Instance:SecretUsage:NinetyPercent",
        title=_("Secret usage has reached 90%"),
        title_zh="凭据使用率达到90%",
        level="WARN",
        event_type="Notification",
        status="Warning",
        resource_kind="keystore",
        trigger=Reaches("kms.instance.usage", resource_type="secret", share=90),
        condition=_("Usage of the secret quota reaches 90%."),
        meaning=_("Nearly all secrets that the instance may hold exist."),
        impact=_("Above the limit you cannot create new secrets."),
        remedy=_("Delete secrets that are no longer needed, or raise the quota."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "secret",
            "resourceQuota": 100,
            "usedQuantity": 90,
            "usagePercent": 90.0,
            "threshold": 90,
        },
    ),
)

BY_NAME: Mapping[str, EventType] = MappingProxyType({record.name: record for record in CATALOG})


def occurring(fact_type: str) -> tuple[EventType, ...]:
    """Return the event types that one fact of this type raises."""
    return tuple(r for r in CATALOG if isinstance(r.trigger, Occurs) and r.trigger.fact == fact_type)


def reaching(resource_type: str) -> tuple[tuple[EventType, Reaches], ...]:
    """Return the event types that watch this quota, with their triggers."""
    pairs = ((r, r.trigger) for r in CATALOG if isinstance(r.trigger, Reaches))
    return tuple((r, t) for r, t in pairs if t.resource_type == resource_type)


def due(fact_type: str) -> tuple[tuple[EventType, DueIn], ...]:
    """Return the event types that watch the deadline told by facts of this type, with their triggers."""
    return tuple((r, r.trigger) for r in CATALOG if isinstance(r.trigger, DueIn) and r.trigger.fact == fact_type)
