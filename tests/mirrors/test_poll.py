"""An account is mirrored: rows, differences as facts, each once, whatever stops the reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.accounts.refusal import Refused
from alerts.estate.keys import schedule_key_deletion
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Origin, Secret
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import SystemEvent
from alerts.facts.models import Fact
from alerts.mirrors.book import delete, pause
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.models import Cursor, Source
from alerts.mirrors.poll import LEASE, Hold, claim_one, poll_batch
from alerts.mirrors.silent import watch_silence
from alerts.sources.alibaba_cloud.records import AccessPointRecord, AliasRecord
from tests.builders import NOW, REGION, UID
from tests.mirrors.cloud import (
    Cloud,
    a_client_key_record,
    a_key_record,
    a_secret_record,
    a_source,
    an_instance_record,
    read_all,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATER = NOW + 5 * MINUTE
ENDS = NOW + timedelta(days=7)


def told() -> list[str]:
    """Return the types of what was told, oldest first, without samples of usage."""
    return list(Fact.objects.exclude(type="kms.instance.usage").order_by("id").values_list("type", flat=True))


def test_everything_there_is_is_mirrored_and_nothing_is_told_of_what_was_there_before(cloud: Cloud) -> None:
    cloud.put("instances", an_instance_record())
    for number in range(5):
        cloud.put("keys", a_key_record(f"key-{number}", instance_id="kst-1"))
    cloud.put("aliases", AliasRecord("alias/orders", f"acs:kms:{REGION}:{UID}:alias/orders", "key-3"))
    cloud.put("secrets", a_secret_record(delete_at=ENDS))
    cloud.put("access_points", AccessPointRecord("orders", "ClientKey"))
    cloud.put("client_keys", a_client_key_record())
    source = read_all(a_source(), now=NOW)
    assert source.polled_at == NOW
    assert not source.error
    assert Key.objects.filter(origin=Origin.OBSERVED, mirrored_by=source.pk, instance__instance_id="kst-1").count() == 5
    assert Key.objects.get(key_id="key-3").alias == "alias/orders"
    assert Secret.objects.get().state == "PendingDeletion"
    assert ClientKey.objects.get().access_point is not None
    assert Instance.objects.get().qps_quota == 1000
    assert told() == ["kms.client-key.observed"]


def test_a_deletion_that_is_scheduled_cancelled_and_done_is_told_each_time_and_once(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    source = read_all(a_source(), now=NOW)
    cloud.change("keys", "key-1", state="PendingDeletion", delete_at=ENDS)
    for turn in (5, 10):
        read_all(source, now=NOW + turn * MINUTE)
    evaluate_batch(now=NOW + 11 * MINUTE)
    assert Key.objects.get().state == "PendingDeletion"
    cloud.change("keys", "key-1", state="Disabled", delete_at=None)
    read_all(source, now=NOW + 15 * MINUTE)
    evaluate_batch(now=NOW + 16 * MINUTE)
    assert Key.objects.get().state == "Disabled"
    del cloud.there["keys"]["key-1"]
    for turn in (20, 25):
        read_all(source, now=NOW + turn * MINUTE)
    evaluate_batch(now=NOW + 26 * MINUTE)
    assert told() == ["kms.key.deletion-scheduled", "kms.key.deletion-cancelled", "kms.key.deleted"]
    assert SystemEvent.objects.count() == 3
    assert Key.objects.get().state == "Deleted"


def test_rotations_of_managed_secrets_are_told_with_their_own_time(cloud: Cloud) -> None:
    cloud.put("secrets", a_secret_record(rotated_at=NOW - timedelta(days=3)))
    cloud.put("secrets", a_secret_record("plain", type="Generic"))
    source = read_all(a_source(), now=NOW)
    cloud.change("secrets", "orders/db", rotated_at=NOW + MINUTE)
    cloud.change("secrets", "plain", rotated_at=NOW + MINUTE)
    read_all(source, now=LATER)
    fact = Fact.objects.get(type="kms.secret.rotation-succeeded")
    assert fact.occurred_at == NOW + MINUTE
    cloud.change("secrets", "orders/db", rotation="Invalid")
    for turn in (10, 15):
        read_all(source, now=NOW + turn * MINUTE)
    assert told() == ["kms.secret.rotation-succeeded", "kms.secret.rotation-failed"]


def test_a_secret_of_the_name_of_a_deleted_one_is_another_secret(cloud: Cloud) -> None:
    cloud.put("secrets", a_secret_record())
    source = read_all(a_source(), now=NOW)
    del cloud.there["secrets"]["orders/db"]
    read_all(source, now=LATER)
    cloud.put("secrets", a_secret_record(created_at=LATER))
    read_all(source, now=LATER + 5 * MINUTE)
    assert told() == ["kms.secret.deleted"]
    assert sorted(Secret.objects.values_list("state", flat=True)) == ["Deleted", "Enabled"]


def test_a_usage_that_reaches_a_share_becomes_one_event(cloud: Cloud) -> None:
    cloud.put("instances", an_instance_record(qps=100))
    source = read_all(a_source(), now=NOW)
    cloud.put("instances", an_instance_record(qps=950))
    for turn in (5, 10):
        read_all(source, now=NOW + turn * MINUTE)
        evaluate_batch(now=NOW + turn * MINUTE)
    assert Fact.objects.filter(type="kms.instance.usage").count() == 3
    names = list(SystemEvent.objects.values_list("name", flat=True))
    assert len(names) == len(set(names)) > 0


def test_what_a_list_left_out_is_asked_for_before_it_counts_as_gone(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    source = read_all(a_source(), now=NOW)
    cloud.hidden = {"key-1"}
    read_all(source, now=LATER)
    assert told() == []
    assert Key.objects.get().deleted_at is None


@pytest.mark.parametrize("stop", range(1, 9))
def test_a_restart_in_the_middle_leaves_no_gap_and_no_double(cloud: Cloud, stop: int) -> None:
    for number in range(5):
        cloud.put("keys", a_key_record(f"key-{number}"))
    source = read_all(a_source("keys"), now=NOW)
    for number in range(4):
        cloud.change("keys", f"key-{number}", state="PendingDeletion", delete_at=ENDS)
    read_all(source, now=LATER, most=stop)
    # What was claimed by whoever was killed is free again when the lease has run out.
    Source.objects.filter(pk=source.pk).update(lease="of the dead", lease_until=LATER + MINUTE)
    assert not poll_batch(now=LATER)
    read_all(source, now=LATER + 2 * MINUTE)
    read_all(source, now=LATER + 9 * MINUTE)
    assert told() == ["kms.key.deletion-scheduled"] * 4
    assert Key.objects.filter(state="PendingDeletion").count() == 4


def test_a_page_is_not_written_by_one_whose_lease_was_lost(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.put("keys", a_key_record())
    source = a_source("keys")

    def taken_over(*call: object, **told: object) -> object:
        Source.objects.filter(pk=source.pk).update(lease="another")
        return Cloud.read_page(cloud, *call, **told)  # type: ignore[arg-type]

    monkeypatch.setattr("alerts.mirrors.pages.read_page", taken_over)
    assert poll_batch(now=NOW)
    assert not Key.objects.exists()
    assert Cursor.objects.get().page == 1


def test_throttling_waits_and_goes_on_at_the_same_page(cloud: Cloud) -> None:
    for number in range(5):
        cloud.put("keys", a_key_record(f"key-{number}"))
    source = read_all(a_source("keys"), now=NOW, most=1)
    cloud.trouble["keys"] = Trouble("KMS refused: QPS Limit Exceeded (Rejected.Throttling)", throttled=True)
    assert poll_batch(now=NOW)
    source.refresh_from_db()
    assert source.next_at > NOW
    assert not poll_batch(now=NOW)
    assert Cursor.objects.get().page == 2
    source = read_all(source, now=NOW + MINUTE)
    assert source.error == ""
    assert Key.objects.count() == 5


def test_a_cloud_that_is_away_for_a_while_is_waited_for_at_the_same_page(cloud: Cloud) -> None:
    for number in range(5):
        cloud.put("keys", a_key_record(f"key-{number}"))
    source = read_all(a_source("keys", "secrets"), now=NOW, most=1)
    for turn in (1, 4, 10):
        cloud.trouble["keys"] = Trouble("It refused the connection.", code="ConnectionRefused", away=True)
        assert poll_batch(now=NOW + timedelta(seconds=turn))
        assert not poll_batch(now=NOW + timedelta(seconds=turn))
    assert Cursor.objects.get(what="keys").page == 2
    assert poll_batch(now=NOW + MINUTE)
    source.refresh_from_db()
    assert source.failures == 0
    source = read_all(source, now=NOW + MINUTE)
    assert (source.polled_at, source.error, Key.objects.count()) == (NOW + MINUTE, "", 5)


def test_a_cloud_that_stays_away_is_asked_as_often_as_it_would_be_read(cloud: Cloud) -> None:
    source = a_source("keys", "secrets")
    now = NOW
    for _turn in range(12):
        for what in ("keys", "secrets"):
            cloud.trouble[what] = Trouble("It refused the connection.", code="ConnectionRefused", away=True)
        source = read_all(source, now=now)
        now = max(now, source.next_at)
        assert now - source.error_at <= source.every  # type: ignore[operator]
    cloud.trouble.clear()
    assert read_all(source, now=now).error == ""


def test_one_wrong_place_is_wrong_for_everything_of_its_region(cloud: Cloud) -> None:
    cloud.put("access_points", AccessPointRecord("orders", "ClientKey"))
    cloud.trouble["keys"] = Trouble("The endpoint answers for another region.", code="OtherRegion")
    source = read_all(a_source("keys", "access_points"), now=NOW)
    assert "another region" in source.error
    assert not AccessPoint.objects.exists()


def test_a_lease_is_kept_while_a_page_takes_long_and_is_noticed_when_lost() -> None:
    source = a_source("keys")
    clock = iter((0.0, 2.0, 21.0, 28.0))
    held = claim_one(source, now=NOW)
    assert held
    hold = Hold(held, NOW, clock=lambda: next(clock))
    hold.keep()
    hold.keep()
    source.refresh_from_db()
    assert source.lease_until == NOW + timedelta(seconds=21) + LEASE
    Source.objects.filter(pk=source.pk).update(lease="another")
    with pytest.raises(Trouble) as trouble:
        hold.keep()
    assert trouble.value.code == "LeaseLost"


def test_what_is_denied_holds_up_nothing_else(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    cloud.put("secrets", a_secret_record())
    cloud.trouble["keys"] = Trouble("KMS refused: not allowed (Forbidden.NoPermission)", code="Forbidden.NoPermission")
    source = read_all(a_source(), now=NOW)
    assert source.polled_at is None
    assert "Forbidden.NoPermission" in source.error
    assert Secret.objects.exists()
    source = read_all(source, now=LATER)
    assert source.polled_at == LATER
    assert Key.objects.exists()


def test_a_source_that_falls_silent_says_so_once_and_says_when_it_speaks_again(cloud: Cloud) -> None:
    source = read_all(a_source("keys"), now=NOW)
    for turn in (20, 21):
        watch_silence(now=NOW + turn * MINUTE)
    assert list(SystemEvent.objects.values_list("name", flat=True)) == ["Source:Poll:Silent"]
    source = read_all(source, now=NOW + 30 * MINUTE)
    assert source.silent_since is None
    assert sorted(SystemEvent.objects.values_list("name", flat=True)) == ["Source:Poll:Resumed", "Source:Poll:Silent"]


def test_a_paused_source_is_neither_read_nor_called_silent(cloud: Cloud) -> None:
    source = a_source("keys")
    pause(source, now=NOW)
    assert not poll_batch(now=NOW)
    assert not watch_silence(now=NOW + timedelta(days=1))


def test_what_is_mirrored_is_changed_where_it_is_until_the_source_is_gone(cloud: Cloud) -> None:
    cloud.put("keys", a_key_record())
    source = read_all(a_source(), now=NOW)
    key = Key.objects.get()
    with pytest.raises(Refused, match="read from the cloud"):
        schedule_key_deletion(key, days=7, now=NOW)
    delete(source)
    assert schedule_key_deletion(key, days=7, now=NOW).state == "PendingDeletion"


def test_the_secret_of_a_source_is_not_readable_in_its_row() -> None:
    source = a_source()
    row = Source.objects.raw("SELECT id, access_key_secret AS sealed FROM mirrors_source WHERE id = %s", [source.pk])[0]
    assert "wJalr" not in row.sealed  # type: ignore[attr-defined]
