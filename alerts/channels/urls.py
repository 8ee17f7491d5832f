"""URLs that somebody typed in: which may be called, how a query is added to one, and what in one is secret."""

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import urlencode

import httpx2

from alerts.channels.base import MASK, DeliveryError

URL_LIMIT = 2_048
"""Characters of a URL that are accepted."""

_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_:-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[/?&=;]")
_SHORTEST_PIECE = 4


def read_url(url: str) -> httpx2.URL:
    """Return `url` parsed; raise DeliveryError (permanent, UrlInvalid) when it is none that may be called.

    Nothing is resolved here, so forms may call it for what is typed into them.
    """
    if len(url) > URL_LIMIT:
        raise _invalid(f"The URL is longer than {URL_LIMIT} characters.")
    if MASK in url:
        raise _invalid("The URL is shown masked here: write the whole of it.")
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise _invalid("The URL cannot be read.") from None
    if parsed.scheme not in ("http", "https"):
        raise _invalid("The URL must start with http:// or https://.")
    if parsed.userinfo:
        raise _invalid("The URL must not contain a user name or password.")
    if parsed.port is not None and not 0 < parsed.port < 2**16:
        raise _invalid("The port of the URL must lie between 1 and 65535.")
    _check_host(parsed.raw_host.decode("ascii"))
    return parsed.copy_with(fragment=None)


def _check_host(host: str) -> None:
    if not _HOST.fullmatch(host):
        raise _invalid("The URL has no valid host name.")
    if ":" in host or not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return
    try:
        # 127.1, 0x7f.1, 2130706433 and 0177.0.0.1 mean different things to different resolvers.
        IPv4Address(host)
    except AddressValueError:
        raise _invalid("The address in the URL must be written as four decimal numbers.") from None


def _invalid(reason: str) -> DeliveryError:
    return DeliveryError(reason, permanent=True, code="UrlInvalid")


def with_query(url: httpx2.URL, params: Mapping[str, str]) -> httpx2.URL:
    """Return `url` with `params` after the query that it has."""
    if not params:
        return url
    # Appended as text: to read and rewrite the query would change one that is signed.
    added = urlencode(params, errors="replace").encode("ascii")
    return url.copy_with(query=b"&".join(filter(None, (url.query, added))))


def secrets_of(url: httpx2.URL) -> list[str]:
    """Return what must not be shown of `url`: path and query as a whole and in pieces."""
    whole = url.raw_path.decode("ascii")
    # Short pieces such as `v1` guard nothing, and masking them would make the rest of the answer unreadable.
    pieces = [piece for piece in _SEPARATORS.split(whole) if len(piece) >= _SHORTEST_PIECE]
    return [*(part for part in (whole, *whole.split("?")) if len(part) > 1), *pieces]
