"""The machine envelope as JSON that fits: what is too long is cut, and the envelope says so.

A service refuses what is too large, and a message that is refused for its size reaches nobody. So the size never
decides: `content` gives way first, then the longest field, each as far as needed, and `truncated` becomes true.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping

CUT = "truncated"
"""The field that says that something was cut."""


def as_json(value: object) -> str:
    """Return `value` as compact JSON; a lone surrogate, which UTF-8 cannot carry, becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace").decode("utf-8")


def as_text(value: object) -> str:
    """Return text as it is, everything else as JSON."""
    return value.encode("utf-8", errors="replace").decode("utf-8") if isinstance(value, str) else as_json(value)


def fitted(body: Mapping[str, object], *, limit: int) -> str:
    """Return `body` as JSON of at most `limit` bytes in UTF-8; a field that is cut becomes text."""
    text = as_json(dict(body))
    if size(text) <= limit:
        return text
    kept = {**body, CUT: True}
    for name in sorted(body, key=lambda name: (name != "content", -size(as_json(body[name])))):
        room = limit - size(as_json({**kept, name: ""}))
        kept[name] = _start(as_text(body[name]), room)
        if room >= 0:
            break
    return as_json(kept)


def shortened(text: str, *, limit: int) -> str:
    """Return the start of `text`, at most `limit` bytes in UTF-8, without half a character at its end."""
    return text.encode("utf-8", errors="replace")[:limit].decode("utf-8", errors="ignore")


def size(text: str) -> int:
    """Return the bytes of `text` in UTF-8."""
    return len(text.encode("utf-8"))


def _start(text: str, room: int) -> str:
    # What escaping adds depends on the characters, so the place of the cut is searched.
    quotes = len('""')
    return text[: bisect_right(range(1, len(text) + 1), room, key=lambda end: size(as_json(text[:end])) - quotes)]
