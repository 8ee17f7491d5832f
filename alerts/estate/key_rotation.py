"""New versions of keys that rotate: from time to time a key gets a further version, which counts towards the quota."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.estate.instances import count_usage
from alerts.estate.models import Key, Usage
from alerts.estate.naming import new_version_id
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.estate.specs import is_symmetric

if TYPE_CHECKING:
    from datetime import datetime

SHORTEST_INTERVAL = timedelta(days=7)
LONGEST_INTERVAL = timedelta(days=365)


def plan_rotation(key: Key, interval: timedelta | None, *, now: datetime) -> None:
    """Let a key (not yet saved) rotate every 7 to 365 days; None for never. Source: CreateKey, RotationInterval."""
    if interval and key.material == Key.Material.EXTERNAL:
        sentence = _("A key whose material is imported does not rotate by itself.")
        raise Refused(sentence, field="rotation_interval", code="Unsupported.Origin")
    if interval and not is_symmetric(key.spec):
        raise Refused(_("Only symmetric keys rotate by themselves."), field="rotation_interval")
    if interval and not SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL:
        raise Refused(_("The rotation interval must be 7 to 365 days."), field="rotation_interval")
    key.rotation_interval = interval
    key.rotate_at = now + interval if interval else None


@transaction.atomic
def rotate_key(key: Key, *, now: datetime) -> Key:
    """Give a key whose turn has come a new version. Turns that nobody was there for are made up for by one."""
    row = Key.objects.select_for_update(of=("self",)).select_related("instance").get(pk=key.pk)
    refuse_mirrored(row)
    interval, planned = row.rotation_interval, row.rotate_at
    if row.state != Key.State.ENABLED or not interval or not planned or planned > now:
        raise Refused(_("It is not this key's turn to rotate."))
    turns = (now - planned) // interval
    row.rotated_at = planned + turns * interval
    row.rotate_at = row.rotated_at + interval
    row.versions += 1
    row.primary_version = new_version_id()
    row.save(update_fields=["rotated_at", "rotate_at", "versions", "primary_version"])
    count_usage(row.instance, Usage.Of.KEY, now=now)
    return row
