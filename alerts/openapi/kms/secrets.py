"""Actions that change secrets' metadata, rotation and deletion. A secret's value is measured and dropped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from alerts.estate import secrets as verbs
from alerts.estate.models import Secret
from alerts.estate.naming import PREFIXES
from alerts.openapi.errors import missing
from alerts.openapi.kms.found import holding_instance, key_named, the_secret
from alerts.openapi.kms.lists import region_of
from alerts.openapi.kms.refusals import refusals
from alerts.openapi.kms.written import is_text, read_interval, read_tags, seconds, written

if TYPE_CHECKING:
    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

TYPES = {kind.lower(): kind for kind in Secret.Type.values}
DATA_TYPES = ("text", "binary")
LARGEST_VALUE = 30_720  # bytes; CreateSecret, SecretData
LONGEST_CONFIG = 1024
CHOSEN_NAME = "$Auto"
USUAL_WAIT = 30


def create_secret(call: Call) -> dict[str, object]:
    """Create a secret's metadata. `SecretData` must be there and of a size that KMS takes; it goes no further."""
    told = call.parameters
    kind = _kind(told)
    told.required("VersionId")
    _check_value(told)
    config = _config(told)
    key = told.text("EncryptionKeyId")
    with refusals(name="SecretName"):
        secret = verbs.create_secret(
            call.account, region=region_of(call), name=_name(told, kind, config), instance=holding_instance(call),
            secret_type=kind, sub_type=config.get("SecretSubType", ""), rotation_interval=read_interval(told),
            description=told.text("Description"), extended_config=config, tags=read_tags(told),
            encryption_key=key_named(call, key, by_alias=True) if key else None,
            version_id=told.text("VersionId"), now=call.now,
        )  # fmt: skip
    return {**_made(secret), "VersionId": told.text("VersionId")}


def _kind(told: Parameters) -> str:
    kind = TYPES.get(told.text("SecretType", Secret.Type.GENERIC).lower() or "generic")
    if kind is None:
        raise told.invalid("SecretType", f"It must be one of {', '.join(Secret.Type.values)}.")
    return kind


def _check_value(told: Parameters) -> None:
    """Check the presence, type and size of `SecretData`, whose content nobody looks at."""
    size = len(told.flat.get("SecretData", "").encode())
    if not size:
        raise missing("SecretData")
    if size > LARGEST_VALUE:
        raise told.invalid("SecretData", f"It has at most {LARGEST_VALUE} bytes.")
    if (told.text("SecretDataType") or "text") not in DATA_TYPES:
        raise told.invalid("SecretDataType", f"It must be one of {', '.join(DATA_TYPES)}.")


def _config(told: Parameters) -> dict[str, str]:
    """Return ExtendedConfig: a JSON object of texts. Source: CreateSecret."""
    found = told.json("ExtendedConfig")
    if len(told.text("ExtendedConfig")) > LONGEST_CONFIG:
        raise told.invalid("ExtendedConfig", f"It has at most {LONGEST_CONFIG} characters.")
    if found is not None and not isinstance(found, dict):
        raise told.invalid("ExtendedConfig", "It must be a JSON object.")
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in (found or {}).items()}
    if not all(is_text(name) and is_text(value) for name, value in texts.items()):
        raise told.invalid("ExtendedConfig", "It has a character that cannot be kept.")
    return texts


def _name(told: Parameters, kind: str, config: dict[str, str]) -> str:
    """Return the name; for `$Auto` one is made of the RAM user's."""
    name = told.required("SecretName")
    if kind != Secret.Type.RAM or name != CHOSEN_NAME:
        return name
    if not config.get("UserName"):
        raise told.invalid("ExtendedConfig", "It must hold UserName when the name is $Auto.")
    return PREFIXES[Secret.Type.RAM] + config["UserName"]


def _made(secret: Secret) -> dict[str, object]:
    told: dict[str, object] = {
        "Arn": secret.arn, "SecretName": secret.name, "SecretType": str(secret.type),
        "DKMSInstanceId": secret.instance.instance_id if secret.instance else "",
        "ExtendedConfig": json.dumps(secret.extended_config, ensure_ascii=False) if secret.extended_config else "",
        "AutomaticRotation": str(secret.rotation),
    }  # fmt: skip
    if secret.rotation_interval:
        told |= {"RotationInterval": seconds(secret.rotation_interval), "NextRotationDate": written(secret.rotate_at)}
    return told


def described(secret: Secret) -> dict[str, object]:
    """Return what DescribeSecret tells, without tags."""
    further: dict[str, object] = {
        "Description": secret.description, "EncryptionKeyId": secret.encryption_key_id, "OwingService": "",
        "CreateTime": written(secret.created_at), "UpdateTime": written(secret.changed_at),
    }  # fmt: skip
    if secret.rotated_at:
        further["LastRotationDate"] = written(secret.rotated_at)
    if secret.delete_at:
        further["PlannedDeleteTime"] = written(secret.delete_at)
    return _made(secret) | further


def delete_secret(call: Call) -> dict[str, object]:
    """Start a secret's waiting period of 7 to 30 days, or delete it at once."""
    told, secret = call.parameters, the_secret(call)
    force = bool(told.boolean("ForceDeleteWithoutRecovery", default=False))
    if force and told.text("RecoveryWindowInDays"):
        raise told.invalid("RecoveryWindowInDays", "It cannot be given together with ForceDeleteWithoutRecovery.")
    least, most = verbs.SHORTEST_WAIT, verbs.LONGEST_WAIT
    days = told.integer("RecoveryWindowInDays", default=USUAL_WAIT, least=least, most=most)
    with refusals(days="RecoveryWindowInDays"):
        if force:
            row = verbs.delete_secret(secret, force=True, now=call.now)
        else:
            row = verbs.schedule_secret_deletion(secret, days=days, now=call.now)
    return {"SecretName": row.name, "PlannedDeleteTime": written(row.deleted_at or row.delete_at)}


def restore_secret(call: Call) -> dict[str, object]:
    """End a secret's waiting period."""
    with refusals():
        row = verbs.restore_secret(the_secret(call), now=call.now)
    return {"SecretName": row.name}


def rotate_secret(call: Call) -> dict[str, object]:
    """Rotate a managed secret now; with the id of a version that it has, nothing happens."""
    secret, version_id = the_secret(call), call.parameters.required("VersionId")
    with refusals():
        row = verbs.rotate_secret(secret, version_id=version_id, now=call.now)
    return {"Arn": row.arn, "SecretName": row.name, "VersionId": version_id}


def update_secret_rotation_policy(call: Call) -> dict[str, object]:
    """Turn automatic rotation on, off, or change how often."""
    told, secret = call.parameters, the_secret(call)
    if told.boolean("EnableAutomaticRotation") is None:
        raise missing("EnableAutomaticRotation")
    interval = read_interval(told)
    with refusals():
        verbs.set_rotation(secret, interval=interval, now=call.now)
    return {"SecretName": secret.name}
