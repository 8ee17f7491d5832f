"""Permit: whether an access key may do this, now and from there."""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from alerts.accounts.models import Role
from alerts.openapi.errors import Fault
from alerts.openapi.registry import PRODUCTS

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import AccessKey
    from alerts.openapi.actions import Action

DENIED = "User not authorized to operate on the specified resource"
INACTIVE = "InvalidAccessKeyId.Inactive"


def check_alive(key: AccessKey, *, now: datetime) -> None:
    """Raise Fault when the key is disabled or past its end."""
    if key.disabled_at:
        raise Fault(403, INACTIVE, "Specified access key is disabled.")
    if key.expires_at and key.expires_at <= now:
        raise Fault(403, INACTIVE, "Specified access key is past its end.")


def check_allowed(key: AccessKey, action: Action, *, address: str) -> None:
    """Raise Fault when the key may not be used from this address, or not for this action."""
    product = PRODUCTS[action.version]
    name, code = f"{product.name}:{action.name}", action.forbidden or product.forbidden
    if key.networks and not _within(address, key.networks):
        raise Fault(403, code, f"{DENIED}: this access key may not be used from this address.")
    if key.actions and not any(fnmatchcase(name, pattern) for pattern in key.actions):
        raise Fault(403, code, f"{DENIED}: this access key does not allow {name}.")
    if action.changes and not Role(key.role).allows(Role.OPERATOR):
        raise Fault(403, code, f"{DENIED}: {name} changes something, and this key only looks.")


def _within(address: str, networks: list[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in ipaddress.ip_network(network, strict=False) for network in networks)
