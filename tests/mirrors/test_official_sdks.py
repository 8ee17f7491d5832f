"""The plug-in through the official SDKs, with this product as the cloud: what is served is what is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from alerts.accounts.models import AuditEntry
from alerts.estate.aliases import create_alias
from alerts.mirrors.cloud import CMS, KMS, Pace, Trouble, opened
from alerts.mirrors.models import Cursor, Source
from alerts.sources.alibaba_cloud.estate import is_there, read_page
from alerts.sources.alibaba_cloud.records import KeyRecord, SecretRecord
from alerts.sources.alibaba_cloud.system_events import read_events
from tests.builders import (
    NOW,
    OTHER_UID,
    REGION,
    a_client_key,
    a_draft,
    a_key,
    a_secret,
    an_account,
    an_instance,
    some_events,
)
from tests.mirrors.cloud import a_source
from tests.openapi.served import served
from tests.openapi.signing import an_access_key

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def source(settings: Settings) -> Iterator[Source]:
    """Give a source that reads this very product."""
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    key, secret = an_access_key()
    with served() as place:
        made = a_source(endpoint=place, calls_per_second=50)
        made.access_key_id, made.access_key_secret = key.key_id, secret
        made.save()
        yield made


def rows(source: Source, what: str, *, number: int = 1) -> list[Any]:
    """Return a page of records."""
    with opened(source, KMS, region=REGION) as client:
        return list(read_page(client, what, number=number).rows)


def test_the_estate_is_read_as_records(source: Source) -> None:
    instance = an_instance()
    keys = [a_key(instance=instance), a_key(state="PendingDeletion")]
    secret = a_secret(state="PendingDeletion")
    create_alias(keys[0], name="alias/orders", now=NOW)
    client_key = a_client_key()
    found: list[KeyRecord] = rows(source, "keys")
    assert [each.id for each in found] == [key.key_id for key in keys]
    assert [each.state for each in found] == ["Enabled", "PendingDeletion"]
    assert found[0].instance_id == instance.instance_id
    assert found[1].delete_at == NOW + timedelta(days=7)
    told: SecretRecord = rows(source, "secrets")[0]
    assert (told.id, told.type, told.delete_at) == (secret.name, "Rds", NOW + timedelta(days=7))
    assert rows(source, "instances")[0].usages["key"][0] == 1
    assert [(each.id, each.key_id) for each in rows(source, "aliases")] == [("alias/orders", keys[0].key_id)]
    assert rows(source, "client_keys")[0].not_after == client_key.not_after
    assert rows(source, "access_points")[0].id == rows(source, "client_keys")[0].access_point
    with opened(source, KMS, region=REGION) as client:
        assert is_there(client, "keys", keys[0].key_id)
        assert not is_there(client, "keys", "key-that-never-was")
        assert not is_there(client, "secrets", "a-secret-that-never-was")


def test_events_are_read_with_their_ids_newest_first(source: Source) -> None:
    made = some_events([a_draft() for _ in range(3)])
    with opened(source, CMS, region=REGION) as client:
        found, last = read_events(client, start=NOW - timedelta(days=9), end=NOW + timedelta(days=1), number=1)
    assert last
    assert {each.id for each in found} == {str(each.pk) for each in made}
    assert found == sorted(found, key=lambda each: each.occurred_at, reverse=True)


def test_a_wrong_secret_is_told_without_it(source: Source) -> None:
    source.access_key_secret = "not-the-secret-at-all"
    with pytest.raises(Trouble) as trouble:
        rows(source, "keys")
    assert "SignatureDoesNotMatch" in trouble.value.message
    assert "not-the-secret" not in trouble.value.message


def test_an_endpoint_inside_is_refused_unless_it_is_allowed(source: Source, settings: Settings) -> None:
    settings.OUTGOING_ALLOW = ()
    with pytest.raises(Trouble) as trouble:
        rows(source, "keys")
    assert trouble.value.code == "AddressBlocked"


def test_an_account_of_another_number_is_refused(source: Source) -> None:
    key, secret = an_access_key(account=an_account(OTHER_UID))
    a_key(account=an_account(OTHER_UID))
    source.access_key_id, source.access_key_secret = key.key_id, secret
    source.save()
    with pytest.raises(CommandError, match=f"belongs to account {OTHER_UID}"):
        run("poll", "main")


def run(*words: str) -> str:
    """Run the command, and return what it printed."""
    out = StringIO()
    call_command("source", *words, "--account", an_account().pk, stdout=out)
    return out.getvalue()


def test_a_source_is_connected_checked_read_and_listed_by_hand(source: Source, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(source.access_key_secret)
    named = ("--key-id", source.access_key_id, "--secret", str(secret), "--endpoint", source.endpoint)
    run("add", "--name", "by hand", "--region", REGION, "--calls", "50", "--read", "keys", *named)
    a_key()
    assert "kms:DescribeKey\tgranted" in run("check", "by hand")
    assert f"{REGION}\tkeys\t1\tread" in run("poll", "by hand")
    assert Cursor.objects.get().last_whole_at is not None
    listed = run("list")
    assert "by hand\tactive" in listed
    assert source.access_key_secret not in listed


def test_what_is_not_granted_is_said_with_the_policy_that_grants_it(source: Source) -> None:
    key, secret = an_access_key(actions=["kms:ListKeys"])
    source.access_key_id, source.access_key_secret, source.reads = key.key_id, secret, ["keys", "events"]
    source.save()
    with pytest.raises(CommandError, match="Something is missing"):
        run("check", "main")
    source.refresh_from_db()
    granted = {each["action"]: each["granted"] for each in source.checked}
    assert granted == {"kms:ListKeys": True, "kms:DescribeKey": None, "cms:DescribeSystemEventAttribute": False}


def test_calls_go_out_at_the_pace_of_the_source() -> None:
    slept: list[float] = []
    pace = Pace(10.0, clock=lambda: 100.0, sleep=slept.append)
    for _call in range(3):
        pace.wait()
    assert slept == pytest.approx([0.1, 0.2])


def test_an_endpoint_is_told_of_which_region_a_call_is(source: Source) -> None:
    keys = {region: a_key(region=region).key_id for region in (REGION, "cn-beijing")}
    a_client_key()
    for region, key_id in keys.items():
        with opened(source, KMS, region=region) as client:
            assert [each.id for each in read_page(client, "keys", number=1).rows] == [key_id]
    with opened(source, KMS, region="cn-beijing") as client:
        assert not read_page(client, "client_keys", number=1).rows


def test_a_refusal_is_said_without_what_differs_each_time(source: Source) -> None:
    source.access_key_secret = "not-the-secret-at-all"
    said = set()
    for _turn in range(2):
        with pytest.raises(Trouble) as trouble:
            rows(source, "keys")
        said.add(trouble.value.message)
    assert said == {"KMS refused: Specified signature is not matched with our calculation (SignatureDoesNotMatch)"}


def test_a_source_is_changed_by_hand_and_what_is_not_named_stays(source: Source, tmp_path: Path) -> None:
    run("change", "main", "--rename", "other", "--every", "10", "--role-arn", "acs:ram::1:role/reader")
    source.refresh_from_db()
    told = (source.name, source.every, source.role_arn, source.calls_per_second, source.regions)
    assert told == ("other", timedelta(minutes=10), "acs:ram::1:role/reader", 50, [REGION])
    with pytest.raises(CommandError, match="what is stored signs for no other key and no other place"):
        run("change", "other", "--endpoint", "elsewhere.example:80")
    secret = tmp_path / "secret"
    secret.write_text("typed-anew\n")
    run("change", "other", "--endpoint", "elsewhere.example:80", "--secret", str(secret))
    source.refresh_from_db()
    assert (source.endpoint, source.access_key_secret) == ("elsewhere.example:80", "typed-anew")
    assert AuditEntry.objects.filter(actor="manage.py source", verb="source.change").count() == 2
