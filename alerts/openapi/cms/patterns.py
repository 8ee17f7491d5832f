"""EventPattern: how the API says what a rule selects, read into the document of a rule and written from the rule.

Keyword filtering has no official request field but `CustomFilters`, one keyword that must occur. As an extension
`KeywordFilter.Keywords.N` with `KeywordFilter.Relation` (OR: contains any, NOT: contains none) is read too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.openapi.errors import missing
from alerts.rules.models import AlertRule
from alerts.rules.pattern import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.openapi.parameters import Parameters

LISTS = {"event_types": "EventTypeList", "levels": "LevelList", "names": "NameList", "statuses": "StatusList"}
RELATIONS = {"OR": AlertRule.Keywords.ANY, "NOT": AlertRule.Keywords.NONE}
RELATION_OF = {mode: relation for relation, mode in RELATIONS.items()}
WIRE = {
    "Product type": "Product", "Event type": "EventTypeList", "Event level": "LevelList", "Event name": "NameList",
    "Event status": "StatusList", "Keywords": "KeywordFilter", "SQL filter": "SQLFilter",
}  # fmt: skip
"""What a part of the pattern is called here, by its label in the panel."""


def pattern_document(parameters: Parameters) -> dict[str, object]:
    """Return the part of a rule's document that EventPattern says. Raises Fault."""
    patterns = parameters.objects("EventPattern")
    if not patterns:
        raise missing("EventPattern")
    if len(patterns) > 1:
        raise parameters.invalid("EventPattern", "A rule has one pattern: put what else it selects into another rule.")
    [given] = patterns
    found: dict[str, object] = {field: _chosen(given, wire) for field, wire in LISTS.items()}
    product = given.required("Product")
    return {**found, **_keywords(given), "product": "" if product == ANY else product,
            "sql_filter": given.text("SQLFilter")}  # fmt: skip


def _chosen(given: Parameters, wire: str) -> list[str]:
    chosen = [each for each in dict.fromkeys(given.texts(wire)) if each]
    return [] if ANY in chosen else chosen


def _keywords(given: Parameters) -> dict[str, object]:
    custom, extension = given.text("CustomFilters").strip(), given.nested("KeywordFilter")
    words = extension.texts("Keywords")
    if custom and words:
        raise given.invalid("CustomFilters", "It and KeywordFilter both say the keywords: leave one of them out.")
    relation = extension.text("Relation", "OR").upper() or "OR"
    if relation not in RELATIONS:
        raise extension.invalid("Relation", "It must be OR or NOT.")
    mode = RELATIONS[relation] if words else AlertRule.Keywords.ANY
    return {"keywords": words or ([custom] if custom else []), "keyword_mode": mode.value}


def listed(rule: AlertRule) -> dict[str, object]:
    """Return the pattern of a rule as DescribeEventRuleList answers it."""
    single = len(rule.keywords) == 1 and rule.keyword_mode == AlertRule.Keywords.ANY
    return {
        **_common(rule),
        "CustomFilters": rule.keywords[0] if single else "",
        **({"KeywordFilter": {"Keywords": {"Keywords": rule.keywords}, "Relation": RELATION_OF[_mode(rule)]}}
           if rule.keywords else {}),
    }  # fmt: skip


def detailed(rule: AlertRule) -> dict[str, object]:
    """Return the pattern of a rule as DescribeEventRuleAttribute answers it: some wrappers differ from the list's."""
    keywords = {"Keywords": {"keyword": rule.keywords}, "Relation": RELATION_OF[_mode(rule)]} if rule.keywords else None
    return {**_common(rule), **({"KeywordFilterObj": keywords} if keywords else {})}


def _mode(rule: AlertRule) -> AlertRule.Keywords:
    return AlertRule.Keywords(rule.keyword_mode)


def _common(rule: AlertRule) -> Mapping[str, object]:
    lists: dict[str, Sequence[str]] = {wire: getattr(rule, field) or [ANY] for field, wire in LISTS.items()}
    if not rule.statuses:
        lists["StatusList"] = []
    wrapped = {wire: {wire: list(values)} for wire, values in lists.items()}
    return {"Product": rule.product or ANY, **wrapped, "SQLFilter": rule.sql_filter}
