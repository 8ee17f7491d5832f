"""An answer as XML, for a call whose address says `Format=XML`, as some old programs do. Everything else gets JSON.

A list repeats the element of its name; the root is `<Action>Response`, that of a refusal `Error`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

XML = "text/xml;charset=utf-8"
ASKED = re.compile(r"(?:^|&)Format=XML(?:&|$)", re.IGNORECASE)
ACTION = re.compile(r"(?:^|&)Action=(\w{1,128})(?:&|$)", re.ASCII)
NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def asked(query: str) -> bool:
    """Tell whether a call wants its answer so."""
    return ASKED.search(query) is not None


def document(body: Mapping[str, object], *, query: str, action: str) -> str:
    """Return the answer to the call with this query, which is to the `action` of its header or the one it names."""
    named = ACTION.search(f"Action={action}") or ACTION.search(query)
    root = "Error" if "HostId" in body else f"{named[1] if named else 'Call'}Response"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, body)}'


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, dict):
        inner = "".join(_element(part, each) for part, each in value.items())
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        inner = escape(NO_CHARACTER.sub("\ufffd", text))
    return f"<{name}>{inner}</{name}>"
