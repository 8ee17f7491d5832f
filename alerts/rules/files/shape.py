"""Shape: which fields a file may have, and the plain documents that are made of its tree.

What is empty may be left out, and so may be what an empty panel begins with. Later stages bring sections of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from alerts.accounts.zones import UTC
from alerts.contacts.hooks import HOOKS
from alerts.contacts.models import Address, Contact
from alerts.rules.document import CLOCKS, LISTS, TEXTS
from alerts.rules.files.text import FileMistake, Node
from alerts.rules.models import DEFAULT_MUTE, AlertRule, RuleTarget

if TYPE_CHECKING:
    from alerts.rules.differences import Difference

TEXT, WORDS = "text", "words"
HOOK = dict.fromkeys(("url", "method", "secret", "previous_secret"), TEXT)


class ListOf(NamedTuple):
    """A list of entries that have these fields."""

    fields: Mapping[str, Any]


CONTACT: dict[str, Any] = {
    **dict.fromkeys(("name", "description", "language", "time_zone", Address.Kind.EMAIL, Address.Kind.PHONE), TEXT),
    **{hook.kind: HOOK for hook in HOOKS},
}
CONTACT_GROUP = {"name": TEXT, "description": TEXT, "contacts": WORDS}
RESOURCE_GROUP = {"name": TEXT, "description": TEXT, "patterns": WORDS}
RULE: dict[str, Any] = {
    **dict.fromkeys((*TEXTS, *CLOCKS, "state", "resource_group", "mute_for"), TEXT),
    **dict.fromkeys((*LISTS, "weekdays"), WORDS),
    "groups": ListOf({"group": TEXT, "method": TEXT}),
    "queues": ListOf({"region": TEXT, "queue": TEXT, "topic": TEXT}),
    "functions": ListOf({"region": TEXT, "service": TEXT, "function": TEXT}),
    "urls": ListOf(HOOK),
    "logs": ListOf({"region": TEXT, "project": TEXT, "logstore": TEXT}),
}
FORMAT = "1"
FILE: dict[str, Any] = {
    "format": TEXT,
    "contacts": ListOf(CONTACT),
    "contact_groups": ListOf(CONTACT_GROUP),
    "resource_groups": ListOf(RESOURCE_GROUP),
    "rules": ListOf(RULE),
}
MOST_ENTRIES = 1_000
SECTIONS = ("contacts", "contact_groups", "resource_groups", "rules")
DEFAULTS: dict[str, dict[str, Any]] = {
    "contacts": {"language": Contact.Language.AUTOMATIC.value, "time_zone": UTC},
    "rules": {"state": AlertRule.State.ENABLED.value, "keyword_mode": AlertRule.Keywords.ANY.value,
              "mute_for": str(DEFAULT_MUTE), "time_zone": UTC},
}  # fmt: skip
METHOD = RuleTarget.Method.CRITICAL.value


@dataclass(frozen=True, slots=True)
class Section:
    """A section that a later stage brings.

    `fields` are those of its entries, `defaults` what stands for those that are left out. `load` takes the account, a
    document, `now` and `by`, and returns whether it is new and what is different; it raises Mistaken or Refused.
    `documents` takes the account and `secrets`, and returns what the account has, in the order of the names.
    """

    name: str
    title: Any
    fields: Mapping[str, Any]
    load: Callable[..., tuple[bool, list[Difference]]]
    documents: Callable[..., list[dict[str, Any]]]
    defaults: Mapping[str, Any] = field(default_factory=dict)


class Entry(NamedTuple):
    """One thing in a file: where it stands, and its document."""

    line: int
    document: dict[str, Any]


def entries(root: Node, more: Sequence[Section] = ()) -> tuple[dict[str, list[Entry]], list[FileMistake]]:
    """Return the entries of a file by section, in the order of the sections, and all that is wrong about its shape."""
    mistakes: list[FileMistake] = []
    shape = FILE | {each.name: ListOf(each.fields) for each in more}
    defaults = DEFAULTS | {each.name: dict(each.defaults) for each in more}
    found: dict[str, list[Entry]] = {section: [] for section in (*SECTIONS, *(each.name for each in more))}
    mistakes += _crowded(root, tuple(found))
    plain = _shaped(root, shape, mistakes) if root.text != "" and not mistakes else {}
    if not mistakes and plain.get("format", FORMAT) not in ("", FORMAT):
        mistakes.append(FileMistake(root.line, _("This version can read files of format %(one)s.") % {"one": FORMAT}))
    if mistakes:
        return found, sorted(set(mistakes))
    for section in tuple(found):
        nodes = root.fields[section].items if root.fields and section in root.fields else None
        documents = zip(nodes or (), plain.get(section, ()), strict=True)
        found[section] = [
            Entry(node.line, _completed(section, document, shape, defaults)) for node, document in documents
        ]
        mistakes += _named(found[section])
    return found, sorted(set(mistakes))


def _crowded(root: Node, names: Sequence[str]) -> list[FileMistake]:
    """Return which sections hold more entries than one file may bring; each costs some statements."""
    sections = ((name, root.fields[name]) for name in names if root.fields and name in root.fields)
    said = _("“%(section)s” has %(count)s entries: bring in at most %(limit)s in one file.")
    return [
        FileMistake(node.line, said % {"section": name, "count": f"{len(node.items):,}", "limit": f"{MOST_ENTRIES:,}"})
        for name, node in sections
        if node.items and len(node.items) > MOST_ENTRIES
    ]


def _completed(
    section: str, document: dict[str, Any], shape: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a document with what was left out."""
    kinds = shape[section].fields.items()
    empty = {name: "" if kind == TEXT else [] for name, kind in kinds if not isinstance(kind, dict)}
    given = {name: value for name, value in document.items() if value not in ("", [], {})}
    whole = empty | dict(defaults.get(section, {})) | given
    if section == "rules":
        whole["mute_for"] = _number(whole["mute_for"])
        whole["weekdays"] = sorted({_number(day) for day in whole["weekdays"]}, key=str)
        whole["groups"] = [{"method": METHOD, **each} for each in whole["groups"]]
    return whole


def _number(text: str) -> int | str:
    """Return the number that a text is; what is none stays for the form to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _named(found: list[Entry]) -> list[FileMistake]:
    seen: set[str] = set()
    mistakes = []
    for line, document in found:
        name = document["name"]
        if not name or name in seen:
            said = _("“%(name)s” is there twice.") % {"name": name} if name else _("The name is missing.")
            mistakes.append(FileMistake(line, said))
        seen.add(name)
    return mistakes


def _shaped(node: Node, shape: Any, mistakes: list[FileMistake]) -> Any:
    """Return a value as its shape wants it; what does not fit is noted and left out."""
    if shape == TEXT:
        return _text(node, mistakes)
    if shape == WORDS or isinstance(shape, ListOf):
        inner = TEXT if shape == WORDS else shape.fields
        if node.items is not None:
            return [_shaped(each, inner, mistakes) for each in node.items]
        return _refuse(node, mistakes, _("A list is wanted here.")) if node.text != "" else []
    if node.fields is None:
        return _refuse(node, mistakes, _("Fields with their values are wanted here.")) if node.text != "" else {}
    found = {}
    for name, value in node.fields.items():
        if name in shape:
            found[name] = _shaped(value, shape[name], mistakes)
        else:
            said = _("“%(name)s” is no field here. There are: %(known)s.")
            mistakes.append(FileMistake(node.lines[name], said % {"name": name, "known": ", ".join(shape)}))
    return found


def _text(node: Node, mistakes: list[FileMistake]) -> Any:
    if node.text is None:
        return _refuse(node, mistakes, _("A text is wanted here."))
    return node.text


def _refuse(node: Node, mistakes: list[FileMistake], sentence: str) -> None:
    mistakes.append(FileMistake(node.line, sentence))
