"""A cloud that answers nonsense, another account, or nothing: a clear error, and nothing told as deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from alerts.estate.models import ClientKey, Key, Secret
from alerts.facts.models import Fact
from alerts.mirrors import calls
from alerts.mirrors.book import change
from alerts.mirrors.cloud import KMS, Trouble, opened
from alerts.mirrors.models import Cursor, Source
from alerts.mirrors.poll import poll_batch
from alerts.sources.alibaba_cloud.estate import Records, is_there, read_page
from tests.builders import NOW, OTHER_UID, REGION, UID
from tests.mirrors.cloud import (
    Cloud,
    a_client_key_record,
    a_key_record,
    a_secret_record,
    a_source,
    an_event,
    read_all,
)
from tests.openapi.served import served

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
LATER = NOW + timedelta(minutes=5)
MUCH_LATER = NOW + timedelta(minutes=30)


def deleted() -> int:
    """Return how many deletions were told."""
    return Fact.objects.filter(type__endswith=".deleted").count()


class Nonsense:
    """A WSGI application that answers whatever it is asked with one body."""

    def __init__(self, body: str | bytes, *, status: str = "200 OK", kind: str = "application/json") -> None:
        self.body, self.status, self.kind = body.encode() if isinstance(body, str) else body, status, kind

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> Sequence[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start(self.status, [("Content-Type", self.kind)])
        return [self.body]


@contextmanager
def a_source_at(settings: Settings, answers: Nonsense, *reads: str) -> Iterator[Source]:
    """Give a source that reads a cloud that answers so."""
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    with served(answers) as place:
        yield a_source(*reads, endpoint=place, calls_per_second=50)


DEEP = '{"Keys":' + "[" * 100 + "]" * 100 + ',"TotalCount":1}'
NONSENSE = {
    "nothing": "", "a text": '"hello"', "a list": "[]", "no list": "{}", "null": "null", "half": '{"Keys":',
    "a list of keys that is a number": '{"Keys": 7, "TotalCount": 1}',
    "keys that are texts": '{"Keys": {"Key": ["one", "two"]}, "TotalCount": 2}',
    "keys without an id": '{"Keys": {"Key": [{}]}, "TotalCount": 1, "KeyMetadata": {}}',
    "a total that is a text": '{"Keys": {"Key": []}, "TotalCount": "many"}', "deep": DEEP,
    "a total that is none": '{"Keys": {"Key": []}, "TotalCount": NaN}',
    "an endless total": '{"Keys": {"Key": []}, "TotalCount": 1e999}', "bytes": b"\xff\xfe\x00\x01",
    "a name of 5,000 characters": json.dumps(
        {"Keys": {"Key": [{"KeyId": "k" * 5_000}]}, "KeyMetadata": {"KeyId": "k" * 5_000}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_an_error_in_words_and_holds_up_nothing_else(settings: Settings, body: str | bytes) -> None:
    with a_source_at(settings, Nonsense(body), "keys", "secrets") as source:
        source = read_all(source, now=NOW)
    assert "answered what cannot" in source.error
    assert source.error_code == "AnswerInvalid", source.error
    assert "Unexpected" not in source.error
    assert Cursor.objects.get(what="keys").failed_at
    assert Cursor.objects.filter(failed_at=None, ended_at=None).count() == 0
    assert source.lease_until is None
    assert not Key.objects.exists()


REFUSALS = {
    "401 Unauthorized": "<html>no</html>", "429 Too Many Requests": "<html>slow</html>", "302 Found": "",
    "500 Internal Server Error": "<h1>Oops</h1>", "403 Forbidden": '{"Code":"Forbidden.NoPermission","Message":"no"}',
    "503 Service Unavailable": '{"Code":"ServiceUnavailableTemporary","Message":"later"}',
    "404 Not Found": '{"Code":"InvalidAction.NotFound","Message":"no such action"}',
    "200 OK": '{"Keys":{"Key":[]},"ClientKeys":[],"TotalCount":0}',
}  # fmt: skip


@pytest.mark.parametrize(("status", "body"), REFUSALS.items(), ids=REFUSALS)
def test_an_answer_that_is_no_answer_ends_nothing(settings: Settings, status: str, body: str) -> None:
    with a_source_at(settings, Nonsense(body, status=status, kind="text/html"), "keys", "client_keys") as source:
        seen = {"account_id": UID, "region": REGION, "created_at": NOW, "mirrored_by": source.pk, "mirrored_at": NOW}
        Key.objects.create(key_id="key-1", **seen)
        ClientKey.objects.create(client_key_id="KAAP.1", **seen)
        source = read_all(source, now=LATER)
    assert deleted() == 0
    assert Key.objects.get().deleted_at is ClientKey.objects.get().deleted_at is None
    if status != "200 OK":
        assert status.split(maxsplit=1)[0] in source.error or "refused" in source.error
        assert source.polled_at is None


def test_what_an_empty_list_leaves_out_is_asked_for_and_a_refusal_there_ends_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        cloud.put("keys", a_key_record(f"key-{number}"))
    cloud.put("client_keys", a_client_key_record())
    source = read_all(a_source("keys", "client_keys"), now=NOW)
    cloud.hidden = {*cloud.there["keys"], *cloud.there["client_keys"]}
    for turn, code, throttled in ((5, "Forbidden.NoPermission", False), (20, "Rejected.Throttling", True)):
        with monkeypatch.context() as patched:

            def refuse(*_told: object, code: str = code, throttled: bool = throttled) -> bool:
                raise Trouble(f"KMS refused: no ({code})", code=code, throttled=throttled)

            patched.setattr("alerts.mirrors.pages.is_there", refuse)
            source = read_all(source, now=NOW + timedelta(minutes=turn))
        assert source.error_code == code
    assert deleted() == 0
    source = read_all(source, now=MUCH_LATER)
    assert (deleted(), source.error, Key.objects.filter(deleted_at=None).count()) == (0, "", 7)


def test_another_endpoint_is_another_cloud_and_what_it_lacks_was_never_deleted(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    cloud.put("keys", a_key_record("key-2"))
    source = read_all(a_source("keys"), now=NOW)
    del cloud.there["keys"]["key-1"]
    change(source, endpoint="other.example.com", access_key_secret="typed-again", now=LATER)
    source = read_all(source, now=LATER)
    assert (source.polled_at, deleted()) == (LATER, 0)
    assert Key.objects.get(key_id="key-1").mirrored_by is None
    assert Key.objects.get(key_id="key-2").mirrored_by == source.pk


def test_another_key_that_shows_nothing_ends_nothing_but_one_that_shows_the_account_does(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    cloud.put("keys", a_key_record("key-2"))
    cloud.put("secrets", a_secret_record())
    source = read_all(a_source("keys", "secrets"), now=NOW)
    del cloud.there["keys"]["key-1"]
    cloud.there["secrets"].clear()
    change(source, access_key_id="LTAIanother", access_key_secret="of-another-key", now=LATER)
    source = read_all(source, now=LATER)
    assert source.polled_at == LATER
    assert list(Fact.objects.values_list("type", flat=True)) == ["kms.key.deleted"]
    assert Secret.objects.get().mirrored_by is None


@pytest.mark.parametrize("kind", ["the same page", "ever new ones"])
def test_a_list_without_an_end_is_given_up_in_words(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    cloud.put("secrets", a_secret_record())
    source = a_source("keys", "secrets")
    monkeypatch.setattr("alerts.mirrors.pages.MOST_PAGES", 20)

    def endless(_client: object, what: str, *, number: int) -> Records:
        if what == "secrets":
            return cloud.read_page(_client, what, number=number)
        named = f"key-{number if kind == 'ever new ones' else 0}"
        return Records(rows=[a_key_record(named)], total=1_000_000, last=False)

    monkeypatch.setattr("alerts.mirrors.pages.read_page", endless)
    source = read_all(source, now=NOW, most=60)
    assert "has no end" in source.error
    assert Secret.objects.exists()
    assert not poll_batch(now=NOW)


def test_events_of_another_account_are_not_imported(cloud: Cloud) -> None:
    event = an_event("Key:DeleteKey:Success", "key-1", at=NOW - timedelta(hours=1))
    cloud.events = [replace(event, resource=event.resource.replace(UID, OTHER_UID))]
    source = read_all(a_source("events"), now=NOW)
    assert (source.error_code, Fact.objects.count()) == ("OtherAccount", 0)


def test_what_cannot_be_stored_holds_up_nothing_else(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record(description="never \0 stored"))
    cloud.put("secrets", a_secret_record())
    source = read_all(a_source("keys", "secrets"), now=NOW)
    assert "cannot be stored" in source.error
    assert Secret.objects.exists()
    assert source.lease_until is None


def test_a_key_of_hostile_texts_is_read_as_far_as_it_can_be(settings: Settings) -> None:
    hostile = (
        '{"Keys":{"Key":[{"KeyId":"k-1"}]},"TotalCount":1,"KeyMetadata":{"KeyId":"k-1","KeyState":"<script>",'
        '"Description":"\\u0000\\ud800 %s","DeleteDate":"9999-12-31T23:59:59-12:00","CreationDate":-1}}'
    ) % ("x" * 20_000)
    with a_source_at(settings, Nonsense(hostile), "keys") as source:
        source = read_all(source, now=NOW)
    assert (source.error, Key.objects.get().state) == ("", "Enabled")
    assert "\0" not in Key.objects.get().description


def test_a_cloud_that_answers_slowly_is_left_before_the_time_of_a_task_is_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAGE_TIMEOUT", 0.0)
    listed = '{"Keys":{"Key":[{"KeyId":"k-1"}]},"TotalCount":1}'
    with a_source_at(settings, Nonsense(listed), "keys") as source:
        source = read_all(source, now=NOW)
    assert (source.error_code, Cursor.objects.get().page) == ("TooSlow", 1)


def test_the_pace_of_a_source_goes_on_from_page_to_page(settings: Settings) -> None:
    slept: list[float] = []
    with a_source_at(settings, Nonsense('{"Keys":{"Key":[]},"TotalCount":0}'), "keys") as source:
        pace = calls.pace_of(source.pk, 50)
        pace.clock, pace.sleep = (lambda: 100.0), slept.append
        for _page in range(3):
            with opened(source, KMS, region=REGION) as client:
                read_page(client, "keys", number=1)
    assert slept == pytest.approx([0.02, 0.04])
    assert calls.pace_of(source.pk + 1, 50) is not pace


def test_a_client_key_that_is_gone_is_said_by_its_name(settings: Settings) -> None:
    gone = Nonsense('{"Code":"Forbidden.ResourceNotFound","Message":"Resource not found."}', status="404 Not Found")
    with a_source_at(settings, gone) as source, opened(source, KMS, region=REGION) as client:
        assert not is_there(client, "client_keys", "KAAP.1")
