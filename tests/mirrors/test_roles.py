"""An account read by a role: through the official SDK of STS, whose temporary credentials are renewed in time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from alerts.estate.models import Key
from alerts.mirrors import roles
from alerts.mirrors.book import MIRRORED, change
from alerts.mirrors.check import ask_for_check, check, check_batch, found_of
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.models import Source
from alerts.mirrors.policy import assuming_policy
from alerts.mirrors.roles import credentials_of
from tests.builders import NOW, REGION, a_key
from tests.mirrors.cloud import a_source, read_all
from tests.mirrors.sts import ROLE, Sts
from tests.openapi.served import served
from tests.openapi.signing import an_access_key

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
KEY = ("LTAI-assumes-only", "a-secret-that-assumes")


@dataclass
class Cloud:
    """A source with a role, and the STS that it asks."""

    source: Source
    sts: Sts


@pytest.fixture
def cloud(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Give a source that reads this very product by a role."""
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr(roles, "_HELD", {})
    session, secret = an_access_key()
    sts = Sts(key=KEY, given=(session.key_id, secret), external_id="ext-4711")
    with served(sts) as place:
        source = a_source("keys", "events", endpoint=place, calls_per_second=50, role_arn=ROLE, external_id="ext-4711")
        source.access_key_id, source.access_key_secret = KEY
        source.save()
        yield Cloud(source, sts)


def at(moment: float) -> Callable[[], float]:
    """Return a clock that stands still."""
    return lambda: moment


def test_an_account_is_read_by_a_role_that_is_assumed_once(cloud: Cloud) -> None:
    a_key()
    source = read_all(cloud.source, now=NOW)
    assert not source.error
    assert source.polled_at == NOW
    assert [each["RoleArn"] for each in cloud.sts.asked] == [ROLE]
    asked = cloud.sts.asked[0]
    told = (asked["version"], asked["method"], asked["RoleSessionName"], asked["ExternalId"], asked["DurationSeconds"])
    assert told == ("2015-04-01", "POST", "kms-console", "ext-4711", "3600")
    assert set(cloud.sts.tokens) == {"CAIS-token-1"}
    assert len(cloud.sts.tokens) >= 2
    assert Key.objects.get().mirrored_by == source.pk


def test_credentials_are_asked_for_anew_before_they_end_and_when_anything_changes(cloud: Cloud) -> None:
    source, begun = cloud.source, time.time()
    for later in (0, 3_000):
        credentials_of(source, clock=at(begun + later))
    assert len(cloud.sts.asked) == 1
    credentials_of(source, clock=at(begun + 3_400))
    assert len(cloud.sts.asked) == 2
    source.role_session = "another"
    credentials_of(source, clock=at(begun))
    assert cloud.sts.asked[-1]["RoleSessionName"] == "another"


def test_credentials_that_end_sooner_than_was_asked_for_are_renewed_by_their_own_end(cloud: Cloud) -> None:
    cloud.sts.lasts = timedelta(minutes=15)
    begun = time.time()
    for later in (0, 500, 650):
        credentials_of(cloud.source, clock=at(begun + later))
    assert len(cloud.sts.asked) == 2


def test_a_token_that_is_refused_is_given_up_and_the_reading_goes_on_with_a_new_one(cloud: Cloud) -> None:
    a_key()
    read_all(cloud.source, now=NOW)
    cloud.sts.spent = {"CAIS-token-1"}
    source = read_all(cloud.source, now=NOW + timedelta(minutes=5))
    assert "SecurityToken" in source.error
    source = read_all(source, now=NOW + timedelta(minutes=6))
    assert (source.error, source.polled_at) == ("", NOW + timedelta(minutes=6))
    assert cloud.sts.tokens[-1] == "CAIS-token-2"


def test_a_role_that_may_not_be_assumed_is_said_as_such_and_nothing_else_is_tried(cloud: Cloud) -> None:
    cloud.source.external_id = "another"
    cloud.source.save()
    ask_for_check(cloud.source, now=NOW)
    while check_batch(now=NOW):
        pass
    cloud.source.refresh_from_db()
    outcomes = {(each.region, each.action): each.outcome for each in found_of(cloud.source)}
    assert outcomes == {
        ("", "sts:AssumeRole"): "missing", (REGION, "kms:ListKeys"): "unknown", (REGION, "kms:DescribeKey"): "unknown",
        ("", "cms:DescribeSystemEventAttribute"): "unknown",
    }  # fmt: skip
    assert cloud.sts.tokens == []
    assert '"Action": "sts:AssumeRole"' in assuming_policy(ROLE)
    assert f'"Resource": "{ROLE}"' in assuming_policy(ROLE)


def test_a_check_by_a_role_says_that_it_could_be_assumed(cloud: Cloud) -> None:
    a_key()
    assert {each.action: each.outcome for each in check(cloud.source, now=NOW)} == {
        "sts:AssumeRole": "granted", "kms:ListKeys": "granted", "kms:DescribeKey": "granted",
        "cms:DescribeSystemEventAttribute": "granted",
    }  # fmt: skip


def test_temporary_credentials_stand_in_no_table_and_in_no_log(cloud: Cloud, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        read_all(cloud.source, now=NOW)
        cloud.sts.key = ("LTAI-other", "x")
        roles.forget(cloud.source)
        with pytest.raises(Trouble) as trouble:
            credentials_of(cloud.source)
    said = trouble.value.message + repr(roles._HELD) + caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM mirrors_source s")
        said += str(cursor.fetchall())
    for secret in ("CAIS-token", cloud.sts.given[1], KEY[1], "ext-4711"):
        assert secret not in said


def test_a_region_that_is_no_longer_read_lets_go_of_its_rows(cloud: Cloud) -> None:
    a_key()
    source = read_all(cloud.source, now=NOW)
    change(source, now=NOW, regions=["cn-shanghai"])
    assert all(not model.objects.filter(mirrored_by=source.pk).exists() for model in MIRRORED.values())
    source.refresh_from_db()
    assert source.next_at == NOW
