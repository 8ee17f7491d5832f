"""What can be done to an instance: create it, change its quotas, and record what it uses of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alerts.estate.models import Instance, Origin, Usage
from alerts.estate.naming import LONGEST_NOTE, check_description, new_instance_id
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.facts.collect import record_fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

QUOTA_FIELDS = {
    Usage.Of.QPS: "qps_quota",
    Usage.Of.KEY: "key_quota",
    Usage.Of.SECRET: "secret_quota",
    Usage.Of.VPC: "vpc_quota",
}


@transaction.atomic
def create_instance(
    account: CloudAccount,
    *,
    region: str,
    name: str,
    now: datetime,
    management: str = Instance.Kind.SOFTWARE,
    quotas: Mapping[str, int] | None = None,
) -> Instance:
    """Create an instance. `quotas` may set any of `qps_quota`, `key_quota`, `secret_quota`, `vpc_quota`."""
    return Instance.objects.create(
        account=account,
        region=region,
        instance_id=new_instance_id(region),
        name=name,
        management=management,
        created_at=now,
        **(quotas or {}),
    )


@transaction.atomic
def change_quotas(instance: Instance, *, quotas: Mapping[str, int], rearm_margin: int, now: datetime) -> Instance:
    """Change quotas and the re-arm margin (percentage points below a line at which it may fire again).

    A changed quota changes the share that is used, so the newest usage is looked at again against it.
    """
    row = Instance.objects.select_for_update().get(pk=instance.pk)
    refuse_mirrored(row)
    changed = [
        of for of, field in QUOTA_FIELDS.items() if quotas.get(field, getattr(row, field)) != getattr(row, field)
    ]
    for field, value in quotas.items():
        setattr(row, field, value)
    row.rearm_margin = rearm_margin
    row.save()
    for usage in row.usages.filter(resource_type__in=changed):
        record_usage(row, resource_type=usage.resource_type, used=usage.used, now=now)
    return row


@transaction.atomic
def protect_instance(instance: Instance, *, protected: bool, reason: str = "") -> Instance:
    """Turn deletion protection of an instance on or off. Instances are never deleted here; it is kept as told."""
    check_description(reason, most=LONGEST_NOTE)
    row = Instance.objects.select_for_update().get(pk=instance.pk)
    refuse_mirrored(row)
    row.deletion_protection, row.protection_note = protected, reason if protected else ""
    row.save(update_fields=["deletion_protection", "protection_note"])
    return row


@transaction.atomic
def record_usage(instance: Instance, *, resource_type: str, used: float, now: datetime) -> None:
    """Record one sample of what the instance uses of a quota: requests a second, or a number of things."""
    if used < 0:
        raise Refused(_("Usage cannot be less than nothing."), field="used")
    row = Instance.objects.select_for_update(of=("self",)).select_related("account").get(pk=instance.pk)
    refuse_mirrored(row)
    quota = getattr(row, QUOTA_FIELDS[Usage.Of(resource_type)])
    Usage.objects.bulk_create(
        [Usage(instance=row, resource_type=resource_type, used=used, quota=quota, sampled_at=now)],
        update_conflicts=True,
        unique_fields=["instance", "resource_type"],
        update_fields=["used", "quota", "sampled_at"],
    )
    record_fact(
        row.account,
        fact_type="kms.instance.usage",
        region=row.region,
        resource=row.arn,
        now=now,
        data={"resourceType": str(resource_type), "used": used, "quota": quota},
    )


def count_usage(instance: Instance | None, resource_type: Usage.Of, *, now: datetime) -> None:
    """Count the keys or secrets that an instance of this console holds, and record that as usage.

    What an observed instance holds is told by whoever observes it: our count of it would be too low.
    """
    if instance is None or instance.origin != Origin.CONSOLE:
        return
    if resource_type == Usage.Of.KEY:
        used = instance.keys.filter(deleted_at=None).aggregate(total=Sum("versions"))["total"] or 0
    else:
        used = instance.secrets.filter(deleted_at=None).count()
    record_usage(instance, resource_type=resource_type, used=used, now=now)
