"""Text: YAML becomes a tree of texts, lists and fields that knows its lines.

Made from the events of PyYAML's safe loader, so that nothing is constructed that a file asks for: every value is a text
as it stands (`no`, `22:00` and `1e3` too), tags are refused, and so is a field that is there twice. What an alias
repeats counts as if it were written out, which is what keeps a small file from becoming a large one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import yaml
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1_000_000
MOST_NODES = 200_000
MOST_CHARACTERS = 2 * MOST_BYTES
"""Of all values together, those that aliases repeat included."""
MOST_DEPTH = 12
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


class FileMistake(NamedTuple):
    """What is wrong with a file, and in which line (counted from 1)."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)s: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class Unreadable(ValueError):
    """A file cannot be read; `mistake` says where and why."""

    def __init__(self, line: int, sentence: str) -> None:
        self.mistake = FileMistake(line, sentence)
        super().__init__(str(self.mistake))


@dataclass(slots=True)
class Node:
    """A value in a file: a text, a list or fields. `size` counts the values in it, `length` their characters."""

    line: int
    text: str | None = None
    items: list[Node] | None = None
    fields: dict[str, Node] | None = None
    size: int = 1
    length: int = 0
    lines: dict[str, int] = field(default_factory=dict)


def read(text: str) -> Node:
    """Return the tree of a file. Raises Unreadable."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise Unreadable(1, _("The file is larger than %(limit)s bytes.") % {"limit": f"{MOST_BYTES:,}"})
    try:
        return _Reader(yaml.parse(text, Loader=LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable((mark.line if mark else 0) + 1, _unreadable(str(error.problem or ""))) from error
    except yaml.YAMLError as error:
        position = int(getattr(error, "position", 0) or 0)
        raise Unreadable(text.count("\n", 0, position) + 1, _unreadable("")) from error


def _unreadable(problem: str) -> str:
    return _("This is no YAML: %(problem)s.") % {"problem": problem} if problem else _("This is no YAML.")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Builds the tree from events."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events, self.anchors, self.nodes, self.characters = events, dict[str, Node](), 0, 0

    def document(self) -> Node:
        found = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise Unreadable(_line(event), _("The file holds more than one document."))
                found = self.node(next(self.events), depth=0)
        return found or Node(1, text="")

    def node(self, event: yaml.Event, *, depth: int) -> Node:
        line = _line(event)
        if depth > MOST_DEPTH:
            raise Unreadable(line, _("This is nested more than %(limit)s levels deep.") % {"limit": MOST_DEPTH})
        made = self.made(event, line, depth=depth)
        self.nodes += made.size if isinstance(event, yaml.AliasEvent) else 1
        if self.nodes > MOST_NODES:
            raise Unreadable(line, _("The file holds more than %(limit)s values.") % {"limit": f"{MOST_NODES:,}"})
        self.characters += made.length if isinstance(event, yaml.AliasEvent) else len(made.text or "")
        if self.characters > MOST_CHARACTERS:
            limit = f"{MOST_CHARACTERS:,}"
            raise Unreadable(
                line, _("With its aliases the file holds more than %(limit)s characters.") % {"limit": limit}
            )
        if anchor := getattr(event, "anchor", None):
            self.anchors[anchor] = made
        return made

    def made(self, event: yaml.Event, line: int, *, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise Unreadable(line, _("“*%(name)s” stands for nothing.") % {"name": event.anchor})
            return self.anchors[event.anchor]
        if getattr(event, "tag", None) not in (None, "!"):
            raise Unreadable(line, _("Tags such as %(tag)s are not read.") % {"tag": str(event.tag)[:40]})  # type: ignore[attr-defined]
        if isinstance(event, yaml.ScalarEvent):
            if bad := UNSTORABLE.search(event.value):
                said = _("The character U+%(code)04X cannot be stored.")
                raise Unreadable(line, said % {"code": ord(bad[0])})
            plain = event.style in (None, "")
            text = "" if plain and event.value in NOTHING else event.value
            return Node(line, text=text, length=len(text))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(line, depth=depth)
        return self.pairs(line, depth=depth)

    def items(self, line: int, *, depth: int) -> Node:
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, depth=depth + 1))
        length = sum(each.length for each in found)
        return Node(line, items=found, size=1 + sum(each.size for each in found), length=length)

    def pairs(self, line: int, *, depth: int) -> Node:
        made = Node(line, fields={})
        assert made.fields is not None
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth=depth + 1)
            if key.text is None:
                raise Unreadable(key.line, _("The name of a field must be a text."))
            if key.text in made.fields:
                raise Unreadable(key.line, _("“%(name)s” is there twice.") % {"name": key.text})
            made.fields[key.text] = value = self.node(next(self.events), depth=depth + 1)
            made.lines[key.text] = key.line
            made.size += value.size
            made.length += value.length
        return made
