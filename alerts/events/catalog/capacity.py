"""Requests per second against what an instance may answer."""

from __future__ import annotations

from typing import Final

from alerts.events.catalog.event_type import EventType
from alerts.events.catalog.event_type import mark as _
from alerts.events.triggers import FallsBack, Reaches

CAPACITY: Final[tuple[EventType, ...]] = (
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
        opens="Instance:QPSUsage",
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
        name="Instance:QPSUsage:Normal",
        title=_("QPS is back below 90%"),
        title_zh="QPS恢复至90%以下",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="keystore",
        trigger=FallsBack("kms.instance.usage", resource_type="qps", share=90),
        condition=_("Real-time QPS of a KMS instance falls below 90% of its quota, by the re-arm margin."),
        meaning=_("The instance has room for more requests again."),
        impact=_("None: the limit is no longer near."),
        remedy=_("Nothing to do."),
        sample={
            "eventId": "0f8b2c1e",
            "kmsInstanceId": "kst-hzz65f176a0ogplgq",
            "resourceType": "qps",
            "resourceQuota": 1000,
            "usedQuantity": 830,
            "usagePercent": 83.0,
            "threshold": 90,
        },
        closes=("Instance:QPSUsage",),
    ),
)
