"""The versions of secrets: their ids and stages. What is in a version never reaches this product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alerts.estate.models import Secret, SecretVersion
from alerts.estate.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime

CURRENT, PREVIOUS = "ACSCurrent", "ACSPrevious"
LONGEST_VERSION = 64


def add_version(secret: Secret, *, version_id: str, now: datetime) -> SecretVersion:
    """Make a new version the current one, and the current one the previous. The caller holds the secret's lock."""
    if not 0 < len(version_id) <= LONGEST_VERSION:
        raise Refused(_("The ID of a version has 1 to 64 characters."), field="version_id")
    if has_version(secret, version_id):
        sentence = _("This secret has a version with this ID already.")
        raise Refused(sentence, field="version_id", code="Rejected.ResourceExist")
    secret.versions.filter(stages__contains=[PREVIOUS]).update(stages=[])
    secret.versions.filter(stages__contains=[CURRENT]).update(stages=[PREVIOUS])
    return SecretVersion.objects.create(secret=secret, version_id=version_id, stages=[CURRENT], created_at=now)


def has_version(secret: Secret, version_id: str) -> bool:
    """Tell whether the secret has, or had, a version with this id."""
    return secret.versions.filter(version_id=version_id).exists()
