"""Ids for new resources, in the shapes that the service uses, and which names people may give."""

from __future__ import annotations

import re
import secrets
import string
import uuid

from django.utils.translation import gettext as _

from alerts.estate.models import Secret
from alerts.estate.refusal import Refused

ALPHABET = string.ascii_lowercase + string.digits
NAME = re.compile(r"^[A-Za-z0-9_/+=.@-]+\Z")
"""Names of secrets, access points and instances. Source: CreateSecret, CreateKmsInstance."""

ALIAS = re.compile(r"^[A-Za-z0-9_/-]+\Z")
"""An alias without its prefix. Source: CreateAlias."""

ALIAS_PREFIX = "alias/"
SERVICE_ALIAS = "alias/acs/"
LONGEST_ALIAS = 255
LONGEST_SECRET = 192
LONGEST_POINT = 64
LONGEST_DESCRIPTION = 8192
LONGEST_NOTE = 256
SERVICE_PREFIX = "acs/"
PREFIXES = {Secret.Type.ECS: "acs/ecs/", Secret.Type.RAM: "acs/ram/user/"}
"""How names of managed secrets begin. Source: CreateSecret, SecretName."""


def new_instance_id(region: str) -> str:
    """Return an id such as `kst-hzz65f176a0ogplgq`."""
    return f"kst-{_region_letters(region)}{_random(14)}"


def new_key_id(region: str) -> str:
    """Return an id such as `key-hzz65f1cb66fa0qo4gl8o`."""
    return f"key-{_region_letters(region)}{_random(18)}"


def new_client_key_id() -> str:
    """Return an id such as `KAAP.66dfec5e-…`."""
    return f"KAAP.{uuid.uuid4()}"


def new_version_id() -> str:
    """Return the id of a key's or a secret's version."""
    return str(uuid.uuid4())


def check_name(name: str, *, most: int) -> None:
    """Refuse a name with other characters than letters, digits and `_/+=.@-`, or with more than `most` of them."""
    if not NAME.match(name):
        raise Refused(_("Use letters, digits and _ / + = . @ - only."), field="name")
    if len(name) > most:
        raise Refused(_("The name has at most %(most)d characters.") % {"most": most}, field="name")


def check_secret_name(name: str, secret_type: str) -> None:
    """Refuse a secret's name that its type does not allow."""
    check_name(name, most=LONGEST_SECRET)
    prefix = PREFIXES.get(Secret.Type(secret_type))
    if prefix and not name.startswith(prefix):
        raise Refused(_("The name of a secret of this type begins with %(prefix)s.") % {"prefix": prefix}, field="name")
    if not prefix and name.startswith(SERVICE_PREFIX):
        raise Refused(_("The name of a secret of this type must not begin with acs/."), field="name")


def check_description(text: str, *, most: int = LONGEST_DESCRIPTION) -> None:
    """Refuse a description that is longer than its column."""
    if len(text) > most:
        raise Refused(_("The description has at most %(most)d characters.") % {"most": most}, field="description")


def check_alias(alias: str) -> None:
    """Refuse what is no alias: `alias/` and letters, digits and `_/-`, at most 255 characters together."""
    if alias.startswith(SERVICE_ALIAS):
        raise Refused(_("Only services give aliases that begin with alias/acs/."), code="Unsupported.Alias")
    bare = alias.removeprefix(ALIAS_PREFIX)
    if bare == alias or not ALIAS.match(bare) or len(alias) > LONGEST_ALIAS:
        raise Refused(
            _("An alias is alias/ and letters, digits and _ / -, at most 255 characters together."), field="alias"
        )


def _region_letters(region: str) -> str:
    return "".join(part[0] for part in region.split("-"))[:3]


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
