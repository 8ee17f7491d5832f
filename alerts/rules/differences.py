"""Differences between two documents of a rule, field by field and in words; of a secret only that it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.events.catalog import BY_NAME, PRODUCT, PRODUCT_TITLE
from alerts.rules.forms import PANEL, AlertRuleForm
from alerts.rules.models import MUTE_CHOICES, AlertRule
from alerts.rules.rows import KINDS
from alerts.rules.words import DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alerts.rules.document import Document
    from alerts.rules.rows import Kind

FIELDS = ("name", "state", *(field for field in PANEL if field != "name"))


class Difference(NamedTuple):
    """One field that is not the same: its label, what it was, and what it is; empty texts for nothing."""

    field: str
    label: str
    before: str
    after: str


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what differs, in the order of the panel."""
    found = compared(before, after, FIELDS, label=_label, said=said)
    for kind in KINDS:
        old, new = before.get(kind.name, []), after.get(kind.name, [])
        if old != new:
            texts = _entries(kind, old), _entries(kind, new)
            hidden = _(" (changed)") if texts[0] == texts[1] else ""
            found.append(Difference(kind.name, str(kind.label), texts[0], texts[1] + hidden))
    return found


def compared(
    before: Mapping[str, Any], after: Mapping[str, Any], fields: Iterable[str], *, label: Callable[[str], str],
    said: Callable[[str, Any], str],
) -> list[Difference]:  # fmt: skip
    """Return which of these fields differ, in their order; `label` heads a field, `said` is its value in words."""
    return [
        Difference(field, label(field), said(field, before.get(field)), said(field, after.get(field)))
        for field in fields
        if before.get(field) != after.get(field)
    ]


def _label(field: str) -> str:
    if field == "state":
        return _("State")
    return str(AlertRuleForm.base_fields[field].label)


def said(field: str, value: Any) -> str:
    """Return the value of a field as a person reads it."""
    if field == "mute_for":
        return str(dict(MUTE_CHOICES).get(value, value or ""))
    if isinstance(value, list):
        return ", ".join(_word(field, each) for each in value)
    return _word(field, value) if value else ""


def _word(field: str, value: Any) -> str:
    match field:
        case "names" if value in BY_NAME:
            return _(BY_NAME[value].title)
        case "weekdays":
            return str(dict(DAYS).get(value, value))
        case "product":
            return PRODUCT_TITLE if value == PRODUCT else str(value)
        case "state":
            return str(dict(AlertRule.State.choices).get(value, value))
        case "keyword_mode":
            return str(dict(AlertRule.Keywords.choices).get(value, value))
        case _:
            return str(value)


def _entries(kind: Kind, entries: list[Mapping[str, str]]) -> str:
    return ", ".join(entry_in_words(kind, each) for each in entries)


def entry_in_words(kind: Kind, entry: Mapping[str, str]) -> str:
    """Return where a target goes, without its secrets."""
    if kind.name == "groups":
        return f"{entry.get('group', '')} · {entry.get('method', '')}"
    shown = BY_KIND[kind.target].mask(entry)
    if kind.name != "urls":
        return shown
    signed = _(", signed") if entry.get("secret") else ""
    return f"{entry.get('method', '')} {shown}{signed}"
