"""The sample of a test event: a document in JSON that can be edited, and what is read from it again.

It has the shape of a callback, so that what a program will get can be seen before it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from django.utils.translation import gettext as _

from alerts.events.catalog import BY_NAME, PRODUCT

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 64_000
FIELDS: Mapping[str, tuple[str, int]] = {
    "product": ("product", 64), "name": ("name", 256), "eventType": ("event_type", 64), "level": ("level", 16),
    "status": ("status", 64), "regionId": ("region", 64), "resourceId": ("resource", 1024),
    "instanceName": ("instance_name", 256), "groupId": ("group_id", 256),
}  # fmt: skip
"""Our field of an event by its name in the document, and how many characters it takes."""
NEEDED = ("product", "name", "level", "resourceId")


class Unreadable(Exception):
    """A document is no event. `message` says what is wrong and where; lines and columns count from 1."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def sample_of(name: str, *, account: str, region: str) -> dict[str, Any]:
    """Return the document of an event type, filled from the catalogue as far as it is in there."""
    known = BY_NAME.get(name)
    kind = known.resource_kind if known else "resource"
    local = f"test-{kind}"
    return {
        "product": known.product if known else PRODUCT,
        "name": name,
        "eventType": known.event_type if known else "Notification",
        "level": known.level if known else "INFO",
        "status": known.status if known else "Normal",
        "regionId": region,
        "resourceId": f"acs:kms:{region}:{account}:{kind}/{local}",
        "instanceName": local,
        "groupId": "",
        "content": dict(known.sample) if known else {},
    }


def written(document: Mapping[str, Any]) -> str:
    """Return a document as it is shown for editing."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def read(text: str) -> dict[str, Any]:
    """Return the fields of an event that a document describes. Raises Unreadable."""
    found = _parsed(text)
    if not isinstance(found, dict):
        raise Unreadable(_("The whole must be an object: { … }."))
    if unknown := sorted(set(found) - {*FIELDS, "content"}):
        raise Unreadable(_("“%(name)s” is no field of an event.") % {"name": unknown[0][:60]})
    fields = {ours: _text(found, theirs, most) for theirs, (ours, most) in FIELDS.items()}
    content = found.get("content", {})
    if not isinstance(content, dict):
        raise Unreadable(_("“content” must be an object: { … }."))
    return {**fields, "content": content}


def _text(found: Mapping[str, Any], name: str, most: int) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise Unreadable(_("“%(name)s” must be a text in quotation marks.") % {"name": name})
    if name in NEEDED and not value.strip():
        raise Unreadable(_("“%(name)s” is missing or empty.") % {"name": name})
    if len(value) > most:
        raise Unreadable(_("“%(name)s” is longer than %(most)s characters.") % {"name": name, "most": most})
    return value


def _parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise Unreadable(_("The JSON is longer than %(most)s characters.") % {"most": LONGEST})
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite(float))
        json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        said = _("No JSON: line %(line)s, column %(column)s: %(what)s.") % {
            "line": error.lineno, "column": error.colno, "what": error.msg,
        }  # fmt: skip
        raise Unreadable(said, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise Unreadable(_("The JSON is nested too deeply.")) from error
    except UnicodeEncodeError as error:
        raise Unreadable(_("A text has half a character in it, such as \\ud800 without its other half.")) from error
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if "\\u0000" in json.dumps(found):
        raise Unreadable(_("A text has the character \\u0000 in it, which the database cannot hold."))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(_("%(word)s is no number in JSON.") % {"word": word})


def _finite(read_number: Callable[[str], float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = read_number(text)
        return value if abs(value) != float("inf") else _no_number(text)

    return number
