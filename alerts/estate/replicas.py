"""Cross-region synchronization: replicas of an instance, and how copying each key went."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.estate.models import Instance, Key, Replica, Synchronization
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.facts.collect import record_fact

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_REPLICAS = 3
Status = Synchronization.Status


def _mainland(region: str) -> bool:
    return region.startswith("cn-") and region != "cn-hongkong"


@transaction.atomic
def add_replica(primary: Instance, *, replica: Instance, now: datetime) -> Replica:
    """Make `replica` hold copies of `primary`'s keys.

    Source: "Cross-region synchronization" (Feb 2026): up to three replicas, in other regions, never across the border
    of the Chinese mainland, empty, software instances only, and with quotas no smaller than the primary's.
    """
    # Both under their lock, and always in the same order: two at once would both find the replica free.
    ends = Instance.objects.select_for_update().filter(pk__in=[primary.pk, replica.pk]).order_by("pk").in_bulk()
    source, target = ends[primary.pk], ends[replica.pk]
    refuse_mirrored(source)
    refuse_mirrored(target)
    for broken, sentence in _conditions(source, target):
        if broken:
            raise Refused(sentence, field="replica")
    return Replica.objects.create(account=source.account, primary=source, replica=target, created_at=now)


def _conditions(primary: Instance, replica: Instance) -> Iterable[tuple[bool, str]]:
    software = Instance.Kind.SOFTWARE
    smaller = replica.key_quota < primary.key_quota or replica.secret_quota < primary.secret_quota
    taken = Replica.objects.filter(replica=replica).exists() or Replica.objects.filter(primary=replica).exists()
    mixed = primary.management != software or replica.management != software
    full = primary.replicas.count() >= MOST_REPLICAS
    chained = Replica.objects.filter(replica=primary).exists()
    abroad = _mainland(primary.region) != _mainland(replica.region)
    holding = replica.keys.filter(deleted_at=None).exists() or replica.secrets.filter(deleted_at=None).exists()
    return (
        (replica.account_id != primary.account_id, _("The replica belongs to another account.")),
        (replica.region == primary.region, _("The replica must be in another region than the primary.")),
        (abroad, _("Keys cannot be synchronized across the border of the Chinese mainland.")),
        (mixed, _("Only software instances can be synchronized.")),
        (chained, _("The primary is itself a replica of another instance.")),
        (full, _("An instance has at most three replicas.")),
        (taken, _("This instance already takes part in a synchronization.")),
        (holding, _("The replica must be empty: it already holds keys or secrets.")),
        (smaller, _("The replica's key and secret quotas must be at least as large as the primary's.")),
    )


@transaction.atomic
def record_synchronization(
    replica: Replica, *, key: Key, succeeded: bool, now: datetime, error_code: str = "", error_message: str = ""
) -> Synchronization:
    """Record how copying a key to a replica ended."""
    if key.instance_id != replica.primary_id or key.deleted_at:
        raise Refused(_("This key does not belong to the primary instance of the replica."), field="key")
    refuse_mirrored(key)
    row, _created = Synchronization.objects.select_for_update().update_or_create(
        replica=replica,
        key=key,
        defaults={
            "status": Status.SUCCEEDED if succeeded else Status.FAILED,
            "error_code": "" if succeeded else error_code or "SyncFailed",
            "error_message": "" if succeeded else error_message,
            "updated_at": now,
        },
    )
    _record(row, succeeded=succeeded, now=now)
    return row


def _record(row: Synchronization, *, succeeded: bool, now: datetime) -> None:
    replica, key = row.replica, row.key
    fact_type = "kms.key.sync-succeeded" if succeeded else "kms.key.sync-failed"
    data: dict[str, object] = {
        "kmsInstanceId": replica.primary.instance_id,
        "primaryInstanceId": replica.primary.instance_id,
        "primaryRegionId": replica.primary.region,
        "replicaInstanceId": replica.replica.instance_id,
        "replicaRegionId": replica.replica.region,
        "syncStatus": str(row.status),
    }
    if not succeeded:
        data["failureInfo"] = {"errorCode": row.error_code, "errorMessage": row.error_message}
    record_fact(
        replica.account,
        fact_type=fact_type,
        region=key.region,
        resource=key.arn,
        now=now,
        data=data,
    )
