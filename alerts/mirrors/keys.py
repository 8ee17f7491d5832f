"""Keys and their names as the cloud tells them, and what that says has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.estate.models import Alias, Instance, Key, Origin
from alerts.mirrors.looks import Happening, Look, instances_by_id, iso, locked, new_row, store
from alerts.sources.alibaba_cloud.records import AliasRecord, KeyRecord

PENDING = Key.State.PENDING_DELETION
DAY = timedelta(days=1)


def take_keys(look: Look, records: Sequence[KeyRecord]) -> list[Happening]:
    """Write a page of keys; return what has happened to them since they were last seen."""
    rows = locked(Key, "key_id", look, [each.id for each in records])
    instances = instances_by_id(look, [each.instance_id for each in records])
    found: list[Happening] = []
    for each in records:
        row = rows.get(each.id)
        if row is None:
            row = rows[each.id] = new_row(Key, "key_id", look, each.id, created_at=each.created_at)
        found += _differences(look, row, each, instances.get(each.instance_id))
        _write(look, row, each, instances.get(each.instance_id))
    store(Key, list(rows.values()), look)
    return found


def _differences(look: Look, row: Key, told: KeyRecord, instance: Instance | None) -> list[Happening]:
    since = look.since(row)
    if since is None:
        return []
    said = {"kmsInstanceId": instance.instance_id if instance else "", "keySpec": told.spec}
    was, planned = row.state == PENDING, iso(row.delete_at)
    found = []
    if was and (told.state != PENDING or planned != iso(told.delete_at)):
        found.append(
            Happening("kms.key.deletion-cancelled", f"deletion-cancelled {planned}", row.arn, since, look.now, said)
        )
    if told.state == PENDING and (not was or planned != iso(told.delete_at)):
        ends = told.delete_at or look.now
        days = max(1, round((ends - look.now) / DAY))
        data = {**said, "pendingWindowInDays": days, "deleteDate": iso(ends)}
        found.append(
            Happening("kms.key.deletion-scheduled", f"deletion-scheduled {iso(ends)}", row.arn, since, look.now, data)
        )
    return found


def _write(look: Look, row: Key, told: KeyRecord, instance: Instance | None) -> None:
    row.instance, row.description, row.deleted_at = instance, told.description, None
    row.spec, row.usage = told.spec or row.spec, told.usage or row.usage
    row.material, row.protection_level = told.material or row.material, told.protection_level or row.protection_level
    row.primary_version, row.rotation_interval = told.primary_version, told.rotation_interval
    row.rotated_at, row.rotate_at = told.rotated_at, told.rotate_at
    row.deletion_protection, row.protection_note = told.deletion_protection, told.protection_note
    row.created_at = told.created_at or row.created_at
    state = told.state if told.state in Key.State.values else Key.State.ENABLED
    if state != row.state or row.state_at is None:
        # Of a key that is kept, the fact says no state: it becomes again what is told here.
        row.state_before = row.state if state == PENDING else state
        row.state, row.state_at = state, look.now
    row.state_by, row.delete_at = Origin.OBSERVED, told.delete_at if state == PENDING else None


def end_key(look: Look, row: Key) -> Happening:
    """Write that a key is no more; return that it was deleted, at the end of its waiting period if it had one."""
    ended_at = row.delete_at if row.delete_at and row.delete_at <= look.now else look.now
    row.state, row.state_at, row.state_by, row.deleted_at = Key.State.DELETED, ended_at, Origin.OBSERVED, ended_at
    row.aliases.all().delete()
    said = {"kmsInstanceId": row.instance.instance_id if row.instance else "", "keySpec": row.spec}
    data = {**said, "deletionTime": iso(ended_at)}
    return Happening("kms.key.deleted", "deleted", row.arn, look.since(row) or look.now, ended_at, data)


def take_aliases(look: Look, records: Sequence[AliasRecord]) -> list[Happening]:
    """Write a page of the names of keys; a key is shown by the first of its names. Nothing happens by that."""
    rows = locked(Key, "key_id", look, [each.key_id for each in records])
    names = {each.id: rows[each.key_id] for each in records if each.key_id in rows}
    Alias.objects.filter(account=look.source.account_id, region=look.region, name__in=names).delete()
    Alias.objects.bulk_create(
        [
            Alias(account_id=look.source.account_id, region=look.region, key=key, name=name, created_at=look.now)
            for name, key in names.items()
        ]
    )
    _show(list(rows.values()))
    return []


def end_aliases(look: Look) -> None:
    """Take away the names that this reading did not show."""
    mirrored = Key.objects.filter(mirrored_by=look.source.pk, region=look.region)
    Alias.objects.filter(key__in=mirrored, created_at__lt=look.begun_at).delete()
    _show(list(mirrored.exclude(alias="").exclude(aliases__isnull=False).select_for_update(of=("self",))))


def _show(keys: Sequence[Key]) -> None:
    """Let each key be shown by the first of its names."""
    first: dict[int, str] = {}
    for pk, name in Alias.objects.filter(key__in=keys).order_by("name").values_list("key_id", "name"):
        first.setdefault(pk, name)
    changed = [key for key in keys if key.alias != first.get(key.pk, "")]
    for key in changed:
        key.alias = first.get(key.pk, "")
        key.save(update_fields=["alias"])
