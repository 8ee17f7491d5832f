"""Each trigger, driven by CloudEvents: within two seconds of the 202 its events stand in both consoles, with one id."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.person import REGION, Program, a_cloud_event, wait_for

pytestmark = [pytest.mark.line, pytest.mark.timeout(300)]

WITHIN = 2.0  # seconds from the 202
FAILURE = {"errorCode": "Kms:ErrorCode", "errorMessage": "text"}
LINES = {
    "qps": ("Instance:QPSUsage", "CRITICAL"),
    "key": ("Instance:KeyUsage", "WARN"),
    "secret": ("Instance:SecretUsage", "WARN"),
    "vpc": ("Instance:AccessManagementUsage", "WARN"),
}
DONE = [
    ("kms.key.deletion-scheduled", "key", {"pendingWindowInDays": 7}, "Key:ScheduleKeyDeletion:Success", "WARN"),
    ("kms.key.deleted", "key", {}, "Key:DeleteKey:Success", "WARN"),
    ("kms.secret.deletion-scheduled", "secret", {}, "Secret:ScheduleSecretDeletion:Success", "WARN"),
    ("kms.secret.deleted", "secret", {"forceDelete": True}, "Secret:DeleteSecret:Success", "WARN"),
    ("kms.secret.rotation-failed", "secret", {"failureInfo": FAILURE}, "Secret:RotateSecret:Failure", "CRITICAL"),
    ("kms.secret.rotation-succeeded", "secret", {"secretType": "Rds"}, "Secret:RotateSecret:Success", "INFO"),
    ("kms.key.sync-failed", "key", {"failureInfo": FAILURE}, "Key:SyncKey:Failure", "CRITICAL"),
    ("kms.key.sync-succeeded", "key", {"replicaRegionId": "cn-shanghai"}, "Key:SyncKey:Success", "INFO"),
]


def in_both_consoles(program: Program, resource: str, *, count: int) -> list[dict[str, Any]]:
    """Return the events of a resource once both consoles show `count` of them; fails after two seconds."""
    found: list[dict[str, Any]] = wait_for(
        lambda: (events := program.events(resource=resource)) and len(events) >= count and events,
        seconds=WITHIN,
        what=f"events of {resource}",
    )
    assert program.events(resource=resource, console=REGION) == found
    return found


@pytest.mark.parametrize(("kind", "of", "data", "name", "level"), DONE, ids=[row[0] for row in DONE])
def test_what_was_done_is_one_event_in_both_consoles(
    program: Program, kind: str, of: str, data: dict[str, Any], name: str, level: str
) -> None:
    sent = a_cloud_event(kind, f"{of}/{uuid.uuid4()}", **data)
    assert program.send([sent]) == {"accepted": 1, "duplicates": 0, "rejected": []}

    (event,) = in_both_consoles(program, sent["subject"], count=1)

    assert (event["Name"], event["Level"], event["RegionId"]) == (name, level, REGION)
    assert event["Time"] == int(datetime.fromisoformat(sent["time"]).timestamp() * 1000)


@pytest.mark.parametrize("quota", LINES)
def test_usage_that_crosses_both_lines_at_once_is_two_events(program: Program, quota: str) -> None:
    sent = a_cloud_event(
        "kms.instance.usage", f"keystore/kst-{uuid.uuid4().hex[:12]}", resourceType=quota, used=913, quota=1000
    )
    program.send([sent])

    events = in_both_consoles(program, sent["subject"], count=2)

    prefix, level = LINES[quota]
    expected = {(f"{prefix}:NinetyPercent", level), (f"{prefix}:SeventyPercent", "INFO")}
    assert {(event["Name"], event["Level"]) for event in events} == expected


def test_usage_fires_again_only_after_it_went_below_the_lower_line(program: Program) -> None:
    subject = f"keystore/kst-{uuid.uuid4().hex[:12]}"
    start = datetime.now(UTC) - timedelta(minutes=10)
    shares = (910, 990, 880, 920, 840, 930)  # 880 does not re-arm, 840 does
    program.send(
        [
            a_cloud_event("kms.instance.usage", subject, at=start + timedelta(minutes=minute), resourceType="qps",
                          used=used, quota=1000)
            for minute, used in enumerate(shares)
        ]
    )  # fmt: skip

    resource = a_cloud_event("", subject)["subject"]
    in_both_consoles(program, resource, count=3)
    names = [event["Name"] for event in program.events(resource=resource)]

    assert names.count("Instance:QPSUsage:NinetyPercent") == 2
    assert names.count("Instance:QPSUsage:SeventyPercent") == 1


@pytest.mark.parametrize(("days", "window"), [(179, 180), (89, 90), (29, 30), (6, 7)])
def test_a_client_key_first_seen_inside_a_window_gets_its_reminder_once(
    program: Program, days: int, window: int
) -> None:
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    resource = f"clientkey/KAAP.{uuid.uuid4()}"
    first = a_cloud_event("kms.client-key.observed", resource, notAfter=ends.isoformat())
    again = a_cloud_event("kms.client-key.observed", resource, notAfter=ends.isoformat())
    program.send([first])
    (event,) = in_both_consoles(program, first["subject"], count=1)
    program.send([again])
    time.sleep(1)

    assert f'"remainingDays": {window}' in event["Content"]
    assert len(program.events(resource=first["subject"])) == 1


def test_the_same_batch_sent_three_times_gives_no_second_event(program: Program) -> None:
    batch = [a_cloud_event("kms.key.deleted", f"key/{uuid.uuid4()}") for _ in range(50)]

    answers = [program.send(batch) for _ in range(3)]
    wait_for(lambda: program.events(resource=batch[-1]["subject"]), seconds=WITHIN, what="the last event")
    time.sleep(1)

    assert [(each["accepted"], each["duplicates"]) for each in answers] == [(50, 0), (0, 50), (0, 50)]
    assert all(len(program.events(resource=sent["subject"])) == 1 for sent in batch)
