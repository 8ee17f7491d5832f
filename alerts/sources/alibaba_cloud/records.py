"""What an account has, as plain records: one for each kind of resource, read from what the service wrote.

An unknown word or a missing time is read as the usual one or as none; a record never fails for what only describes it.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alerts.sources.reading import find_flaw, read_moment

_INTERVAL = re.compile(r"(\d{1,9})([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """A KMS instance; `usages` holds (used, quota) by `qps`, `key`, `secret` and `vpc`."""

    id: str
    arn: str
    name: str
    management: str
    created_at: datetime | None
    deletion_protection: bool
    protection_note: str
    usages: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key's metadata."""

    id: str
    arn: str
    instance_id: str
    description: str
    spec: str
    usage: str
    material: str
    protection_level: str
    state: str
    primary_version: str
    rotation_interval: timedelta | None
    created_at: datetime | None
    rotated_at: datetime | None
    rotate_at: datetime | None
    delete_at: datetime | None
    deletion_protection: bool
    protection_note: str


@dataclass(frozen=True, slots=True)
class SecretRecord:
    """A secret's metadata; there is no field for its value."""

    id: str
    arn: str
    instance_id: str
    type: str
    sub_type: str
    description: str
    encryption_key_id: str
    extended_config: Mapping[str, object]
    rotation: str
    rotation_interval: timedelta | None
    created_at: datetime | None
    rotated_at: datetime | None
    rotate_at: datetime | None
    delete_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessPointRecord:
    """An application access point."""

    id: str
    authentication: str


@dataclass(frozen=True, slots=True)
class ClientKeyRecord:
    """A client key: its access point and validity."""

    id: str
    access_point: str
    created_at: datetime | None
    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """A name of a key."""

    id: str
    arn: str
    key_id: str


def instance_of(told: Mapping[str, Any], *, arn: str, quotas: Mapping[str, Any]) -> InstanceRecord:
    """Read what GetKmsInstance and GetKmsInstanceQuotaInfos tell."""
    product = _text(told, "ProductType")
    management = "hardware" if "hsm" in product else "external" if "xki" in product else "software"
    usages = {
        str(each.get("ResourceType")): (_quantity(each, "UsedQuantity"), _quantity(each, "ResourceQuota"))
        for each in quotas.get("KmsInstanceQuotaInfos") or []
    }
    return InstanceRecord(
        id=_text(told, "InstanceId"), arn=arn, name=_text(told, "InstanceName")[:128], management=management,
        created_at=_moment(told, "CreateTime"), deletion_protection=bool(told.get("DeletionProtection")),
        protection_note=_text(told, "DeletionProtectionDescription")[:256], usages=usages,
    )  # fmt: skip


def key_of(told: Mapping[str, Any]) -> KeyRecord:
    """Read the KeyMetadata of DescribeKey."""
    rotates = _text(told, "AutomaticRotation") in {"Enabled", "Suspended"}
    return KeyRecord(
        id=_text(told, "KeyId"), arn=_text(told, "Arn"), instance_id=_text(told, "DKMSInstanceId"),
        description=_text(told, "Description")[:8192], spec=_text(told, "KeySpec")[:32],
        usage=_text(told, "KeyUsage")[:32], material=_text(told, "Origin")[:16],
        protection_level=_text(told, "ProtectionLevel")[:16], state=_text(told, "KeyState")[:16],
        primary_version=_text(told, "PrimaryKeyVersion")[:64],
        rotation_interval=interval_of(_text(told, "RotationInterval")) if rotates else None,
        created_at=_moment(told, "CreationDate"), rotated_at=_moment(told, "LastRotationDate"),
        rotate_at=_moment(told, "NextRotationDate"), delete_at=_moment(told, "DeleteDate"),
        deletion_protection=_text(told, "DeletionProtection") == "Enabled",
        protection_note=_text(told, "DeletionProtectionDescription")[:256],
    )  # fmt: skip


def secret_of(told: Mapping[str, Any], listed: Mapping[str, Any]) -> SecretRecord:
    """Read what DescribeSecret and ListSecrets tell."""
    extended = _json(told.get("ExtendedConfig"))
    return SecretRecord(
        id=_text(told, "SecretName"), arn=_text(told, "Arn"), instance_id=_text(told, "DKMSInstanceId"),
        type=_text(told, "SecretType") or _text(listed, "SecretType"),
        sub_type=str(extended.get("SecretSubType") or "")[:32], description=_text(told, "Description")[:8192],
        encryption_key_id=_text(told, "EncryptionKeyId")[:255], extended_config=extended,
        rotation=_text(told, "AutomaticRotation"), rotation_interval=interval_of(_text(told, "RotationInterval")),
        created_at=_moment(told, "CreateTime"), rotated_at=_moment(told, "LastRotationDate"),
        rotate_at=_moment(told, "NextRotationDate"), delete_at=_moment(told, "PlannedDeleteTime"),
    )  # fmt: skip


def access_point_of(told: Mapping[str, Any]) -> AccessPointRecord:
    """Read a row of ListApplicationAccessPoints."""
    return AccessPointRecord(id=_text(told, "Name"), authentication=_text(told, "AuthenticationMethod"))


def client_key_of(told: Mapping[str, Any]) -> ClientKeyRecord:
    """Read a row of ListClientKeys."""
    return ClientKeyRecord(
        id=_text(told, "ClientKeyId"), access_point=_text(told, "AapName"), created_at=_moment(told, "CreateTime"),
        not_before=_moment(told, "NotBefore"), not_after=_moment(told, "NotAfter"),
    )  # fmt: skip


def alias_of(told: Mapping[str, Any]) -> AliasRecord:
    """Read a row of ListAliases."""
    return AliasRecord(id=_text(told, "AliasName"), arn=_text(told, "AliasArn"), key_id=_text(told, "KeyId"))


def interval_of(text: str) -> timedelta | None:
    """Return an interval such as `604800s` or `7d`, None for anything else."""
    found = _INTERVAL.fullmatch(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def _text(told: Mapping[str, Any], name: str) -> str:
    """Return a text that can be stored: without NUL and halves of surrogate pairs."""
    return str(told.get(name) or "").encode("utf-8", "replace").decode().replace("\0", "?")


def _quantity(told: Mapping[str, Any], name: str) -> float:
    """Return a quantity, 0 for one that is missing, negative or no number."""
    value = float(told.get(name) or 0)
    return value if 0 < value < math.inf else 0.0


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    return read_moment(told.get(name))


def _json(value: object) -> Mapping[str, object]:
    try:
        read = json.loads(value) if isinstance(value, str) and value else value
    except ValueError:
        return {}
    return read if isinstance(read, dict) and not find_flaw(read) else {}
