"""The fields of an event that can be compared, by the names that the API and the console give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alerts.events.language.quoting import QUOTED, quoted, unquoted

CONTENT: Final = "content"
ATTRIBUTES: Final[Mapping[str, str]] = {
    "level": "level",
    "name": "name",
    "product": "product",
    "type": "event_type",
    "status": "status",
    "region": "region",
    "resource": "resource",
    "instanceName": "instance_name",
    "groupId": "group_id",
}
"""Attribute of an event by the name of the field: all of them texts, never missing, though maybe empty."""
ALIASES: Final[Mapping[str, str]] = {name.lower(): name for name in ATTRIBUTES} | {
    "eventtype": "type",
    "event_type": "type",
    "regionid": "region",
    "region_id": "region",
    "resourceid": "resource",
    "resource_id": "resource",
    "instance_name": "instanceName",
    "group_id": "groupId",
}
OFFERED: Final = ", ".join((*ATTRIBUTES, "content.…"))
# Official samples carry the raw type `Notification` where the API reference lists only `StatusNotification`: each
# answers to the other.
SAME_TYPE: Final[Mapping[str, str]] = {"Notification": "StatusNotification", "StatusNotification": "Notification"}

STEP: Final = re.compile(rf"""\.(?:({QUOTED})|([^."']+))""", re.DOTALL)
BARE_STEP: Final = re.compile(r"""[^\s()"'=<>!,.\x00-\x1f\x7f-\x9f]+""")
INDEX: Final = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
MOST_INDEX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """One field: a name of `ATTRIBUTES`, or `content` and the steps to a place within."""

    name: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        steps = (step if BARE_STEP.fullmatch(step) else quoted(step, '"') for step in self.path)
        return ".".join((self.name, *steps))

    def read(self, event: object) -> object:
        """Return the JSON value that an event has there; None where it has none, or null."""
        if self.name == CONTENT:
            return _follow(getattr(event, CONTENT), self.path)
        return getattr(event, ATTRIBUTES[self.name])


def named(source: str) -> Field | None:
    """Return the field that is written so; None where there is none. Raises ValueError for a path that leads nowhere.

    Names are taken in any case, as the API writes them (`eventType`) and as the console does (`event_type`). The steps
    of a path count as they are.
    """
    word, path = source[: len(CONTENT)].lower(), source[len(CONTENT) :]
    if word == CONTENT and (not path or path.startswith(".")):
        return Field(CONTENT, _steps(path))
    name = ALIASES.get(source.lower())
    return Field(name) if name else None


def _steps(path: str) -> tuple[str, ...]:
    if not path:
        raise ValueError("“content” needs the way to a place in it, such as content.failureInfo.errorCode.")
    steps, end = [], 0
    while end < len(path):
        found = STEP.match(path, end)
        if not found:
            raise ValueError("a step of this path is empty: a dot stands between two names.")
        steps.append(unquoted(found[1]) if found[1] else found[2])
        end = found.end()
    return tuple(steps)


def _follow(value: object, path: tuple[str, ...]) -> object:
    """Walk as PostgreSQL's `#>` walks."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple):
            value = _item(value, step)
        else:
            return None
    return value


def _item(values: list[object] | tuple[object, ...], step: str) -> object:
    """Return an item by its number: 0 is the first, -1 the last."""
    index = int(step) if INDEX.fullmatch(step) else MOST_INDEX
    return values[index] if -len(values) <= index < len(values) else None
