"""Instances as the cloud tells them, with what they use of their quotas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from alerts.estate.models import Instance
from alerts.mirrors.looks import Happening, Look, iso, locked, new_row, store
from alerts.sources.alibaba_cloud.records import InstanceRecord

QUOTA_FIELDS = {"qps": "qps_quota", "key": "key_quota", "secret": "secret_quota", "vpc": "vpc_quota"}
LARGEST_QUOTA = 2_147_483_647
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def take_instances(look: Look, records: Sequence[InstanceRecord]) -> list[Happening]:
    """Write a page of instances; return a sample of usage for each of their quotas."""
    rows = locked(Instance, "instance_id", look, [each.id for each in records])
    found: list[Happening] = []
    for each in records:
        row = rows.get(each.id)
        if row is None:
            row = rows[each.id] = new_row(Instance, "instance_id", look, each.id, created_at=each.created_at)
        _write(row, each)
        found += _samples(look, row, each)
    store(Instance, list(rows.values()), look)
    return found


def _write(row: Instance, told: InstanceRecord) -> None:
    row.name, row.management, row.deleted_at = told.name, told.management, None
    row.created_at = told.created_at or row.created_at
    row.deletion_protection, row.protection_note = told.deletion_protection, told.protection_note
    for of, (_used, quota) in told.usages.items():
        if of in QUOTA_FIELDS:
            setattr(row, QUOTA_FIELDS[of], min(int(quota), LARGEST_QUOTA))


def _samples(look: Look, row: Instance, told: InstanceRecord) -> list[Happening]:
    """A sample is of the reading, not of the moment: read again after a restart, it is the same one."""
    at, since = look.begun_at, look.since(row) or EVER
    return [
        Happening(
            "kms.instance.usage", f"usage {of} {iso(at)}", row.arn, since, at,
            {"resourceType": of, "used": used, "quota": quota},
        )
        for of, (used, quota) in told.usages.items() if of in QUOTA_FIELDS
    ]  # fmt: skip
