"""What kinds of keys and secrets there are: which usages a key spec has, which sub-types a secret type, as data."""

from __future__ import annotations

from django.utils.translation import gettext as _

from alerts.estate.models import Secret
from alerts.estate.refusal import Refused

ENCRYPT, SIGN = "ENCRYPT/DECRYPT", "SIGN/VERIFY"
SPECS: dict[str, tuple[str, ...]] = {
    "Aliyun_AES_256": (ENCRYPT,),
    "Aliyun_AES_192": (ENCRYPT,),
    "Aliyun_AES_128": (ENCRYPT,),
    "Aliyun_SM4": (ENCRYPT,),
    "RSA_2048": (ENCRYPT, SIGN),
    "RSA_3072": (ENCRYPT, SIGN),
    "RSA_4096": (ENCRYPT, SIGN),
    "EC_P256": (SIGN,),
    "EC_P256K": (SIGN,),
    "EC_SM2": (ENCRYPT, SIGN),
}
"""Key specs, and what a key of each can be used for. Source: CreateKey."""

USERS = ("SingleUser", "DoubleUsers")
SUB_TYPES: dict[str, tuple[str, ...]] = {
    Secret.Type.RDS: USERS,
    Secret.Type.POLARDB: USERS,
    Secret.Type.REDIS: USERS,
    Secret.Type.ECS: ("Password", "SSHKey"),
    Secret.Type.RAM: ("RamUserAccessKey",),
}
"""How a managed secret of each type is rotated. Source: CreateSecret, ExtendedConfig."""


def is_symmetric(spec: str) -> bool:
    """Tell whether keys of this spec have one secret half; only they rotate by themselves."""
    return spec.startswith("Aliyun_")


def usual_usage(spec: str) -> str:
    """Return what a key of this spec is for unless told: the first usage that it has."""
    return SPECS.get(spec, (ENCRYPT,))[0]


def check_spec(spec: str, usage: str) -> None:
    """Refuse a spec that is unknown, and a usage that keys of it do not have."""
    allowed = SPECS.get(spec)
    if allowed is None:
        raise Refused(_("There is no such key spec. There are: %(all)s.") % {"all": ", ".join(SPECS)}, field="spec")
    if usage not in allowed:
        known = {"spec": spec, "usage": allowed[0]}
        raise Refused(_("A key of the spec %(spec)s can only be used for %(usage)s.") % known, field="usage")


def check_sub_type(secret_type: str, sub_type: str) -> None:
    """Refuse a sub-type that secrets of this type do not have."""
    allowed = SUB_TYPES.get(secret_type, ())
    if not sub_type or sub_type in allowed:
        return
    known = {"type": Secret.Type(secret_type).label, "allowed": ", ".join(allowed)}
    sentence = _("A secret of the type %(type)s has the sub-types: %(allowed)s.") if allowed else _(
        "A secret of the type %(type)s has no sub-type."
    )  # fmt: skip
    raise Refused(sentence % known, field="sub_type")
