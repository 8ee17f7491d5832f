"""Actions about tags of keys and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.estate import tags as verbs
from alerts.openapi.errors import missing
from alerts.openapi.kms.found import key_named, secret_named, the_key
from alerts.openapi.kms.refusals import refusals
from alerts.openapi.kms.written import tags_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.estate.models import Key, Secret
    from alerts.openapi.call import Call

    Finder = Callable[[Call, str], Key | Secret]

MOST_RESOURCES = 50
FINDERS: dict[str, Finder] = {"key": key_named, "secret": secret_named}


def tag_resources(call: Call) -> dict[str, object]:
    """Give up to 50 keys or secrets the same tags, all or none of them."""
    told = call.parameters
    kind = told.required("ResourceType").lower()
    if kind not in FINDERS:
        raise told.invalid("ResourceType", f"It must be one of {', '.join(FINDERS)}.")
    ids, given = told.texts("ResourceId"), told.objects("Tag")
    for name, complete in (("ResourceId.1", ids and all(ids)), ("Tag.1.Key", given)):
        if not complete:
            raise missing(name)
    if len(ids) > MOST_RESOURCES:
        raise told.invalid("ResourceId", f"It has at most {MOST_RESOURCES} entries.")
    tags = {each.required("Key"): each.text("Value") for each in given}
    rows = {row.pk: row for row in (FINDERS[kind](call, value) for value in ids)}
    with refusals(tags="Tag"):
        for _pk, row in sorted(rows.items()):  # in one order, so that two calls never deadlock
            verbs.tag(row, tags=tags)
    return {}


def list_resource_tags(call: Call) -> dict[str, object]:
    """List the tags of a key."""
    key = the_key(call)
    return {"Tags": tags_of(key.tags, KeyId=key.key_id)}
