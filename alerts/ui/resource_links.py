"""Where a resource that events name stands in the KMS console, if the account has it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.urls import reverse
from django.utils.http import urlencode

from alerts.estate.known import KINDS, REUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.accounts.models import CloudAccount
    from alerts.estate.models import Resource

PAGES: Mapping[str, str] = {
    "keystore": "kms:instance", "key": "kms:key", "secret": "kms:secret", "clientkey": "kms:clientkey",
    "applicationaccesspoint": "kms:accesspoint",
}  # fmt: skip
"""The page of each kind of resource, by its word in ARNs."""
PREFIX = ("acs", "kms")
PARTS = 5


def resource_url(account: CloudAccount, arn: str) -> str:
    """Return the address of the page of `acs:kms:<region>:<uid>:<kind>/<id>`; empty for what is not known here."""
    parts = arn.split(":", PARTS - 1)
    if len(parts) != PARTS or (parts[0], parts[1]) != PREFIX or parts[3] != account.pk:
        return ""
    kind, _slash, local_id = parts[4].partition("/")
    row = _row(account, kind, region=parts[2], local_id=local_id) if kind in PAGES else None
    if row is None:
        return ""
    address = reverse(PAGES[kind], args=[row.region, local_id])
    # The name of what is deleted may have been given anew: the page is told which one is meant.
    return f"{address}?{urlencode({'row': row.pk})}" if row.deleted_at and isinstance(row, REUSED) else address


def _rows_of(model: type[Resource]) -> Any:
    return model._meta.default_manager


def _row(account: CloudAccount, kind: str, *, region: str, local_id: str) -> Resource | None:
    model, column = KINDS[kind]
    rows = _rows_of(model).filter(account=account, region=region, **{column: local_id})
    found: Resource | None = rows.order_by(F("deleted_at").desc(nulls_first=True), "-pk").first()
    return found
