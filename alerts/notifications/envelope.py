"""The envelope of a subscription: what push channels get. "Configure callbacks for system event-triggered alerts
(recommended)", webhook payload of an event subscription.

As JSON, the object is the body of a POST, or the query parameter `data` of a GET. As FORM, its parts are parameters:
`userInfo`, `subscription` and `alert` as JSON texts, `severity`, `strategyName`, `userId` and `time` as they are.

A message may tell of many events. `alert` is the newest of them; `batchId` names the message, and the search for it
shows all of them. `dedupId` is the same for every message about one bundle, so that a receiver can pair RESOLVED with
TRIGGERED.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alerts.estate.regions import BY_ID
from alerts.events.identity import milliseconds
from alerts.notifications.message import callback_time

if TYPE_CHECKING:
    from alerts.events.models import SystemEvent
    from alerts.rules.pattern import Pattern
    from alerts.subscriptions.models import Batch

TRIGGERED, RESOLVED = "TRIGGERED", "RESOLVED"
FORM_FIELDS = ("userInfo", "subscription", "alert", "severity", "strategyName", "userId", "time")
CHINESE_SERVICE = "密钥管理服务"


def envelope(batch: Batch, event: SystemEvent, *, account_name: str, pattern: Pattern | None) -> dict[str, object]:
    """Return the envelope of a batch, of which the newest event is given."""
    uid = batch.account_id
    body: dict[str, object] = {
        "userInfo": _user(uid, account_name),
        "subscription": {
            "subscriptionUuid": str(batch.policy_id or ""),
            "conditions": conditions_of(pattern),
            "relation": "AND",
        },
        "batchId": str(batch.pk),
        "alert": _alert(batch, event),
        "severity": batch.level,
        "strategyName": batch.policy_name,
        "userId": uid,
        "time": milliseconds(batch.made_at),
    }
    return body | ({"test": True} if batch.test else {})


def as_form(body: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that the envelope consists of in FORM format."""
    return {name: body[name] for name in (*FORM_FIELDS, "test") if name in body}


def conditions_of(pattern: Pattern | None) -> list[dict[str, str]]:
    """Return what a policy selects by, as field, operator and value."""
    found = [{"field": "source", "op": "EQ", "value": "SYS_EVENT"}]
    if pattern is None:
        return found
    lists = {
        "product": (pattern.product,) if pattern.product else (), "eventType": pattern.event_types,
        "level": pattern.levels, "name": pattern.names, "resource": pattern.resources,
    }  # fmt: skip
    found += [{"field": field, "op": "IN", "value": ",".join(values)} for field, values in lists.items() if values]
    words = (("content", pattern.content_words, pattern.content_black),
             ("resourceId", pattern.resource_words, pattern.resource_black))  # fmt: skip
    return found + [
        {"field": field, "op": "NOT_CONTAIN" if black else "CONTAIN", "value": ",".join(values)}
        for field, values, black in words
        if values
    ]


def _user(uid: str, name: str) -> dict[str, str]:
    """Return who owns the account; the second spelling of each is what CloudMonitor shows in public."""
    plain = {"aliyunId": uid, "nickName": name, "userName": name, "userId": uid}
    return {key: value for field, said in plain.items() for key, value in ((field, said), (f"{field}Sec", _dim(said)))}


def _dim(text: str) -> str:
    return f"{text[:2]}****{text[-2:]}" if len(text) > 4 else "****"


def _alert(batch: Batch, event: SystemEvent) -> dict[str, Any]:
    meta = _meta(event)
    return {
        "alertStatus": RESOLVED if batch.over else TRIGGERED,
        "groupId": event.group_id,
        "source": "SYS_EVENT",
        "eventContentMap": event.content,
        "dedupId": f"bundle-{batch.bundle_id}" if batch.bundle_id else str(batch.pk),
        "eventName": event.name,
        "arn": event.resource,
        "timestamp": milliseconds(event.occurred_at),
        "traceId": event.original_id or str(event.id),
        "severity": event.level,
        "product": event.product,
        "eventRawContent": json.dumps(event.content, ensure_ascii=False, separators=(",", ":")),
        "eventType": event.event_type,
        "userId": event.account_id,
        "meta": {"sysEventMeta": meta},
    }


def _meta(event: SystemEvent) -> dict[str, str]:
    known, region = event.record, BY_ID.get(event.region)
    kms = event.product == "KMS"
    return {
        "regionNameEn": region.name if region else event.region,
        "regionNameZh": region.name_zh if region else event.region,
        "resourceId": event.resource,
        "product": event.product,
        "eventNameEn": known.title if known else event.name,
        "eventNameZh": known.title_zh if known else event.name,
        "instanceName": event.instance_name,
        "level": event.level,
        "resource": event.resource,
        "groupId": event.group_id,
        "serviceTypeEn": "Key Management Service" if kms else event.product,
        "serviceTypeZh": CHINESE_SERVICE if kms else event.product,
        "eventType": event.event_type,
        "regionId": event.region,
        "eventTime": callback_time(event.occurred_at),
        "name": event.name,
        "id": str(event.id),
        "status": event.status,
    }
