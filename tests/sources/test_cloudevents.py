"""CloudEvents over HTTP: the three modes, each rule with its code, and that nothing else ever escapes."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.sources.base import Malformed, Observation, Rejection, TooMany
from alerts.sources.cloudevents import parse
from alerts.sources.kms_facts import FACT_TYPES, OUTSIDE_TYPES

UID = "1000000000000001"
NOW = datetime(2026, 1, 5, 2, 15, 2, tzinfo=UTC)
SOURCE = f"acs:kms:cn-hangzhou:{UID}"
BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json; charset=UTF-8"
USAGE: Mapping[str, object] = {"resourceType": "qps", "used": 913, "quota": 1_000}
DATA: Mapping[str, Mapping[str, object]] = {
    "kms.instance.usage": USAGE,
    "kms.client-key.observed": {"notAfter": "2030-01-01T08:00:00+08:00"},
}


def an_event(fact_type: str = "kms.secret.rotation-failed", **changes: object) -> dict[str, object]:
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": "1",
        "source": SOURCE,
        "type": fact_type,
        "subject": f"{SOURCE}:{FACT_TYPES.get(fact_type, 'key')}/acs/a_b",
        "time": "2026-01-05T10:15:00.5+08:00",
    }
    if fact_type in DATA:
        event["data"] = DATA[fact_type]
    event |= changes
    return {name: value for name, value in event.items() if value is not ...}


def send(
    body: object, content_type: str = BATCH, headers: Mapping[str, str] | None = None
) -> tuple[list[tuple[int, Observation]], list[Rejection]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(content_type, headers or {}, raw, uid=UID, now=NOW)


def headers_of(event: Mapping[str, object]) -> dict[str, str]:
    return {f"Ce-{name.capitalize()}": str(value) for name, value in event.items() if name != "data"}


@pytest.mark.parametrize("fact_type", sorted(OUTSIDE_TYPES))
def test_each_type_is_observed_alike_in_every_mode(fact_type: str) -> None:
    event = an_event(fact_type)
    data = event.get("data")
    encoded = an_event(fact_type, data=..., data_base64=base64.b64encode(json.dumps(data).encode()).decode())
    raw = json.dumps(data).encode() if data else b""
    answers = [
        send([event]),
        send(event, STRUCTURED),
        send(encoded, STRUCTURED),
        send(raw, "application/json", headers_of(event)),
        send(raw, "", headers_of(event)),
    ]
    assert all(answer == answers[0] for answer in answers)
    ((index, observation),), rejections = answers[0]
    assert (index, rejections) == (0, [])
    assert (observation.source, observation.id, observation.type) == (SOURCE, "1", fact_type)
    assert (observation.region, observation.resource) == ("cn-hangzhou", event["subject"])
    assert observation.occurred_at == datetime(2026, 1, 5, 2, 15, 0, 500_000, tzinfo=UTC)


def test_an_event_without_a_time_happened_now() -> None:
    ((_, observation),), _ = send([an_event(time=...)])
    assert observation.occurred_at == NOW


def test_the_end_of_a_client_key_comes_back_as_rfc_3339_in_utc() -> None:
    for given_end in ("2030-01-01T08:00:00+08:00", 1_893_456_000_000):
        ((_, observation),), _ = send([an_event("kms.client-key.observed", data={"notAfter": given_end, "more": [1]})])
        assert observation.data == {"notAfter": "2030-01-01T00:00:00Z", "more": [1]}


def test_an_empty_batch_is_a_good_one() -> None:
    assert send([]) == ([], [])


def test_one_bad_event_does_not_spoil_the_batch() -> None:
    observations, rejections = send([an_event(), 7, an_event(id="3"), an_event("kms.nothing")])
    assert [index for index, _ in observations] == [0, 2]
    assert [(rejection.index, rejection.code) for rejection in rejections] == [
        (1, "NotACloudEvent"),
        (3, "UnknownType"),
    ]


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("NotACloudEvent", an_event(specversion=...)),
        ("NotACloudEvent", an_event(specversion="0.3")),
        ("NotACloudEvent", an_event(specversion=1.0)),
        ("NotACloudEvent", an_event(id=...)),
        ("NotACloudEvent", an_event(id="")),
        ("NotACloudEvent", an_event(id=7)),
        ("NotACloudEvent", an_event(source=...)),
        ("NotACloudEvent", an_event(type=["kms"])),
        pytest.param("NotACloudEvent", an_event(id="a" * 513), id="NotACloudEvent-long"),
        ("NotACloudEvent", an_event(data={}, data_base64="e30=")),
        ("SourceInvalid", an_event(source="urn:a")),
        ("SourceInvalid", an_event(source="acs:kms:Hang Zhou:1")),
        ("SourceInvalid", an_event(source=f"{SOURCE}x")),
        ("SourceInvalid", an_event(source=f"{SOURCE}:key/a")),
        ("AccountMismatch", an_event(source="acs:kms:cn-hangzhou:1000000000000002")),
        ("RegionMismatch", an_event(subject=f"acs:kms:cn-beijing:{UID}:secret/a")),
        ("RegionMismatch", an_event(subject="acs:kms:cn-hangzhou:1000000000000002:secret/a")),
        ("SubjectInvalid", an_event(subject=...)),
        ("SubjectInvalid", an_event(subject=7)),
        ("SubjectInvalid", an_event(subject=f"{SOURCE}:alias/a")),
        ("UnknownType", an_event("kms.secret.rotated")),
        ("UnknownType", an_event("kms.client-key.deleted")),
        ("KindMismatch", an_event(subject=f"{SOURCE}:key/a")),
        ("KindMismatch", an_event("kms.instance.usage", subject=f"{SOURCE}:key/a")),
        ("DataInvalid", an_event(data=[])),
        ("DataInvalid", an_event(data="{}")),
        ("DataInvalid", an_event(data={"a": 2**63})),
        ("DataInvalid", an_event(data_base64="?")),
        ("DataInvalid", an_event(data_base64=7)),
        ("DataInvalid", an_event(data_base64="eA==")),
        ("DataInvalid", an_event(data_base64="e30=", datacontenttype="text/plain")),
        ("DataInvalid", an_event("kms.client-key.observed", data=...)),
        ("DataInvalid", an_event("kms.client-key.observed", data={"notAfter": True})),
        ("DataInvalid", an_event("kms.client-key.observed", data={"notAfter": "tomorrow"})),
        ("DataInvalid", an_event("kms.client-key.observed", data={"notAfter": 10**18})),
        ("DataInvalid", an_event("kms.instance.usage", data=...)),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "resourceType": "cpu"})),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "resourceType": ["qps"]})),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "used": -1})),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "used": True})),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "quota": "1000"})),
        ("DataInvalid", an_event("kms.instance.usage", data={**USAGE, "quota": 10**15 + 1})),
        ("TimeInvalid", an_event(time="yesterday")),
        ("TimeInvalid", an_event(time=1_767_579_300_000)),
        ("TimeTooOld", an_event(time=(NOW - timedelta(days=90, seconds=1)).isoformat())),
        ("TimeInFuture", an_event(time=(NOW + timedelta(minutes=10, seconds=1)).isoformat())),
        ("TextInvalid", an_event(id="a\x00")),
        ("TextInvalid", an_event(data={"a": ["\ud800"]})),
        ("TextInvalid", an_event(data={"\x00": 1})),
    ],
)
def test_what_is_of_no_use_is_rejected_with_a_code_and_a_sentence(code: str, event: dict[str, object]) -> None:
    observations, (rejection,) = send([event])
    assert observations == []
    assert (rejection.index, rejection.code) == (0, code)
    assert rejection.message.endswith(".")
    if code == "NotACloudEvent":
        with pytest.raises(Malformed):
            send(event, STRUCTURED)
    else:
        assert send(event, STRUCTURED) == ([], [rejection])


@pytest.mark.parametrize("number", [b"1e999", b"1" * 400, b"-" + b"1" * 5_000], ids=["infinite", "wide", "very wide"])
def test_a_number_out_of_range_spoils_its_own_event_alone(number: bytes) -> None:
    body = json.dumps([an_event(), an_event(id="2", data={"a": "NUMBER"})]).encode().replace(b'"NUMBER"', number)
    observations, (rejection,) = send(body)
    assert len(observations) == 1
    assert (rejection.index, rejection.code) == (1, "DataInvalid")


def test_data_may_be_fifty_levels_deep_and_no_deeper() -> None:
    deep: object = {}
    for _ in range(49):
        deep = {"a": deep}
    assert len(send([an_event(data=deep)])[0]) == 1
    assert send([an_event(data={"a": deep})])[1][0].code == "DataInvalid"


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        (b"{}", BATCH, {}),
        (b"", BATCH, {}),
        (b"[NaN]", BATCH, {}),
        pytest.param(b"[" * 5_000, BATCH, {}, id="deep"),
        (b"\xff", STRUCTURED, {}),
        (b"[]", STRUCTURED, {}),
        (b"{}", "application/cloudevents+avro", {}),
        (b"{}", "application/cloudevents+json; charset=rot13", {}),
        (b"{}", "application/json", {}),
        (b"{}", "application/json", {"Ce-Id": "1"}),
        (b"{", "application/json", headers_of(an_event())),
        (b"", "", headers_of(an_event(specversion="2.0"))),
        (b"", "", headers_of(an_event(subject="%ff"))),
    ],
)
def test_what_is_no_cloud_event_is_malformed(body: bytes, content_type: str, headers: dict[str, str]) -> None:
    with pytest.raises(Malformed) as caught:
        send(body, content_type, headers)
    assert caught.value.message.endswith(".")


def test_a_thousand_events_are_taken_and_one_more_is_too_many() -> None:
    assert len(send([an_event(id=str(number)) for number in range(1_000)])[0]) == 1_000
    with pytest.raises(TooMany) as caught:
        send([1] * 1_001)
    assert caught.value.limit == 1_000


def test_headers_are_unquoted_and_percent_decoded_once() -> None:
    headers = headers_of(an_event(id='"Euro %E2%82%AC \\"%2541\\""')) | {"CE-UNKNOWN": "x", "Accept": "%ff"}
    ((_, observation),), _ = send(b"", "application/json", headers)
    assert observation.id == 'Euro € "%41"'


def test_a_header_cannot_smuggle_in_data_or_nul() -> None:
    headers = headers_of(an_event("kms.instance.usage")) | {"ce-data": "{}", "ce-data_base64": "e30="}
    assert send(json.dumps(USAGE).encode(), "application/json", headers)[1] == []
    assert send(b"", "", headers_of(an_event(id="%00")))[1][0].code == "TextInvalid"


def test_data_of_another_content_type_is_rejected() -> None:
    _, (rejection,) = send(b"a=b", "application/x-www-form-urlencoded", headers_of(an_event()))
    assert rejection.code == "DataInvalid"
    assert "x-www-form-urlencoded" in rejection.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
ODD_EVENTS = st.dictionaries(
    st.sampled_from(["specversion", "id", "source", "type", "subject", "time", "data", "data_base64"]), JSON, max_size=3
).map(lambda changes: {**an_event("kms.instance.usage"), **changes})


@given(st.lists(JSON | ODD_EVENTS, max_size=4))
def test_every_member_of_a_batch_is_either_observed_or_rejected(events: list[object]) -> None:
    body = json.dumps(events)
    if "NaN" in body or "Infinity" in body:  # Python writes what is no JSON
        return
    observations, rejections = send(events)
    indexes = [index for index, _ in observations] + [rejection.index for rejection in rejections]
    assert sorted(indexes) == list(range(len(events)))
    assert all(NOW - timedelta(days=90) <= seen.occurred_at <= NOW + timedelta(minutes=10) for _, seen in observations)


@given(
    body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
    content_type=st.sampled_from([BATCH, STRUCTURED, "application/json", ""]) | st.text(),
    headers=st.dictionaries(st.text(), st.text()),
    whole=st.booleans(),
)
def test_any_call_is_read_or_malformed(body: bytes, content_type: str, headers: dict[str, str], *, whole: bool) -> None:
    every = (headers_of(an_event()) if whole else {}) | headers
    try:
        observations, rejections = parse(content_type, every, body, uid=UID, now=NOW)
    except Malformed:
        return
    assert len(observations) + len(rejections) <= 1 or content_type == BATCH
