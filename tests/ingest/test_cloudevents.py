"""`POST /ingest/cloudevents`: what is taken, what is refused, and what stands in the database when it is answered."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from alerts import tasks
from alerts.accounts.models import ApiToken, Scope
from alerts.estate.models import ClientKey, Instance, Key, Secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, OTHER_UID, REGION, a_number, a_token, an_account, an_arn

pytestmark = pytest.mark.django_db
URL = "/ingest/cloudevents"
BATCH, STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"
Answer = Any


def an_envelope(fact_type: str = "kms.key.deletion-scheduled", resource: str = "", **changes: Any) -> dict[str, Any]:
    subject = resource or an_arn("key")
    region, uid = subject.split(":")[2:4]
    return {
        "specversion": "1.0",
        "id": f"e-{a_number()}",
        "source": f"acs:kms:{region}:{uid}",
        "type": fact_type,
        "subject": subject,
        "time": NOW.isoformat(),
        "data": {"pendingWindowInDays": 7},
    } | changes


@pytest.fixture
def token() -> str:
    return a_token(Scope.INGEST)


def post(body: object, token: str, *, content_type: str = BATCH, **headers: str) -> Answer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().generic("POST", URL, sent, content_type=content_type, headers={**told, **headers})


def test_a_batch_is_taken_and_counted(token: str) -> None:
    answer = post([an_envelope() for _ in range(3)], token)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 3, "duplicates": 0, "rejected": []})
    assert Fact.objects.filter(origin="cloudevents", evaluated_at=None).count() == 3


def test_the_same_batch_three_times_is_one_set_of_facts_and_events(token: str) -> None:
    batch = [an_envelope() for _ in range(4)]
    answers = [post(batch, token).json() for _ in range(3)]
    assert [(each["accepted"], each["duplicates"]) for each in answers] == [(4, 0), (0, 4), (0, 4)]
    evaluate_batch(now=NOW)
    assert post(batch, token).json()["duplicates"] == 4
    assert evaluate_batch(now=NOW) == 0
    assert SystemEvent.objects.count() == 4


def test_the_same_event_twice_in_one_batch_is_one_fact(token: str) -> None:
    event = an_envelope()
    assert post([event, event], token).json() == {"accepted": 1, "duplicates": 1, "rejected": []}


def test_the_same_id_of_another_source_is_another_fact(token: str) -> None:
    both = [an_envelope(resource=an_arn("key", "one", region=region), id="1") for region in (REGION, "cn-shanghai")]
    assert post(both, token).json()["accepted"] == 2


def test_one_bad_event_does_not_spoil_the_batch(token: str) -> None:
    bad = {
        1: (an_envelope(fact_type="kms.key.eaten"), "UnknownType"),
        3: (an_envelope(subject="acs:ecs:cn-hangzhou:1:key/x"), "SubjectInvalid"),
        4: (an_envelope(specversion="0.3"), "NotACloudEvent"),
        5: ("no object", "NotACloudEvent"),
        6: (an_envelope(time="yesterday"), "TimeInvalid"),
        7: (an_envelope(time=(NOW - timedelta(days=91)).isoformat()), "TimeTooOld"),
        8: (an_envelope(time=(NOW + timedelta(hours=1)).isoformat()), "TimeInFuture"),
        9: (an_envelope("kms.instance.usage", an_arn("keystore"), data={"resourceType": "qps"}), "DataInvalid"),
        10: (an_envelope("kms.secret.deleted"), "KindMismatch"),
        11: (an_envelope(resource=an_arn("key", uid=OTHER_UID)), "AccountMismatch"),
        12: (an_envelope("kms.client-key.deleted", an_arn("clientkey")), "UnknownType"),
    }
    batch = [bad[index][0] if index in bad else an_envelope() for index in range(13)]
    answer = post(batch, token)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == Fact.objects.count() == 2
    rejected = answer.json()["rejected"]
    assert {each["index"]: each["code"] for each in rejected} == {index: code for index, (_, code) in bad.items()}
    assert all(each["message"].endswith(".") and len(each["message"]) > 20 for each in rejected)


def test_structured_mode_takes_one(token: str) -> None:
    answer = post(an_envelope(), token, content_type=f"{STRUCTURED}; charset=utf-8")
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}


def test_the_character_set_that_is_named_is_the_one_that_is_read(token: str) -> None:
    body = json.dumps(an_envelope(data={"note": "密钥"}), ensure_ascii=False).encode("utf-16")
    assert post(body, token, content_type=f"{STRUCTURED}; charset=utf-16").json()["accepted"] == 1
    assert Fact.objects.get().data == {"note": "密钥"}


def test_binary_mode_takes_one(token: str) -> None:
    event = an_envelope()
    data = json.dumps(event.pop("data")).encode()
    headers = {f"ce-{name}": value for name, value in event.items()}
    answer = post(data, token, content_type="application/json", **headers)
    assert answer.json()["accepted"] == 1
    assert Fact.objects.get().data == {"pendingWindowInDays": 7}


def test_a_body_sent_in_chunks_is_read(token: str) -> None:
    body = json.dumps([an_envelope()]).encode()
    assert _chunked(body, token).json()["accepted"] == 1


def _chunked(body: bytes, token: str) -> Answer:
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_TYPE": BATCH, "HTTP_TRANSFER_ENCODING": "chunked"}
    client = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.generic("POST", URL, **{**environ, "CONTENT_LENGTH": ""})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", BATCH),
        (b"", BATCH),
        (b"{}", BATCH),
        (b"{}", STRUCTURED),
        (b"[]", STRUCTURED),
        (b"<event/>", "application/cloudevents+xml"),
        (b"{}", "application/json"),
        (b"hello", "text/plain"),
        (b"\xff\xfe\xfd", STRUCTURED),
    ],
)
def test_what_is_no_cloudevent_is_a_400_with_a_sentence(token: str, body: bytes, content_type: str) -> None:
    answer = post(body, token, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")
    assert answer.json()["message"].endswith(".")
    assert Fact.objects.count() == 0


def test_an_empty_batch_is_a_good_one(token: str) -> None:
    assert post([], token).json() == {"accepted": 0, "duplicates": 0, "rejected": []}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Bearer {}x"])
def test_without_a_valid_token_it_is_a_401(token: str, header: str) -> None:
    told = {"Authorization": header.format(token)} if header else {}
    answer = post([an_envelope()], "", **told)
    assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert token not in answer.content.decode()
    assert Fact.objects.count() == 0


def test_a_read_token_cannot_send_and_an_ingest_token_cannot_read(token: str) -> None:
    assert post([an_envelope()], a_token(Scope.READ)).status_code == 401
    page = "/cloudmonitor/event-center/system-events/?format=json"
    assert Client().get(page, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_revoked_token_is_none(token: str) -> None:
    ApiToken.objects.update(revoked_at=NOW)
    assert post([an_envelope()], token).status_code == 401


def test_a_token_sends_for_its_own_account_only(token: str) -> None:
    an_account(OTHER_UID)
    answer = post([an_envelope(resource=an_arn("key", uid=OTHER_UID))], token).json()
    assert (answer["accepted"], answer["rejected"][0]["code"]) == (0, "AccountMismatch")
    assert post([an_envelope(resource=an_arn("key", uid=OTHER_UID))], _token_of(OTHER_UID)).json()["accepted"] == 1
    assert Fact.objects.get().account_id == OTHER_UID


def _token_of(uid: str) -> str:
    return a_token(Scope.INGEST, account=an_account(uid))


def test_a_thousand_are_taken_and_one_more_is_too_many(token: str) -> None:
    batch = [an_envelope() for _ in range(1001)]
    answer = post(batch, token)
    assert (answer.status_code, answer.json()["code"]) == (413, "TooMany")
    assert Fact.objects.count() == 0
    assert post(batch[:1000], token).json()["accepted"] == 1000


def test_above_the_size_cap_it_is_a_413(token: str, settings: Settings) -> None:
    settings.INGEST_MAX_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000
    small, large = [an_envelope(data={"x": "a" * 1_000})], [an_envelope(data={"x": "a" * 2_000})]
    assert post(small, token).status_code == 202
    for answer in (post(large, token), _chunked(json.dumps(large).encode(), token)):
        assert (answer.status_code, answer.json()["code"]) == (413, "TooLarge")
        assert "2000 bytes" in answer.json()["message"]


def test_above_the_rate_it_is_a_429_that_says_when_to_come_again(token: str, settings: Settings) -> None:
    settings.INGEST_RATE = 1
    other = a_token(Scope.INGEST)
    answers = [post([], token) for _ in range(15)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert [answer.status_code for answer in answers[:10]] == [202] * 10
    assert refused
    assert refused[0].json()["code"] == "TooManyRequests"
    assert int(refused[0]["Retry-After"]) >= 1
    assert post([], other).status_code == 202


def test_only_post_is_answered(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().get(URL, headers=headers)
    assert (answer.status_code, answer["Allow"], answer.json()["message"]) == (
        405, "POST", "This address takes POST, not GET.",
    )  # fmt: skip
    assert Client(enforce_csrf_checks=True).post(URL, b"[]", content_type=BATCH, headers=headers).status_code == 202


def test_every_type_of_the_issue_makes_its_resource_known(token: str) -> None:
    types = {
        "key": ("deletion-scheduled", "deletion-cancelled", "deleted", "sync-succeeded", "sync-failed"),
        "secret": ("deletion-scheduled", "restored", "deleted", "rotation-succeeded", "rotation-failed"),
    }
    batch = [
        an_envelope(f"kms.{kind}.{what}", an_arn(kind), data={})
        for kind, all_of_it in types.items()
        for what in all_of_it
    ]
    usage = {"resourceType": "vpc", "used": 9, "quota": 10}
    batch.append(an_envelope("kms.client-key.observed", an_arn("clientkey"), data={"notAfter": _in_days(20)}))
    batch.append(an_envelope("kms.instance.usage", an_arn("keystore"), data=usage))
    assert post(batch, token).json() == {"accepted": 12, "duplicates": 0, "rejected": []}
    evaluate_batch(now=NOW)
    assert [model.objects.count() for model in (Key, Secret, ClientKey, Instance)] == [5, 5, 1, 1]
    assert SystemEvent.objects.count() == 10 + 1 + 2


def _in_days(days: int) -> str:
    return (NOW + timedelta(days=days)).isoformat()


@pytest.mark.django_db(transaction=True)
def test_when_the_bell_rings_the_facts_are_committed_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    token = a_token(Scope.INGEST)
    seen: list[int] = []

    def look() -> int:
        try:
            return Fact.objects.count()
        finally:
            connection.close()

    def ring(bells: Sequence[object], times: int) -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(look).result())
        assert (bells, times) == ((tasks.evaluate,), 1)

    monkeypatch.setattr(tasks, "_ring_now", ring)
    assert post([an_envelope() for _ in range(3)], token).status_code == 202
    assert seen == [3]
    post([], token)
    assert seen == [3]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    token = a_token(Scope.INGEST)

    def refuse(**_named: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.evaluate, "apply_async", refuse)
    assert post([an_envelope()], token).status_code == 202
    assert Fact.objects.count() == 1
