"""Secrets as the cloud tells them, their metadata only, and what that says has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.estate.models import Origin, Secret
from alerts.mirrors.looks import Happening, Look, instances_by_id, iso, locked, new_row, store
from alerts.sources.alibaba_cloud.records import SecretRecord

PENDING = Secret.State.PENDING_DELETION
DAY = timedelta(days=1)


def take_secrets(look: Look, records: Sequence[SecretRecord]) -> list[Happening]:
    """Write a page of secrets; return what has happened to them since they were last seen."""
    rows = locked(Secret, "name", look, [each.id for each in records])
    instances = instances_by_id(look, [each.instance_id for each in records])
    taken, found = [], []
    for each in records:
        row = rows.get(each.id)
        if row is None or row.deleted_at:
            row = new_row(Secret, "name", look, each.id, created_at=each.created_at)
        found += _differences(look, row, each)
        row.instance = instances.get(each.instance_id)
        _write(look, row, each)
        taken.append(row)
    store(Secret, taken, look)
    return found


def _differences(look: Look, row: Secret, told: SecretRecord) -> list[Happening]:
    since = look.since(row)
    if since is None:
        return []
    return _deletion(look, row, told, since=since) + _rotation(look, row, told, since=since)


def _deletion(look: Look, row: Secret, told: SecretRecord, *, since: datetime) -> list[Happening]:
    was, planned, wanted = iso(row.delete_at), iso(told.delete_at), row.state == PENDING
    found = []
    if wanted and was != planned:
        found.append(Happening("kms.secret.restored", f"restored {was}", row.arn, since, look.now))
    if told.delete_at and not (wanted and was == planned):
        data = {
            "recoveryWindowInDays": max(1, round((told.delete_at - look.now) / DAY)), "plannedDeleteTime": planned,
            "secretType": told.type,
        }  # fmt: skip
        found.append(
            Happening("kms.secret.deletion-scheduled", f"deletion-scheduled {planned}", row.arn, since, look.now, data)
        )
    return found


def _rotation(look: Look, row: Secret, told: SecretRecord, *, since: datetime) -> list[Happening]:
    """Rotations of managed secrets that ended since; generic ones are rotated by whoever owns them."""
    if row.mirrored_at is None or told.type in {"", Secret.Type.GENERIC}:
        return []
    data = {"secretType": told.type, "secretSubType": told.sub_type}
    last = iso(told.rotated_at)
    if told.rotated_at and told.rotated_at > since - DAY and last > iso(row.rotated_at):
        said = {**data, "successTime": last}
        at = told.rotated_at
        return [Happening("kms.secret.rotation-succeeded", f"rotated {last}", row.arn, min(since, at), at, said)]
    if told.rotation == Secret.Rotation.INVALID and row.rotation != Secret.Rotation.INVALID:
        named = f"rotation-failed {last} {iso(row.rotate_at)} {iso(since)}"
        return [Happening("kms.secret.rotation-failed", named, row.arn, since, look.now, data)]
    return []


def _write(look: Look, row: Secret, told: SecretRecord) -> None:
    row.type = told.type if told.type in Secret.Type.values else row.type
    row.sub_type, row.description, row.encryption_key_id = told.sub_type, told.description, told.encryption_key_id
    row.extended_config = dict(told.extended_config)
    row.rotation = told.rotation if told.rotation in Secret.Rotation.values else Secret.Rotation.DISABLED
    row.rotation_interval, row.rotate_at = told.rotation_interval, told.rotate_at
    if told.rotated_at:
        row.rotated_at = told.rotated_at
        row.rotation_at = max(row.rotation_at or told.rotated_at, told.rotated_at)
    row.created_at = told.created_at or row.created_at
    state = PENDING if told.delete_at else Secret.State.ENABLED
    if state != row.state or row.state_at is None:
        row.state, row.state_at = state, look.now
    row.state_by, row.delete_at = Origin.OBSERVED, told.delete_at


def end_secret(look: Look, row: Secret) -> Happening:
    """Write that a secret is no more; return that it was deleted. A later one of its name is another secret."""
    ended_at = row.delete_at if row.delete_at and row.delete_at <= look.now else look.now
    row.state, row.state_at, row.state_by, row.deleted_at = Secret.State.DELETED, ended_at, Origin.OBSERVED, ended_at
    data = {"deletionTime": iso(ended_at), "secretType": row.type}
    named = f"deleted {iso(row.created_at)}"
    return Happening("kms.secret.deleted", named, row.arn, look.since(row) or look.now, ended_at, data)
