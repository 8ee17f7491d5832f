"""JSON and times as they come from outside, read within limits.

Reading JSON is two steps, so that one bad member does not spoil a batch: `read_json` says whether a text is JSON at
all, `find_flaw` whether a value that was read can be worked with and stored (PostgreSQL takes neither NUL nor half a
surrogate pair, and no infinite number).
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal, NoReturn, TypeAlias

MAX_DEPTH: Final = 50
LONGEST_NUMBER: Final = 1_000  # digits; Python itself refuses to read more than 4,300
LARGEST_INTEGER: Final = 2**63
LONGEST_TIME: Final = 64
CHARSETS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-16": "utf-16",
}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS_BELOW: Final = 100_000_000_000  # as seconds the year 5138, as milliseconds 1973

ZONE = r"(?P<zone>Z|[+-]\d\d:?[0-5]\d|[+-]\d\d)"
FRACTION = r"(?:[.,](?P<fraction>\d+))?"
RFC3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)
ANY_ISO: Final = re.compile(
    rf"(\d{{4}})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d){FRACTION} ?{ZONE}?", re.ASCII | re.IGNORECASE
)
NUMBER: Final = re.compile(r"-?\d{1,20}", re.ASCII)

Path: TypeAlias = tuple["Path", object] | None


class Unreadable(ValueError):
    """A text is no JSON; the message goes on from “the body …”."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What cannot be worked with in a value, and where; `sentence` has no full stop."""

    kind: Literal["text", "depth", "number"]
    sentence: str


def read_text(raw: bytes, charset: str = "utf-8") -> str:
    """Return the text of a body; raises Unreadable for an unknown character set or bytes that are not in it."""
    codec = CHARSETS.get(charset.lower())
    if codec is None:
        raise Unreadable(f"is in a character set that is not read here, {charset[:40]!r}: send UTF-8")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not {charset} text: byte {error.start} does not fit") from error


def read_json(text: str) -> object:
    """Return the value of a JSON text; integers of more than 1,000 digits become infinite, hence a flaw.

    Raises Unreadable for what is no JSON (NaN and Infinity are none) or nested beyond what can be read at all.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_integer)
    except RecursionError as error:
        raise Unreadable("is nested too deeply to be read") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error


def find_flaw(value: object, *, level: int = 1, any_integer: bool = False) -> Flaw | None:
    """Return the first thing in a JSON value that cannot be stored or worked with, or None.

    `level` is the depth of the value itself (50 is the deepest allowed); `any_integer` allows more than 64 bits.
    """
    waiting: list[tuple[object, Path, int]] = [(value, None, level)]
    while waiting:
        node, path, depth = waiting.pop()
        if isinstance(node, str) and not storable(node):
            return Flaw("text", f"{_where(path)} holds NUL or half a surrogate pair, which cannot be stored")
        if isinstance(node, int | float) and not _fits(node, any_integer=any_integer):
            return Flaw("number", f"{_where(path)} is a number out of range")
        if isinstance(node, dict | list):
            if depth > MAX_DEPTH:
                return Flaw("depth", f"{_where(path)} is nested more than {MAX_DEPTH} levels deep")
            members = node.items() if isinstance(node, dict) else enumerate(node)
            waiting += [(child, (path, step), depth + 1) for step, child in members]
            waiting += [(key, path, depth) for key in node if isinstance(node, dict)]
    return None


def storable(text: str) -> bool:
    """Say whether a text holds neither NUL nor half a surrogate pair."""
    if "\x00" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def read_rfc3339(text: str) -> datetime | None:
    """Return the moment of an RFC 3339 text in UTC, or None; finer than microseconds is cut off."""
    found = RFC3339.fullmatch(text) if len(text) <= LONGEST_TIME else None
    return _moment(found) if found else None


def read_moment(value: object) -> datetime | None:
    """Return the moment in UTC of any form that senders are known to use, or None.

    These are ISO 8601 in basic and extended form with or without fraction and zone (without one it is UTC), and
    seconds or milliseconds since 1970 as number or digits.
    """
    if isinstance(value, str) and len(value) <= LONGEST_TIME:
        text = value.strip()
        found = ANY_ISO.fullmatch(text)
        if found:
            return _moment(found)
        return _since_1970(int(text)) if NUMBER.fullmatch(text) else None
    return _since_1970(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is no JSON number", constant, 0)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _fits(number: float, *, any_integer: bool) -> bool:
    if isinstance(number, int):
        return any_integer or -LARGEST_INTEGER <= number < LARGEST_INTEGER
    return math.isfinite(number)


def _where(path: Path) -> str:
    """Write the path of a value as `data.a[3].b`; it was kept as links, because most paths are never written."""
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step!a:.40}".replace("'", ""))
    return "".join(reversed(steps)).removeprefix(".")[:200] or "the value"


def _moment(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    leap = second == 60  # RFC 3339 writes a leap second as the 60th
    fraction = int((found["fraction"] or "")[:6].ljust(6, "0"))
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, fraction, _zone(found["zone"]))
        return moment.astimezone(UTC) + timedelta(seconds=int(leap))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _since_1970(number: float) -> datetime | None:
    milliseconds = number * 1_000 if abs(number) < SECONDS_BELOW else number
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return None
