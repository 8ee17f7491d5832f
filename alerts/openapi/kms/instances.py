"""Actions about instances and their quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from alerts.estate.instances import QUOTA_FIELDS
from alerts.estate.models import Instance, Usage
from alerts.openapi.kms.found import instance_named
from alerts.openapi.kms.lists import living, narrowed, one_of, page_of
from alerts.openapi.kms.written import written

if TYPE_CHECKING:
    from alerts.openapi.call import Call

USUAL_PAGE = 20
FILTERS = {"KmsInstanceId": one_of("instance_id"), "InstanceId": one_of("instance_id"), "InstanceName": one_of("name")}
KINDS = {Instance.Kind.SOFTWARE: "kms_ddi", Instance.Kind.HARDWARE: "kms_hsm", Instance.Kind.EXTERNAL: "kms_xki"}
UNKNOWN: dict[str, object] = {
    "BindVpcs": {"BindVpc": []}, "CaCertificateChainPem": "", "EndDate": "", "Log": 0, "LogStorage": 0, "VpcId": "",
    "VswitchIds": [], "ZoneIds": [],
}  # fmt: skip
"""What only a real instance has: a network, a certificate, a contract with an end."""


def list_kms_instances(call: Call) -> dict[str, object]:
    """List instances: only id and ARN, as the service does; GetKmsInstance tells the rest."""
    found, page = page_of(call, narrowed(call, _instances(call), FILTERS), usual=USUAL_PAGE)
    rows = [{"KmsInstanceId": row.instance_id, "KmsInstanceArn": row.arn} for row in found]
    return {"KmsInstances": {"KmsInstance": rows}, **page}


def get_kms_instance(call: Call) -> dict[str, object]:
    """Describe an instance: name, quotas, deletion protection."""
    row = instance_named(call, call.parameters.required("KmsInstanceId"))
    product = "cn" if row.region.startswith("cn-") and row.region != "cn-hongkong" else "intl"
    told: dict[str, object] = {
        "InstanceId": row.instance_id, "InstanceName": row.name, "Status": "Connected", "SaleStatus": "Normal",
        "ChargeType": "PREPAY", "ProductType": f"{KINDS[Instance.Kind(row.management)]}_public_{product}",
        "ProductVersion": "3", "CreateTime": written(row.created_at), "StartDate": written(row.created_at),
        "Spec": row.qps_quota, "KeyNum": row.key_quota, "SecretNum": str(row.secret_quota), "VpcNum": row.vpc_quota,
        "DeletionProtection": row.deletion_protection, "DeletionProtectionDescription": row.protection_note,
    }  # fmt: skip
    return {"KmsInstance": UNKNOWN | told}


def get_default_kms_instance(call: Call) -> dict[str, object]:
    """Return the region's oldest instance; an empty id where it has none."""
    oldest = _oldest(call)
    return {"DefaultKmsInstanceId": oldest.instance_id if oldest else ""}


def get_kms_instance_quota_infos(call: Call) -> dict[str, object]:
    """Say what an instance uses of its quotas by the newest sample; without an id, the default instance."""
    told = call.parameters
    wanted, of = told.text("KmsInstanceId"), told.text("ResourceType")
    if of and of not in Usage.Of.values:
        raise told.invalid("ResourceType", f"It must be one of {', '.join(Usage.Of.values)}.")
    row = instance_named(call, wanted) if wanted else _oldest(call)
    if row is None:
        return {"KmsInstanceId": "", "KmsInstanceQuotaInfos": []}
    used = dict(row.usages.values_list("resource_type", "used"))
    infos = [
        {"ResourceType": str(kind), "ResourceQuota": getattr(row, field), "UsedQuantity": int(used.get(kind, 0))}
        for kind, field in QUOTA_FIELDS.items()
        if of in {"", kind}
    ]
    return {"KmsInstanceId": row.instance_id, "KmsInstanceQuotaInfos": infos}


def _instances(call: Call) -> QuerySet[Instance]:
    return living(call, Instance.objects.all())


def _oldest(call: Call) -> Instance | None:
    return _instances(call).order_by("created_at", "pk").first()
