"""Readers of the environment: each turns the text of one variable into its value, or says what must stand there."""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Reader = Callable[[str], Any]


class Refused(ValueError):
    """What a reader raises: the end of the sentence, "must be …"."""


def flag(raw: str) -> bool:
    """Read `0` or `1`."""
    if raw not in {"0", "1"}:
        message = "must be 0 or 1"
        raise Refused(message)
    return raw == "1"


def number(least: int, most: int) -> Reader:
    """Read a whole number from `least` to `most`, both included."""

    def read_number(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not least <= int(raw) <= most:
            message = f"must be a whole number from {least} to {most}"
            raise Refused(message)
        return int(raw)

    return read_number


def matching(pattern: str, *, must: str) -> Reader:
    """Read text that matches `pattern` as a whole; `must` says what that is, "must be …". Empty stays empty."""

    def read_matching(raw: str) -> str:
        if raw and not re.fullmatch(pattern, raw):
            raise Refused(must)
        return raw

    return read_matching


def path(raw: str) -> Path | None:
    """Read a path, made absolute against the working folder; empty means none."""
    return Path(raw).expanduser().absolute() if raw else None


def cidrs(raw: str) -> tuple[Network, ...]:
    """Read networks separated by commas or blanks; a single address is a network of one."""
    try:
        return tuple(ipaddress.ip_network(part) for part in re.split(r"[,\s]+", raw) if part)
    except ValueError:
        message = "must be networks such as 10.0.0.0/8, separated by commas"
        raise Refused(message) from None


def hosts(raw: str) -> tuple[str, ...]:
    """Read host names separated by commas or blanks."""
    found = tuple(part for part in re.split(r"[,\s]+", raw) if part)
    if any("/" in part for part in found):
        message = "must be host names without scheme or path, separated by commas"
        raise Refused(message)
    return found


def address(*schemes: str, host: bool = True) -> Reader:
    """Read an address with one of these schemes; `host` says whether it must name one. Empty means none."""
    must = "must be an address that starts with " + " or ".join(f"{scheme}://" for scheme in schemes)

    def read_address(raw: str) -> str:
        try:
            parts = urlsplit(raw)
            complete = parts.scheme in schemes and (parts.hostname or not host) and parts.port != 0
        except ValueError:
            complete = False
        if raw and not complete:
            raise Refused(must)
        return raw.rstrip("/")

    return read_address


def key(raw: str) -> str:
    """Read a key of 32 bytes in URL-safe base64 and keep it in that form; empty means none."""
    try:
        length = len(base64.b64decode(raw, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        length = -1
    if raw and length != 32:
        message = "must be 32 bytes in URL-safe base64"
        raise Refused(message)
    return raw


def json_text(raw: str) -> str:
    """Read JSON and keep it as it was written."""
    try:
        json.loads(raw)
    except ValueError:
        message = "must be JSON"
        raise Refused(message) from None
    return raw


PORT = number(1, 65535)
UID = matching(r"[0-9]{16}", must="must be 16 digits")
TOKEN = matching(
    r"[A-Za-z0-9._~-]{16,128}", must="must have 16 to 128 letters, digits, dots, dashes, underscores or tildes"
)
PASSWORD = matching(r"\S.{6,126}\S", must="must have 8 to 128 characters")
USER = matching(r"[A-Za-z0-9.@+_-]{1,150}", must="must be letters, digits and @ . + - _ only")
SECRET = matching(r"\S{32,}", must="must have at least 32 characters")
MAILBOX = matching(r"[^@\s<>]+@[^@\s<>]+", must="must be one mail address such as alerts@example.com")
BIND = matching(r"[0-9A-Fa-f.:]+", must="must be an IP address such as 127.0.0.1 or 0.0.0.0")
ACCESS_KEY = matching(r"[^\s:]{1,128}:\S{1,128}", must="must be an access key as id:secret")
TEMPLATE = matching(r"[^:]{1,64}:[^\s:]{1,64}", must="must be SignName:TemplateCode")
ENDPOINT = address("http", "https")
HEADER = matching(r"[A-Za-z]{2,20} [\x21-\x7e][\x20-\x7e]{0,1000}", must="must be a scheme and what it takes: Bearer …")
PHONE_BODY = '{"to": "{phone}", "text": "{text}"}'
POSTGRESQL = address("postgresql", "postgres", host=False)
REDIS = address("redis", "rediss", "redis+socket", host=False)
