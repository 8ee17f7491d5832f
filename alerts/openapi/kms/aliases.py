"""Actions about aliases of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.estate import aliases as verbs
from alerts.estate.models import Alias
from alerts.openapi.kms.found import the_key
from alerts.openapi.kms.lists import page_of, region_of
from alerts.openapi.kms.refusals import refusals

if TYPE_CHECKING:
    from alerts.openapi.call import Call

USUAL_PAGE = 10


def create_alias(call: Call) -> dict[str, object]:
    """Give a key a further name, `alias/…`."""
    name = call.parameters.required("AliasName")
    with refusals(alias="AliasName"):
        verbs.create_alias(the_key(call), name=name, now=call.now)
    return {}


def list_aliases(call: Call) -> dict[str, object]:
    """List the aliases of the region's keys."""
    rows = Alias.objects.filter(account=call.account, region=region_of(call)).select_related("key")
    found, page = page_of(call, rows, usual=USUAL_PAGE)
    aliases = [{"AliasName": row.name, "AliasArn": row.arn, "KeyId": row.key.key_id} for row in found]
    return {"Aliases": {"Alias": aliases}, **page}
