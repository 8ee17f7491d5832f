"""`/ingest/cloudmonitor/<token>`: CloudMonitor's own callbacks, by whichever envelope, are events as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from alerts.accounts.models import Scope
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from alerts.incidents.correlate import correlate_batch
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Notification
from tests.builders import NOW, a_rule, a_token, an_account

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
SOON_AFTER = datetime(2026, 1, 5, 2, 16, tzinfo=UTC)
SENT_AT = datetime(2026, 1, 5, 2, 15, 2, 120_000, tzinfo=UTC)
Json = dict[str, Any]

# kms_events.md 2.2, verbatim.
DOCUMENTED: Json = json.loads("""
{"product":"KMS","ver":"1.0","id":"3f1c0f0e-7a51-4d3c-9d53-0c2a1a5b7e11","traceId":"3f1c0f0e-7a51-4d3c-9d53-0c2a1a5b7e11",
 "level":"CRITICAL","eventType":"Exception","name":"Secret:RotateSecret:Failure","status":"Failed",
 "regionId":"cn-hangzhou","instanceName":"rds-prod-app","groupId":"","userId":"1000000000000001",
 "resourceId":"acs:kms:cn-hangzhou:1000000000000001:secret/rds-prod-app",
 "eventTime":"20260105T101502.120+0800","ruleName":"secrets_rotation_failed",
 "content":{"eventId":"a1","secretName":"rds-prod-app","secretType":"Rds",
  "RotationEntityArn":"acs:rds:cn-hangzhou:1000000000000001:dbinstance/rm-bp1xxxx","rotationStatus":"Invalid",
  "rotationSubType":"SingleUser","failureInfo":{"errorCode":"Kms:ErrorCode","errorMessage":"text"},
  "failureTime":"2026-01-05T02:15:02Z"}}
""")
# kms_events.md 2.1: the payloads of "Monitor the rotation of secrets", which have neither id nor type nor user.
PAYLOAD_FIELDS = ("product", "eventTime", "level", "name", "regionId", "resourceId", "status", "content", "ver")
FAILURE: Json = {name: DOCUMENTED[name] for name in PAYLOAD_FIELDS}
SUCCESS: Json = FAILURE | {
    "eventTime": "20180816T135935.689+0800",
    "level": "INFO",
    "name": "Secret:RotateSecret:Success",
    "status": "Normal",
    "instanceName": "rds-prod-app",
    "content": {
        "eventId": "a2",
        "secretName": "rds-prod-app",
        "secretType": "ECS",
        "RotationEntityArn": "acs:kms:cn-hangzhou:1000000000000001:secret/rds-prod-app",
        "rotationStatus": "Enabled",
        "secretSubType": "Password",
        "successTime": "2018-08-16T05:59:35Z",
    },
}


def a_subscription(event: Mapping[str, Any] = DOCUMENTED) -> Json:
    """The envelope of an event subscription, cms_console.md 6.6, around the same event."""
    meta = {name: event[name] for name in event if name not in {"content", "ver", "ruleName", "userId", "traceId"}}
    alert = {
        "alertStatus": "TRIGGERED",
        "groupId": "",
        "source": "SYS_EVENT",
        "eventContentMap": event["content"],
        "dedupId": "d",
        "eventName": "托管凭据轮转失败",
        "arn": event["resourceId"],
        "timestamp": 1_767_579_302_120,
        "traceId": "t",
        "severity": event["level"],
        "product": "KMS",
        "eventRawContent": json.dumps(event["content"]),
        "eventType": event["eventType"],
        "userId": event["userId"],
        "meta": {"sysEventMeta": meta | {"regionNameEn": "China (Hangzhou)", "eventNameEn": "Rotation failed"}},
    }
    return {
        "userInfo": {"aliyunId": "somebody", "userId": event["userId"]},
        "subscription": {
            "subscriptionUuid": "u",
            "relation": "AND",
            "conditions": [{"field": "product", "op": "IN", "value": "KMS"}],
        },
        "batchId": "b",
        "alert": alert,
        "severity": event["level"],
        "strategyName": "all of KMS",
        "userId": event["userId"],
        "time": 1_767_579_303_000,
    }


def as_form(value: Mapping[str, Any]) -> dict[str, str]:
    return {name: part if isinstance(part, str) else json.dumps(part) for name, part in value.items()}


@pytest.fixture
def door() -> str:
    return f"/ingest/cloudmonitor/{a_token(Scope.INGEST)}"


def post(door: str, body: object, *, content_type: str = "application/json") -> Any:
    sent = body if isinstance(body, bytes | str) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).post(door, sent, content_type=content_type)


def stored(*, now: datetime = SOON_AFTER) -> SystemEvent:
    evaluate_batch(now=now)
    return SystemEvent.objects.get()


@time_machine.travel(SOON_AFTER, tick=False)
def test_the_documented_callback_is_an_event_as_it_is(door: str) -> None:
    answer = post(door, DOCUMENTED)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})
    event = stored()
    assert event.content == DOCUMENTED["content"]
    assert {name: getattr(event, name) for name in ("product", "level", "name", "status", "event_type", "region")} == {
        "product": "KMS",
        "level": "CRITICAL",
        "name": "Secret:RotateSecret:Failure",
        "status": "Failed",
        "event_type": "Exception",
        "region": "cn-hangzhou",
    }
    assert (event.resource, event.instance_name) == (DOCUMENTED["resourceId"], "rds-prod-app")
    assert (event.occurred_at, event.original_id, event.note) == (SENT_AT, DOCUMENTED["id"], "")
    assert event.origin == "cloudmonitor"


@time_machine.travel(SOON_AFTER, tick=False)
@pytest.mark.parametrize("kind", ["rule", "rule by get", "json", "json by get", "form", "form by get"])
def test_the_same_event_by_any_envelope_and_encoding_is_the_same_event(door: str, kind: str) -> None:
    post(door, DOCUMENTED)
    subscription = a_subscription()
    form = urlencode(as_form(subscription))
    answers: dict[str, Callable[[], Any]] = {
        "rule": lambda: post(door, DOCUMENTED),
        "rule by get": lambda: Client().get(door, as_form(DOCUMENTED)),
        "json": lambda: post(door, subscription),
        "json by get": lambda: Client().get(door, {"data": json.dumps(subscription)}),
        "form": lambda: post(door, form, content_type=FORM),
        "form by get": lambda: Client().get(f"{door}?{form}"),
    }
    answer = answers[kind]()
    assert (answer.status_code, answer.json()["duplicates"]) == (202, 1)
    Fact.objects.all().delete()
    answers[kind]()
    event = stored()
    assert (event.content, event.name, event.occurred_at) == (DOCUMENTED["content"], DOCUMENTED["name"], SENT_AT)
    assert (event.resource, event.level, event.event_type) == (DOCUMENTED["resourceId"], "CRITICAL", "Exception")


@time_machine.travel(SOON_AFTER, tick=False)
def test_the_documented_failure_payload_takes_its_type_from_the_catalogue(door: str) -> None:
    assert post(door, FAILURE).json()["accepted"] == 1
    event = stored()
    assert (event.content, event.event_type, event.occurred_at) == (FAILURE["content"], "Exception", SENT_AT)


def test_the_documented_success_payload_of_2018_is_listed_now_and_says_so(door: str) -> None:
    assert post(door, SUCCESS).json()["accepted"] == 1
    event = stored(now=NOW)
    assert (event.content, event.note, event.event_type) == (SUCCESS["content"], "OutsideRetention", "Notification")
    assert abs(event.occurred_at - NOW).total_seconds() < 3600


@time_machine.travel(SOON_AFTER, tick=False)
def test_a_resend_is_a_duplicate_with_an_id_and_without_one(door: str) -> None:
    for body in (DOCUMENTED, SUCCESS | {"eventTime": "2026-01-05T02:00:00Z"}):
        assert [post(door, body).json()["accepted"] for _ in range(3)] == [1, 0, 0]
    evaluate_batch(now=SOON_AFTER)
    assert SystemEvent.objects.count() == 2


@time_machine.travel(SOON_AFTER, tick=False)
def test_a_name_that_is_not_in_the_catalogue_is_kept_as_it_is(door: str) -> None:
    content = {"anything": {"nested": [1, "zwei", None]}, "ünïcode": "密"}
    sent = DOCUMENTED | {
        "id": "other",
        "product": "ECS",
        "name": "Instance:SystemFailure.Reboot:Executed",
        "eventType": "Maintenance",
        "resourceId": "acs:ecs:cn-beijing:1000000000000001:instance/i-1",
        "content": content,
    }
    post(door, sent)
    event = stored()
    assert (event.product, event.name, event.event_type) == ("ECS", sent["name"], "Maintenance")
    assert (event.content, event.record, event.resource) == (content, None, sent["resourceId"])


@time_machine.travel(SOON_AFTER, tick=False)
def test_it_matches_a_rule_and_is_told_once(door: str) -> None:
    a_rule(account=an_account(), names=["Secret:RotateSecret:Failure"], keywords=["rds-prod"])
    for _ in range(3):
        post(door, DOCUMENTED)
        evaluate_batch(now=SOON_AFTER)
        correlate_batch(now=SOON_AFTER)
        dispatch_batch(now=SOON_AFTER)
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"{}", b'{"product": "KMS"}', b"\xff"])
def test_what_is_no_event_is_a_400_with_a_sentence(door: str, body: bytes) -> None:
    answer = post(door, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")
    assert answer.json()["message"].endswith(".")


def test_only_a_token_with_ingest_scope_opens_the_door() -> None:
    for token in (a_token(Scope.READ), "no-such-token", "%00"):
        answer = post(f"/ingest/cloudmonitor/{token}", DOCUMENTED)
        assert (answer.status_code, token in answer.content.decode()) == (401, False)
    assert Fact.objects.count() == 0
