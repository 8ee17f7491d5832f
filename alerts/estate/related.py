"""What facts say of rows that belong to a resource: usage of quotas, synchronizations, access points.

Each for all facts of a batch at once, in a number of statements that does not grow with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from alerts.estate.known import Name
from alerts.estate.models import AccessPoint, ClientKey, Instance, Origin, Resource, Synchronization, Usage
from alerts.facts.models import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping

Told = Sequence[tuple[Resource, Sequence[Fact]]]
"""Resources, each with what is told of it from outside, in the order of time."""

USAGE = "kms.instance.usage"
SYNCHRONIZED = {
    "kms.key.sync-succeeded": Synchronization.Status.SUCCEEDED,
    "kms.key.sync-failed": Synchronization.Status.FAILED,
}
QUOTA_FIELDS = {"qps": "qps_quota", "key": "key_quota", "secret": "secret_quota", "vpc": "vpc_quota"}
LARGEST_QUOTA = 2_147_483_647


def apply_usage(told: Told) -> list[Resource]:
    """Keep the newest sample of each quota; return the instances whose quotas it tells anew."""
    newest: dict[tuple[int, str], tuple[Resource, Fact]] = {}
    for row, facts in told:
        for fact in facts:
            if fact.type == USAGE:
                newest[row.pk, str(fact.data["resourceType"])] = row, fact
    instances = {row.pk for row, _fact in newest.values()}
    known = {(usage.instance_id, usage.resource_type): usage for usage in Usage.objects.filter(instance__in=instances)}
    usages = {where: _usage_of(row, fact, known.get(where)) for where, (row, fact) in newest.items()}
    Usage.objects.bulk_create(
        [usage for usage in usages.values() if usage],
        update_conflicts=True,
        unique_fields=["instance", "resource_type"],
        update_fields=["used", "quota", "sampled_at"],
    )
    return list({row.pk: row for where, (row, _fact) in newest.items() if usages[where]}.values())


def _usage_of(row: Resource, fact: Fact, known: Usage | None) -> Usage | None:
    """Return the usage that a fact tells of, with the instance's quota brought in line; None for old news."""
    assert isinstance(row, Instance)
    if known and known.sampled_at > fact.occurred_at:
        return None
    of, used, quota = str(fact.data["resourceType"]), fact.data["used"], fact.data["quota"]
    setattr(row, QUOTA_FIELDS[of], min(int(quota), LARGEST_QUOTA))
    return Usage(instance=row, resource_type=of, used=used, quota=quota, sampled_at=fact.occurred_at)


def apply_synchronizations(told: Told) -> None:
    """Keep the newest outcome of copying each key to each replica that is known."""
    newest: dict[tuple[int, str], Fact] = {}
    for row, facts in told:
        for fact in facts:
            if fact.type in SYNCHRONIZED:
                newest[row.pk, str(fact.data.get("replicaInstanceId") or "")] = fact
    if not newest:
        return
    rows = Synchronization.objects.select_for_update(of=("self",)).select_related("replica__replica").order_by("pk")
    changed = []
    for each in rows.filter(key__in={key for key, _ in newest}):
        outcome = newest.get((each.key_id, each.replica.replica.instance_id))
        if outcome and each.updated_at < outcome.occurred_at:
            _synchronize(each, outcome)
            changed.append(each)
    fields = ["status", "error_code", "error_message", "updated_at"]
    Synchronization.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _synchronize(row: Synchronization, fact: Fact) -> None:
    failure = fact.data.get("failureInfo")
    told: Mapping[str, object] = failure if isinstance(failure, dict) else {}
    row.status, row.updated_at = SYNCHRONIZED[fact.type], fact.occurred_at
    row.error_code = str(told.get("errorCode") or "")[:128]
    row.error_message = str(told.get("errorMessage") or "")[:512]


def join_access_points(told: Told) -> list[Resource]:
    """Give client keys the access point that facts name, made known if need be; return those that got one."""
    named: dict[Name, list[ClientKey]] = defaultdict(list)
    for row, facts in told:
        name = next((str(fact.data["aapName"])[:255] for fact in reversed(facts) if fact.data.get("aapName")), "")
        if isinstance(row, ClientKey) and row.access_point is None and name:
            named[row.account_id, row.region, name].append(row)
    if not named:
        return []
    points = _access_points(sorted(named), named)
    for where, rows in named.items():
        for row in rows:
            row.access_point = points[where]
    return [row for rows in named.values() for row in rows]


def _access_points(names: Sequence[Name], rows: Mapping[Name, list[ClientKey]]) -> dict[Name, AccessPoint]:
    AccessPoint.objects.bulk_create(
        [
            AccessPoint(
                account_id=uid, region=region, name=name, origin=Origin.OBSERVED,
                created_at=min(row.created_at for row in rows[uid, region, name]),
            )
            for uid, region, name in names
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    living = AccessPoint.objects.living().filter(name__in={name for _, _, name in names})
    found = {(point.account_id, point.region, point.name): point for point in living}
    return {name: found[name] for name in names}
