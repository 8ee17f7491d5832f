"""Carry over: what of a search becomes a subscription policy, and what cannot.

A policy has no SQL filter. What it cannot select by is named, so that nobody believes to be told of less, or of more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alerts.events.catalog import LEVELS
from alerts.rules.carry import read_keywords, suggested_name
from alerts.subscriptions.models import SubscriptionPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import QueryDict

    from alerts.accounts.models import CloudAccount


def carried(query: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """Return the initial values of a policy made from a search, and a sentence for each thing that is lost."""
    products, resources = _chosen(query, "product"), _chosen(query, "resource")
    words, expression, lost = read_keywords(query.get("keywords", ""))
    initial = {
        "product": products[0] if len(products) == 1 else "",
        "event_types": _chosen(query, "event_type"),
        "levels": [level for level in _chosen(query, "level") if level in LEVELS],
        "names": _chosen(query, "name"),
        "content_words": words,
        # An ARN names its region between colons.
        "resource_words": resources or [f":{region}:" for region in _chosen(query, "region")],
    }
    return initial, [*_lost(query, products, expression), *lost]


def _lost(query: QueryDict, products: list[str], expression: str) -> Iterator[str]:
    if len(products) > 1:
        yield _("Product (%(values)s): a policy is about one product, or about all.") % {"values": ", ".join(products)}
    if statuses := _chosen(query, "status"):
        yield _("Event status (%(values)s): a policy does not select by it.") % {"values": ", ".join(statuses)}
    if expression:
        yield _("Keywords (%(text)s): a policy has no SQL filter. An alert rule has one.") % {"text": expression[:200]}


def _chosen(query: QueryDict, name: str) -> list[str]:
    return [value for value in dict.fromkeys(query.getlist(name)) if value and value != "*"]


def suggested_policy_name(account: CloudAccount, initial: dict[str, Any]) -> str:
    """Return a name that no policy of the account has, made of what the policy selects."""
    wanted = {**initial, "keywords": initial.get("content_words")}
    slug = suggested_name(account, wanted)
    taken = set(
        SubscriptionPolicy.objects.filter(account=account, name__startswith=slug).values_list("name", flat=True)
    )
    numbered = (slug if number == 1 else f"{slug}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)
