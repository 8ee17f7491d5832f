"""One alert log as it is answered. Addresses are masked here for everybody: it is history, not a setting."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision, Notification
from alerts.openapi.cms.said import sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEVELS = {"CRITICAL": "P2", "WARN": "P3", "INFO": "P4"}
STATUSES = {
    Decision.Verdict.TOLD.value: "0",
    Decision.Verdict.OUTSIDE.value: "1",
    Decision.Verdict.MUTED.value: "2",
}
NOT_SENT = "4"
CHANNELS = {"email": "MAIL", "sms": "SMS", "voice": "ONCALL", "log": "SLS", "function": "FC", "queue": "MNS"}
KEYS = {"email": "MAIL", "sms": "SMS", "voice": "CALL", "dingtalk": "DING"}
LISTS = {
    "ContactMailList": "email", "ContactSMSList": "sms", "ContactOnCallList": "voice",
    "DingdingWebhookList": "dingtalk",
}  # fmt: skip
NOTHING: Mapping[str, Any] = {
    "ContactALIIWWList": [], "ContactDingList": [], "BlackListName": "", "BlackListUUID": "", "BlackListDetail": "",
    "MetricName": "", "Namespace": "", "GroupName": "",
}  # fmt: skip


def rows_of(decisions: Iterable[Decision]) -> list[dict[str, object]]:
    """Return the logs of decisions, with three queries for all of them."""
    found = list(decisions)
    told: dict[int, list[Notification]] = defaultdict(list)
    for each in Notification.objects.filter(decision__in=found).defer("address", "text").order_by("pk"):
        told[each.decision_id or 0].append(each)
    events = SystemEvent.objects.defer("search_text").in_bulk([each.event_id for each in found])
    groups: dict[int, list[str]] = defaultdict(list)
    pairs = Decision.objects.filter(pk__in=[each.pk for each in found], rule__targets__group__isnull=False)
    for key, name in pairs.values_list("pk", "rule__targets__group__name").order_by("rule__targets"):
        groups[key].append(name)
    return [_row(each, told[each.pk], events.get(each.event_id), groups[each.pk]) for each in found]


def _row(
    decision: Decision, told: Sequence[Notification], event: SystemEvent | None, groups: Sequence[str]
) -> dict[str, object]:
    level = LEVELS.get(decision.level, decision.level)
    return {
        "LogId": str(decision.pk), "RuleId": str(decision.rule_id or ""), "RuleName": decision.rule_name,
        "AlertTime": str(sent(decision.decided_at)), "EventName": decision.event_name, "Level": level,
        "LevelChange": f"OK->{level}", "SendStatus": STATUSES.get(decision.verdict, NOT_SENT),
        "Product": event.product if event else "", "InstanceId": decision.resource,
        "InstanceName": event.instance_name if event else "", "GroupId": event.group_id if event else "",
        "ContactGroups": list(dict.fromkeys(groups)), **NOTHING,
        "Dimensions": [{"Key": "resourceId", "Value": decision.resource}],
        "ExtendedInfo": [{"Name": "eventId", "Value": str(decision.event_id)},
                         {"Name": "test", "Value": str(decision.test).lower()}],
        "Escalation": {"Expression": "", "Level": level, "Times": 1},
        "Message": json.dumps(_message(decision, event), ensure_ascii=False), **_sent(decision, told),
    }  # fmt: skip


def _message(decision: Decision, event: SystemEvent | None) -> dict[str, object]:
    return {
        "id": str(decision.event_id), "name": decision.event_name, "level": decision.level,
        "resourceId": decision.resource, "time": sent(decision.occurred_at), "test": decision.test,
        **({"product": event.product, "regionId": event.region, "status": event.status, "content": event.content}
           if event else {}),
    }  # fmt: skip


def _sent(decision: Decision, told: Sequence[Notification]) -> dict[str, object]:
    """Return who was told how, in the several ways in which the API says it."""
    by_channel: dict[str, list[dict[str, object]]] = defaultdict(list)
    by_key: dict[str, list[str]] = defaultdict(list)
    for each in told:
        by_channel[CHANNELS.get(each.channel, "WEBHOOK")].append(_result(each))
        if each.channel in KEYS:
            by_key[KEYS[each.channel]].append(each.masked)
    hooks = [each for each in told if each.channel == "webhook"]
    return {
        **{name: [each.masked for each in told if each.channel == channel] for name, channel in LISTS.items()},
        "SendDetail": {
            "ResultCode": decision.verdict,
            "ChannelResultList": [{"Channel": name, "ResultList": found} for name, found in by_channel.items()],
        },
        "SendResultList": [{"Key": key, "Value": found} for key, found in by_key.items()],
        "WebhookList": [{"code": each.state, "message": each.answer, "url": each.masked} for each in hooks],
    }


def _result(each: Notification) -> dict[str, object]:
    return {
        "Code": each.state, "Detail": each.answer, "RequestId": str(each.delivery_id),
        "Success": each.state in {Notification.State.SENT, Notification.State.KEPT},
        "notifyTargetList": [each.masked],
    }  # fmt: skip
