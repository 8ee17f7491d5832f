"""CloudMonitor's callbacks: every envelope and encoding, one event, its content untouched."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sources.base import Malformed, Observation
from alerts.sources.cloudmonitor import parse

UID = "1000000000000001"
NOW = datetime(2026, 1, 5, 2, 16, tzinfo=UTC)
ARN = f"acs:kms:cn-hangzhou:{UID}:secret/rds-prod-app"
FORM = "application/x-www-form-urlencoded"
CONTENT: Mapping[str, object] = {
    "eventId": "a1",
    "secretName": "rds-prod-app",
    "RotationEntityArn": f"acs:rds:cn-hangzhou:{UID}:dbinstance/rm-bp1xxxx",
    "failureInfo": {"errorCode": "Kms:ErrorCode", "errorMessage": "text"},
    "failureTime": "2026-01-05T02:15:02Z",
}


@dataclass(frozen=True)
class Call:
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def observed(self) -> Observation:
        (seen,) = parse(self.body, query=self.query, content_type=self.content_type, uid=UID, now=NOW)
        return seen


def a_payload(**changes: object) -> dict[str, object]:
    """The documented payload of a failed rotation, which has neither id nor type nor user."""
    return {
        "product": "KMS",
        "eventTime": "20260105T101502.120+0800",
        "level": "CRITICAL",
        "name": "Secret:RotateSecret:Failure",
        "regionId": "cn-hangzhou",
        "resourceId": ARN,
        "status": "Failed",
        "ver": "1.0",
        "content": CONTENT,
    } | changes


def a_rule_callback(**changes: object) -> dict[str, object]:
    envelope = {"id": "3f1c0f0e", "traceId": "t", "eventType": "Exception", "userId": UID, "groupId": ""}
    return a_payload() | envelope | {"ruleName": "secrets_rotation_failed", "instanceName": "rds-prod-app"} | changes


def a_subscription_callback(content: object = CONTENT, **meta: object) -> dict[str, object]:
    event = {name: a_rule_callback()[name] for name in ("id", "product", "name", "level", "status", "regionId")}
    event |= {"eventTime": "20260105T101502.120+0800", "eventType": "Exception", "resourceId": "rds-prod-app"} | meta
    alert = {"alertStatus": "TRIGGERED", "severity": "CRITICAL", "arn": ARN, "timestamp": 1_767_579_302_120}
    return {
        "userInfo": {"userId": UID, "nickName": "somebody"},
        "subscription": {"subscriptionUuid": "u", "conditions": [], "relation": "AND"},
        "batchId": "b",
        "alert": alert | {"eventContentMap": content, "eventName": "x", "meta": {"sysEventMeta": event}},
        "severity": "CRITICAL",
        "strategyName": "all of it",
        "userId": UID,
        "time": 1_767_579_303_000,
    }


def posted(value: object, content_type: str = "application/json") -> Call:
    return Call(body=json.dumps(value).encode(), content_type=content_type)


def as_form(value: Mapping[str, object]) -> dict[str, str]:
    return {name: part if isinstance(part, str) else json.dumps(part) for name, part in value.items()}


def every_call(content: object = CONTENT) -> list[Call]:
    """The same event in each way in which it can come with an id."""
    rule, subscription = a_rule_callback(content=content), a_subscription_callback(content)
    form = as_form(subscription)
    return [
        posted(rule),
        posted(a_rule_callback(content=json.dumps(content))),
        Call(query=as_form(rule)),
        posted(subscription),
        Call(query={"data": json.dumps(subscription)}, content_type=""),
        Call(body=urlencode(form).encode(), content_type=f"{FORM}; charset=UTF-8"),
        Call(query=form),
    ]


def test_one_event_by_every_envelope_is_one_observation() -> None:
    seen = [call.observed() for call in every_call()]
    assert {(each.source, each.id, each.type) for each in seen} == {
        ("cloudmonitor", "3f1c0f0e", "cloudmonitor.system-event")
    }
    assert {(each.region, each.resource) for each in seen} == {("cn-hangzhou", ARN)}
    assert {each.occurred_at for each in seen} == {datetime(2026, 1, 5, 2, 15, 2, 120_000, tzinfo=UTC)}
    assert all(each.data["content"] == CONTENT for each in seen)
    assert [each.data["envelope"] for each in seen] == ["rule"] * 3 + ["subscription"] * 4


def test_the_fields_of_a_rule_callback_keep_their_names() -> None:
    sent = a_rule_callback()
    data = posted(sent).observed().data
    assert data == {name: value for name, value in sent.items() if name != "id"} | {
        "envelope": "rule",
        "originalId": "3f1c0f0e",
    }


def test_a_subscription_tells_its_name_and_whether_the_event_is_over() -> None:
    callback = a_subscription_callback()
    assert isinstance(callback["alert"], dict)
    callback["alert"]["alertStatus"] = "RESOLVED"
    data = posted(callback).observed().data
    assert (data["strategyName"], data["alertStatus"], data["userId"]) == ("all of it", "RESOLVED", UID)
    assert "ruleName" not in data


def test_the_bare_payload_gets_an_id_that_stays() -> None:
    first = posted(a_payload()).observed()
    again = posted(a_payload(traceId="other", groupId="7", level="Critical", eventTime="2026-01-05T02:15:02.12Z"))
    other = posted(a_payload(name="Secret:RotateSecret:Success"))
    assert first.data["envelope"] == "payload"
    assert (first.data["originalId"], first.data["eventType"], first.data["userId"]) == ("", "", UID)
    assert len(first.id) == 64
    assert first.id == again.observed().id != other.observed().id


def test_without_its_own_id_an_event_has_the_same_made_one_by_either_envelope() -> None:
    rule = posted(a_rule_callback(id="")).observed()
    subscription = posted(a_subscription_callback(id=None)).observed()
    assert rule.id == subscription.id == posted(a_payload()).observed().id


def test_a_long_id_is_hashed_and_kept_beside() -> None:
    seen = posted(a_rule_callback(id="a" * 201)).observed()
    assert len(seen.id) == 64
    assert seen.data["originalId"] == "a" * 201


@pytest.mark.parametrize("body", [b' {"name": "x"}', '\ufeff{"name": "x"}'.encode()])
def test_a_json_body_is_read_whatever_its_content_type_says(body: bytes) -> None:
    assert Call(body=body, content_type=FORM).observed().data["name"] == "x"


@pytest.mark.parametrize(
    ("sent", "level", "original"),
    [
        ("Critical", "CRITICAL", None),
        ("warning", "WARN", None),
        ("WARN", "WARN", None),
        ("Notification", "INFO", None),
        ("严重", "CRITICAL", None),
        ("P1", "INFO", "P1"),
        (None, "INFO", ""),
    ],
)
def test_a_level_becomes_one_of_three_words(sent: str | None, level: str, original: str | None) -> None:
    data = posted(a_payload(level=sent)).observed().data
    assert (data["level"], data.get("originalLevel")) == (level, original)


@pytest.mark.parametrize(
    ("sent", "note"),
    [
        ("20180816T135935.689+0800", "OutsideRetention"),
        ((NOW + timedelta(minutes=11)).isoformat(), "OutsideRetention"),
        ("yesterday", "Unreadable"),
        (None, None),
        ("", None),
    ],
)
def test_an_event_of_another_time_is_kept_at_the_time_it_came(sent: str | None, note: str | None) -> None:
    seen = posted(a_payload(eventTime=sent)).observed()
    assert (seen.occurred_at, seen.data.get("timeNote")) == (NOW, note)
    assert seen.data["eventTime"] == (sent or "")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('{"a": [1.5, null]}', {"a": [1.5, None]}),
        ("not json", {"text": "not json"}),
        ('{"a": NaN}', {"text": '{"a": NaN}'}),
        ("[1]", {"text": "[1]"}),
        ([1], {"value": [1]}),
        ({"n": 2**70}, {"n": 2**70}),
        (None, {}),
        ({}, {}),
    ],
)
def test_content_is_an_object_whatever_was_sent(sent: object, kept: object) -> None:
    assert posted(a_payload(content=sent)).observed().data["content"] == kept


def test_the_raw_content_of_a_subscription_is_read_where_there_is_no_map() -> None:
    callback = a_subscription_callback(content=None)
    assert isinstance(callback["alert"], dict)
    callback["alert"]["eventRawContent"] = json.dumps(CONTENT)
    assert posted(callback).observed().data["content"] == CONTENT


def test_any_product_and_any_resource_is_kept_as_it_is() -> None:
    seen = posted({"name": "某事件", "product": "ECS", "resourceId": "i-1/ 某", "regionId": "cn hangzhou"}).observed()
    assert (seen.resource, seen.region, seen.data["regionId"]) == ("i-1/ 某", "", "cn hangzhou")
    assert posted({"name": "x", "resourceId": "acs:ecs:cn-beijing:1:instance/i-1"}).observed().region == "cn-beijing"


@pytest.mark.parametrize(
    "call",
    [
        Call(),
        Call(body=b"{"),
        Call(body=b"\xff"),
        Call(body=b"7"),
        Call(body=b'[{"name": "x"}]'),
        Call(body=b'{"name": "a\\u0000"}'),
        Call(body=b'{"name": "x", "content": "{\\"a\\": \\"\\\\ud800\\"}"}'),
        Call(body=b'{"name": "x", "content": {"a": 1e999}}'),
        Call(body=b"a=%ff", content_type=FORM),
        Call(query={"data": "{"}),
        posted(a_payload(name=None)),
        posted(a_payload(name=" ")),
        posted(a_payload(name={"a": 1})),
        posted(a_payload(status=True)),
        posted(a_subscription_callback() | {"alert": "x"}),
        posted(a_subscription_callback() | {"alert": {}}),
        pytest.param(Call(body=b'{"name":' * 5_000), id="deep"),
        pytest.param(Call(body=b"a=1&" * 200, content_type=FORM), id="many fields"),
        pytest.param(posted(a_payload(name="a" * 257)), id="long name"),
    ],
)
def test_what_is_no_system_event_is_malformed(call: Call) -> None:
    with pytest.raises(Malformed) as caught:
        call.observed()
    assert caught.value.message.endswith(".")


STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | STORABLE
CONTENTS = st.dictionaries(
    STORABLE,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STORABLE, inner, max_size=3)),
    min_size=1,
    max_size=3,
)
NAMES = st.sampled_from(["name", "content", "alert", "meta", "sysEventMeta", "id", "level", "eventTime", "data"])
JSON = st.recursive(
    LEAVES | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
)


@given(CONTENTS)
def test_any_content_comes_out_as_it_went_in(content: dict[str, object]) -> None:
    seen = [call.observed() for call in every_call(content)]
    assert all(each.data["content"] == content for each in seen)
    assert len({(each.source, each.id) for each in seen}) == 1


@given(JSON, st.dictionaries(NAMES, JSON, max_size=4), st.booleans())
def test_any_json_is_an_event_or_malformed(value: object, changes: dict[str, object], as_rule: bool) -> None:  # noqa: FBT001
    for sent in (value, (a_rule_callback() if as_rule else a_subscription_callback()) | changes):
        try:
            seen = posted(sent).observed()
        except Malformed:
            continue
        json.dumps(seen.data, allow_nan=False, ensure_ascii=False).encode()
        assert seen.id
        assert NOW - timedelta(days=90) <= seen.occurred_at <= NOW + timedelta(minutes=10)


@given(
    st.binary(), st.dictionaries(NAMES | st.text(), st.text(), max_size=4), st.sampled_from([FORM, "", "text/plain"])
)
def test_any_call_is_an_event_or_malformed(body: bytes, query: dict[str, str], content_type: str) -> None:
    for call in (Call(body, query, content_type), Call(b"", query, content_type)):
        try:
            assert call.observed().data["name"]
        except Malformed:
            continue
