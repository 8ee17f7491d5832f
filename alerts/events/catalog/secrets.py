"""Deletion of secrets, and the rotation of managed ones. The rotation codes and payloads are documented."""

from __future__ import annotations

from typing import Final

from alerts.events.catalog.event_type import EventType
from alerts.events.catalog.event_type import mark as _
from alerts.events.triggers import Occurs

SECRET_SAMPLE = {"eventId": "0f8b2c1e", "secretName": "rds-prod-app", "secretType": "Rds"}
ROTATION_SAMPLE = {
    **SECRET_SAMPLE,
    "RotationEntityArn": "acs:rds:cn-hangzhou:1000000000000001:dbinstance/rm-bp1x0example",
}

SECRETS: Final[tuple[EventType, ...]] = (
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
        opens="Secret:Deletion",
    ),
    EventType(
        name="Secret:RestoreSecret:Success",
        title=_("Secret restored"),
        title_zh="凭据恢复",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="secret",
        trigger=Occurs("kms.secret.restored"),
        condition=_("The scheduled deletion of a secret is cancelled."),
        meaning=_("The secret will not be deleted: somebody restored it within the waiting period."),
        impact=_("None: applications can read the secret again."),
        remedy=_("Nothing to do."),
        sample={**SECRET_SAMPLE},
        closes=("Secret:Deletion",),
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
        closes=("Secret:Deletion", "Secret:RotateSecret"),
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
        opens="Secret:RotateSecret",
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
        closes=("Secret:RotateSecret",),
    ),
)
