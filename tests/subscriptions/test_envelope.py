"""What push channels get: the documented envelope, in all four combinations of method and format."""

from __future__ import annotations

import base64
import json
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_django.fixtures import Settings
from standardwebhooks.webhooks import Webhook as Verifier

from alerts.channels.base import DeliveryError
from alerts.channels.webhook import own_headers
from alerts.events.identity import milliseconds
from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.batch_check import check_push_template
from alerts.notifications.batch_message import own_body
from alerts.notifications.deliver import deliver_one
from alerts.notifications.models import Notification
from alerts.subscriptions.models import Batch, PushChannel
from tests.builders import NOW, an_event
from tests.receivers import HttpReceiver, ReceivedRequest
from tests.subscriptions.making import MINUTE, a_policy, a_push_channel, an_incident, run

pytestmark = pytest.mark.django_db

TOP = {"userInfo", "subscription", "batchId", "alert", "severity", "strategyName", "userId", "time"}
USER = {
    "aliyunId", "aliyunIdSec", "nickName", "nickNameSec", "userName", "userNameSec", "userId", "userIdSec",
}  # fmt: skip
ALERT = {
    "alertStatus", "groupId", "source", "eventContentMap", "dedupId", "eventName", "arn", "timestamp", "traceId",
    "severity", "product", "eventRawContent", "eventType", "userId", "meta",
}  # fmt: skip
META = {
    "regionNameEn", "regionNameZh", "resourceId", "product", "eventNameEn", "eventNameZh", "instanceName", "level",
    "resource", "groupId", "serviceTypeEn", "serviceTypeZh", "eventType", "regionId", "eventTime", "name", "id",
    "status",
}  # fmt: skip
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty bytes or so").decode()


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)


def got_by(receiver: HttpReceiver, **address: str) -> tuple[SystemEvent, ReceivedRequest]:
    """Send one event to a push channel at the receiver, and return both."""
    a_policy(tells=False, push=[a_push_channel(f"{receiver.url}/in?key=1", **address)], product="KMS", name="mine")
    event = an_event()
    run(NOW)
    while deliver_one(now=NOW):
        pass
    assert Notification.objects.get().state == "SENT", Notification.objects.get().answer
    return event, receiver.requests[-1]


def checked(body: dict[str, Any], event: SystemEvent, *, top: set[str] = TOP) -> None:
    """Check an envelope against the documented one, field by field."""
    batch = Batch.objects.latest("made_at")
    assert set(body) == top
    assert set(body["userInfo"]) == USER
    assert set(body["subscription"]) == {"subscriptionUuid", "conditions", "relation"}
    assert body["subscription"]["relation"] == "AND"
    assert body["subscription"]["conditions"] == [
        {"field": "source", "op": "EQ", "value": "SYS_EVENT"}, {"field": "product", "op": "IN", "value": "KMS"},
    ]  # fmt: skip
    assert (body["severity"], body["strategyName"], body["userId"]) == ("CRITICAL", "mine", event.account_id)
    assert int(body["time"]) == milliseconds(batch.made_at)
    alert = body["alert"]
    assert set(alert) == ALERT
    assert (alert["alertStatus"], alert["source"], alert["dedupId"]) == (
        "TRIGGERED", "SYS_EVENT", f"bundle-{batch.bundle_id}"
    )  # fmt: skip
    assert alert["eventContentMap"] == event.content == json.loads(alert["eventRawContent"])
    assert (alert["eventName"], alert["arn"], alert["eventType"]) == (event.name, event.resource, "Exception")
    assert alert["timestamp"] == milliseconds(event.occurred_at)
    meta = alert["meta"]["sysEventMeta"]
    assert set(meta) == META
    assert (meta["id"], meta["eventNameZh"], meta["regionNameEn"]) == (
        str(event.id), event.record.title_zh if event.record else "", "China (Hangzhou)"
    )  # fmt: skip


def test_post_json_has_the_object_as_its_body(http_receiver: HttpReceiver) -> None:
    event, got = got_by(http_receiver, method="POST", format="JSON")
    assert got.method == "POST"
    checked(json.loads(got.body), event)
    assert json.loads(got.body)["batchId"] == str(Batch.objects.get().pk)


def test_get_json_has_it_in_the_parameter_data(http_receiver: HttpReceiver) -> None:
    event, got = got_by(http_receiver, method="GET", format="JSON")
    assert (got.method, set(got.query)) == ("GET", {"key", "data"})
    checked(json.loads(got.query["data"][0]), event)


def of_form(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found = dict(pairs)
    return {**found, **{name: json.loads(found[name]) for name in ("userInfo", "subscription", "alert")}}


def test_post_form_has_its_parts_as_fields(http_receiver: HttpReceiver) -> None:
    event, got = got_by(http_receiver, method="POST", format="FORM")
    assert got.headers["content-type"] == "application/x-www-form-urlencoded"
    checked(of_form(parse_qsl(got.body.decode(), keep_blank_values=True)), event, top=TOP - {"batchId"})


def test_get_form_has_its_parts_as_parameters(http_receiver: HttpReceiver) -> None:
    event, got = got_by(http_receiver, method="GET", format="FORM")
    pairs = [(name, values[0]) for name, values in got.query.items() if name != "key"]
    checked(of_form(pairs), event, top=TOP - {"batchId"})


def test_own_headers_and_the_signature_go_along(http_receiver: HttpReceiver) -> None:
    headers = json.dumps({"X-Team": "keys"})
    _event, got = got_by(http_receiver, secret=SECRET, headers=headers)
    assert got.headers["x-team"] == "keys"
    Verifier(SECRET).verify(got.body, dict(got.headers))


def test_a_template_makes_the_body_and_one_that_fails_does_not_keep_it(http_receiver: HttpReceiver) -> None:
    template = '{"text": "{{ batch.count }} {{ level }}"}'
    push = a_push_channel(f"{http_receiver.url}/in")
    PushChannel.objects.update(template=template)
    a_policy(tells=False, push=[push])
    an_event()
    run(NOW)
    deliver_one(now=NOW)
    assert json.loads(http_receiver.requests[-1].body) == {"text": "1 CRITICAL"}
    assert own_body("{{ nothing", {})[0] is None
    for text in ("NaN", "-Infinity", "1e999", r'"\ud800"', r'{"\udfff": 1 }', "[" * 7_000, "9" * 5_000):
        made, note = own_body('{"a": ' + text + "}", {})
        assert (made, "own template was not used" in note) == (None, True), text[:20]
    assert own_body(r'{"a": "\ud83d\ude00", "b": 1e308}', {})[0] == {"a": "😀", "b": 1e308}
    assert own_body("[]", {})[1] == "The push channel's own template was not used: it makes no JSON object."


@pytest.mark.parametrize("value", ["NaN", "[Infinity]", "-1e999", r'"\udc00"', "{{ level }}", ""])
def test_a_template_that_makes_no_json_is_refused_when_it_is_written(value: str) -> None:
    assert len(list(check_push_template('{"a": ' + value + "}"))) == 1
    assert list(check_push_template('{"a": {{ level | json }}}')) == []


def test_the_end_is_resolved_under_the_same_dedup_id(http_receiver: HttpReceiver) -> None:
    push = a_push_channel(f"{http_receiver.url}/in")
    a_policy(tells=False, push=[push])
    event = an_event()
    incident = an_incident(event.resource)
    SystemEvent.objects.filter(pk=event.pk).update(incident_id=incident.pk)
    run(NOW)
    deliver_one(now=NOW)
    Incident.objects.update(state="CLOSED")
    run(NOW + MINUTE)
    deliver_one(now=NOW + MINUTE)
    first, last = (json.loads(each.body)["alert"] for each in http_receiver.requests)
    assert (first["alertStatus"], last["alertStatus"]) == ("TRIGGERED", "RESOLVED")
    assert first["dedupId"] == last["dedupId"]


@pytest.mark.parametrize(
    "text",
    ['{"Host": "x"}', '{"webhook-id": "x"}', '{"A B": "x"}', '{"A": "x\\ny"}', "[1]", "{", '{"A":' + "[" * 100_000],
)
def test_headers_that_cannot_be_sent_are_refused(text: str) -> None:
    with pytest.raises(DeliveryError):
        own_headers(text)
