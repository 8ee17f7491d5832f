"""Deletion of keys, and their synchronization across regions."""

from __future__ import annotations

from typing import Final

from alerts.events.catalog.event_type import EventType
from alerts.events.catalog.event_type import mark as _
from alerts.events.triggers import Occurs

KEY_SAMPLE = {"eventId": "0f8b2c1e", "keyId": "key-hzz65f1cb66fa0qo4gl8o", "kmsInstanceId": "kst-hzz65f176a0ogplgq"}
SYNC_SAMPLE = {
    **KEY_SAMPLE,
    "primaryRegionId": "cn-hangzhou",
    "replicaInstanceId": "kst-shh65f1a2b3c4d5e",
    "replicaRegionId": "cn-shanghai",
}

KEYS: Final[tuple[EventType, ...]] = (
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
        opens="Key:Deletion",
    ),
    EventType(
        name="Key:CancelKeyDeletion:Success",
        title=_("Key deletion cancelled"),
        title_zh="密钥取消计划删除",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="key",
        trigger=Occurs("kms.key.deletion-cancelled"),
        condition=_("The scheduled deletion of a key is cancelled."),
        meaning=_("The key will not be deleted: somebody cancelled it within the waiting period."),
        impact=_("None: the key can be used again once it is enabled."),
        remedy=_("Enable the key if it is still needed."),
        sample={**KEY_SAMPLE},
        closes=("Key:Deletion",),
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
        closes=("Key:Deletion", "Key:SyncKey"),
    ),
)

SYNCHRONIZATION: Final[tuple[EventType, ...]] = (
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
        opens="Key:SyncKey",
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
        closes=("Key:SyncKey",),
    ),
)
