"""Access points and client keys as the cloud tells them; the end dates of client keys are what reminders go by."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.estate.models import AccessPoint, ClientKey
from alerts.mirrors.looks import Happening, Look, iso, locked, new_row, store
from alerts.sources.alibaba_cloud.records import AccessPointRecord, ClientKeyRecord


def take_access_points(look: Look, records: Sequence[AccessPointRecord]) -> list[Happening]:
    """Write a page of access points. Nothing is told of them."""
    rows = locked(AccessPoint, "name", look, [each.id for each in records])
    taken = []
    for each in records:
        row = rows.get(each.id)
        if row is None or row.deleted_at:
            row = new_row(AccessPoint, "name", look, each.id, created_at=None)
        if each.authentication in AccessPoint.Authentication.values:
            row.authentication = each.authentication
        taken.append(row)
    store(AccessPoint, taken, look)
    return []


def take_client_keys(look: Look, records: Sequence[ClientKeyRecord]) -> list[Happening]:
    """Write the client keys; return the end dates that nobody has been told of yet."""
    rows = locked(ClientKey, "client_key_id", look, [each.id for each in records])
    points = {row.name: row for row in AccessPoint.objects.living().filter(
        account=look.source.account_id, region=look.region, name__in={each.access_point for each in records}
    )}  # fmt: skip
    found: list[Happening] = []
    for each in records:
        row = rows.get(each.id)
        if row is None:
            row = rows[each.id] = new_row(ClientKey, "client_key_id", look, each.id, created_at=each.created_at)
        found += _end_date(look, row, each)
        row.access_point = points.get(each.access_point, row.access_point)
        row.not_before, row.not_after, row.deleted_at = each.not_before, each.not_after, None
    store(ClientKey, list(rows.values()), look)
    return found


def _end_date(look: Look, row: ClientKey, told: ClientKeyRecord) -> list[Happening]:
    """The row's `observed_at` is written by the fact: without it, nobody was told of the end date."""
    if told.not_after is None or (row.observed_at and row.not_after == told.not_after):
        return []
    data = {"notAfter": iso(told.not_after), "notBefore": iso(told.not_before), "aapName": told.access_point}
    named = f"observed {iso(told.not_after)} {iso(look.source.teller_since)}"
    return [Happening("kms.client-key.observed", named, row.arn, look.begun_at, look.now, data)]


def end_client_key(look: Look, row: ClientKey) -> Happening:
    """Write that a client key is no more; its reminders end with it."""
    row.deleted_at = look.now
    return Happening("kms.client-key.deleted", "deleted", row.arn, look.since(row) or look.now, look.now)
