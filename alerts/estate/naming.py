"""Ids for new resources, in the shapes that the service uses."""

from __future__ import annotations

import secrets
import string
import uuid

ALPHABET = string.ascii_lowercase + string.digits


def new_instance_id(region: str) -> str:
    """Return an id such as `kst-hzz65f176a0ogplgq`."""
    return f"kst-{_region_letters(region)}{_random(14)}"


def new_key_id(region: str) -> str:
    """Return an id such as `key-hzz65f1cb66fa0qo4gl8o`."""
    return f"key-{_region_letters(region)}{_random(18)}"


def new_client_key_id() -> str:
    """Return an id such as `KAAP.66dfec5e-…`."""
    return f"KAAP.{uuid.uuid4()}"


def _region_letters(region: str) -> str:
    return "".join(part[0] for part in region.split("-"))[:3]


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
