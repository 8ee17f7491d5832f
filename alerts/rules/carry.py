"""Carry over: what of a search becomes a rule, and what cannot.

What no field of the panel selects by goes into the SQL filter. What has no room there, or cannot be read, is named, so
that nobody believes to be told of less, or of more, than is so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alerts.events.catalog import BY_NAME, LEVELS
from alerts.events.language import ExpressionError, Or, Term, parse
from alerts.events.language.quoting import quoted
from alerts.rules.models import AlertRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from alerts.accounts.models import CloudAccount

COMPARED = ("region", "resource")


def carried(query: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """Return the initial values of a rule made from a search, and a sentence for each thing that is lost."""
    products = _chosen(query, "product")
    words, sql_filter, lost = read_keywords(query.get("keywords", ""))
    asked = {field: values for field in COMPARED if (values := _chosen(query, field))}
    if len(products) > 1:
        asked["product"] = products
    sql_filter, more = _compared(asked, sql_filter)
    initial = {
        "product": products[0] if len(products) == 1 else "",
        "event_types": _chosen(query, "event_type"),
        "levels": [level for level in _chosen(query, "level") if level in LEVELS],
        "names": _chosen(query, "name"),
        "statuses": _chosen(query, "status"),
        "keywords": words,
        "sql_filter": sql_filter,
    }
    return initial, lost + more


def _compared(asked: Mapping[str, list[str]], sql_filter: str) -> tuple[str, list[str]]:
    """Return the SQL filter with what no field of the panel selects by, and what does not fit into it."""
    comparisons = [
        f"{field} = {quoted(values[0])}" if len(values) == 1 else f"{field} in ({', '.join(map(quoted, values))})"
        for field, values in asked.items()
    ]
    whole = " and ".join([*comparisons, *([f"({sql_filter})" if comparisons else sql_filter] if sql_filter else [])])
    try:
        if comparisons:
            parse(whole)
    except ExpressionError:
        names = {"product": _("Product"), "region": _("Region"), "resource": _("Resource")}
        said = _("%(field)s (%(values)s): the SQL filter has no room for it.")
        return sql_filter, [said % {"field": names[field], "values": ", ".join(asked[field])} for field in asked]
    return whole, []


def _chosen(query: QueryDict, name: str) -> list[str]:
    return [value for value in dict.fromkeys(query.getlist(name)) if value and value != "*"]


def read_keywords(text: str) -> tuple[list[str], str, list[str]]:
    """Return the words of an expression that is a list of or-ed words, any other as a SQL filter, and what is lost."""
    if not text.strip():
        return [], "", []
    try:
        tree = parse(text)
    except ExpressionError as error:
        return [], "", [_("Keywords: %(error)s") % {"error": error}]
    parts = tree.parts if isinstance(tree, Or) else (tree,)
    if all(isinstance(part, Term) for part in parts):
        return list(dict.fromkeys(part.text for part in parts if isinstance(part, Term))), "", []
    return [], text.strip(), []


def suggested_name(account: CloudAccount, initial: dict[str, Any]) -> str:
    """Return a name that no rule of the account has, made of what the rule selects."""
    names, levels = initial["names"], initial["levels"]
    if len(names) == 1:
        record = BY_NAME.get(names[0])
        text = record.title if record else names[0]
    elif not (levels or initial["event_types"]) and (sought := initial.get("sql_filter") or initial.get("keywords")):
        text = (sought if isinstance(sought, str) else " ".join(sought))[:40]
    else:
        text = " ".join((initial["product"] or "all", *levels, *initial["event_types"], "events"))
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:100] or "alert_rule"
    taken = set(AlertRule.objects.filter(account=account, name__startswith=slug).values_list("name", flat=True))
    numbered = (slug if number == 1 else f"{slug}_{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)
