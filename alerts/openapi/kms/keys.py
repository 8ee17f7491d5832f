"""Actions about keys: their metadata, their states, their deletion. No key material passes through any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from alerts.estate import keys as verbs
from alerts.estate.instances import protect_instance
from alerts.estate.models import Instance, Key
from alerts.estate.specs import usual_usage
from alerts.openapi.errors import missing
from alerts.openapi.kms.found import holding_instance, instance_named, key_named, the_key
from alerts.openapi.kms.lists import any_of, living, narrowed, one_of, page_of, region_of
from alerts.openapi.kms.refusals import refusals
from alerts.openapi.kms.written import read_interval, read_tags, seconds, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

USUAL_PAGE = 10
USUAL_SPEC = "Aliyun_AES_256"
STORAGE = ("HsmInternal", "HsmEncryptedDatabase")


def _made_by(values: Sequence[str]) -> Q:
    # Everything here was made by somebody of the account, nothing by another cloud service.
    return Q() if "User" in values else Q(pk=None)


FILTERS = {
    "KeyState": one_of("state"),
    "KeySpec": one_of("spec"),
    "KeyUsage": one_of("usage"),
    "ProtectionLevel": one_of("protection_level"),
    "CreatorType": _made_by,
    "DKMSInstanceId": one_of("instance__instance_id"),
    "KeyId": one_of("key_id"),
    "AliasName": lambda values: Q(pk__in=Key.objects.filter(aliases__name__in=values)),
    "Creator": one_of("account_id"),
    "TagKey": any_of("tags__has_key"),
}


def create_key(call: Call) -> dict[str, object]:
    """Create a key's metadata."""
    told = call.parameters
    spec = told.text("KeySpec") or USUAL_SPEC
    instance = holding_instance(call)
    _chosen(told, "KeyStorageMechanism", STORAGE)
    with refusals(spec="KeySpec", usage="KeyUsage"):
        key = verbs.create_key(
            call.account, region=region_of(call), instance=instance, now=call.now, spec=spec,
            usage=told.text("KeyUsage") or usual_usage(spec), description=told.text("Description"),
            material=_chosen(told, "Origin", Key.Material.values), protection_level=_protection(told, instance),
            rotation_interval=read_interval(told), tags=read_tags(told),
        )  # fmt: skip
    return {"KeyMetadata": metadata(key)}


def _chosen(told: Parameters, name: str, choices: Sequence[str]) -> str:
    """Return the value of a parameter that has only these; the first one when it is absent. Raises Fault."""
    value = told.text(name) or choices[0]
    if value not in choices:
        raise told.invalid(name, f"It must be one of {', '.join(choices)}.")
    return value


def _protection(told: Parameters, instance: Instance | None) -> str:
    asked = _chosen(told, "ProtectionLevel", Key.Protection.values)
    if instance is None:
        return asked
    hardware = instance.management == Instance.Kind.HARDWARE
    return Key.Protection.HSM if hardware else Key.Protection.SOFTWARE


def metadata(key: Key) -> dict[str, object]:
    """Return what CreateKey and DescribeKey tell of a key."""
    told: dict[str, object] = {
        "KeyId": key.key_id, "Arn": key.arn, "KeyState": str(key.state), "KeySpec": key.spec, "KeyUsage": key.usage,
        "Description": key.description, "Origin": str(key.material), "ProtectionLevel": str(key.protection_level),
        "Creator": key.account_id, "CreationDate": written(key.created_at), "DeleteDate": written(key.delete_at),
        "DKMSInstanceId": key.instance.instance_id if key.instance else "", "PrimaryKeyVersion": key.primary_version,
        "LastRotationDate": written(key.last_rotation), "AutomaticRotation": key.rotation, "MaterialExpireTime": "",
    }  # fmt: skip
    if key.rotation_interval:
        told |= {"RotationInterval": seconds(key.rotation_interval), "NextRotationDate": written(key.rotate_at)}
    return told


def list_keys(call: Call) -> dict[str, object]:
    """List keys: id and ARN."""
    rows: QuerySet[Key] = living(call, Key.objects.all())
    found, page = page_of(call, narrowed(call, rows, FILTERS), usual=USUAL_PAGE)
    return {"Keys": {"Key": [{"KeyId": key.key_id, "KeyArn": key.arn} for key in found]}, **page}


def describe_key(call: Call) -> dict[str, object]:
    """Describe a key, named by id, ARN or alias."""
    key = the_key(call, by_alias=True)
    protection = "Enabled" if key.deletion_protection else "Disabled"
    further = {"DeletionProtection": protection, "DeletionProtectionDescription": key.protection_note}
    return {"KeyMetadata": metadata(key) | further}


def enable_key(call: Call) -> dict[str, object]:
    """Make a key usable."""
    with refusals():
        verbs.enable_key(the_key(call), now=call.now)
    return {}


def disable_key(call: Call) -> dict[str, object]:
    """Make a key unusable."""
    with refusals():
        verbs.disable_key(the_key(call), now=call.now)
    return {}


def schedule_key_deletion(call: Call) -> dict[str, object]:
    """Start a key's waiting period of 7 to 366 days."""
    told, key = call.parameters, the_key(call)
    told.required("PendingWindowInDays")
    days = told.integer("PendingWindowInDays", default=0, least=verbs.SHORTEST_WAIT, most=verbs.LONGEST_WAIT)
    with refusals(days="PendingWindowInDays"):
        verbs.schedule_key_deletion(key, days=days, now=call.now)
    return {}


def cancel_key_deletion(call: Call) -> dict[str, object]:
    """End a key's waiting period; it is again what it was before."""
    with refusals():
        verbs.cancel_key_deletion(the_key(call), now=call.now)
    return {}


def set_deletion_protection(call: Call) -> dict[str, object]:
    """Turn the deletion protection of a key or an instance on or off, named by ARN or by id."""
    told = call.parameters
    protected = told.boolean("EnableDeletionProtection")
    if protected is None:
        raise missing("EnableDeletionProtection")
    arn, instance_id = told.text("ProtectedResourceArn"), told.text("KmsInstanceId")
    key_id = told.text("KeyId")
    if not (arn or key_id or instance_id):
        raise missing("ProtectedResourceArn")
    reason = told.text("DeletionProtectionDescription")
    with refusals(description="DeletionProtectionDescription"):
        if instance_id or f":{Instance.kind}/" in arn:
            protect_instance(instance_named(call, instance_id or arn), protected=protected, reason=reason)
        else:
            key = key_named(call, key_id or arn)
            verbs.set_deletion_protection(key, protected=protected, reason=reason, now=call.now)
    return {}
