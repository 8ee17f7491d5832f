"""Tags of keys and secrets: pairs of a key and a value that people group them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.estate.models import Key, Secret
from alerts.estate.refusal import Refused, refuse_mirrored

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TAGS = 20
LONGEST_TAG = 128
RESERVED = ("aliyun", "acs:")


@transaction.atomic
def tag(row: Key | Secret, *, tags: Mapping[str, str]) -> Key | Secret:
    """Add tags to a key or a secret; one that it has already gets the new value."""
    model = Key if isinstance(row, Key) else Secret
    locked: Key | Secret = model.objects.select_for_update(of=("self",)).get(pk=row.pk)
    refuse_mirrored(locked)
    locked.tags = checked(locked.tags | dict(tags))
    locked.save(update_fields=["tags"])
    return locked


def checked(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags, sorted by key. Refuses more than 20, long ones, and those that only the service gives."""
    if len(tags) > MOST_TAGS:
        raise Refused(_("A resource has at most 20 tags."), field="tags", code="Rejected.LimitExceeded")
    for key, value in tags.items():
        if not key or len(key) > LONGEST_TAG or len(value) > LONGEST_TAG:
            raise Refused(_("A tag has a key of 1 to 128 characters and a value of at most 128."), field="tags")
        if key.lower().startswith(RESERVED):
            raise Refused(_("The key of a tag must not begin with aliyun or acs:."), field="tags")
    return dict(sorted(tags.items()))
