"""What arrived: method, headers, query and form body, decoded once and in the form in which it was signed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError

from alerts.openapi.errors import Fault
from alerts.openapi.signatures.encoding import Pairs, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

FORM = "application/x-www-form-urlencoded"
MOST_PARAMETERS = 4_000
MOST_BYTES = 1024 * 1024
MARKS = re.compile("(?:^|&)(?:Action|Version|Signature|AccessKeyId)=")


@dataclass(frozen=True, slots=True)
class Received:
    """One request. `headers` by lower-case name; `body` is the hex SHA-256 of the raw body."""

    method: str
    headers: Mapping[str, str]
    query: Pairs
    form: Pairs
    body: str
    address: str

    @property
    def parameters(self) -> dict[str, str]:
        """Query and form body as one map."""
        return dict((*self.query, *self.form))


def is_call(request: HttpRequest) -> bool:
    """Tell whether a request for `/` is one of a program: a browser gets that page, without these parameters.

    What a browser sends there otherwise has cookies, or is made of parts, as no SDK sends it.
    """
    parts = request.META.get("CONTENT_TYPE", "").startswith("multipart/")
    if request.method not in {"GET", "HEAD"} and not (request.COOKIES or parts):
        return True
    if "HTTP_X_ACS_ACTION" in request.META or request.META.get("HTTP_AUTHORIZATION", "").startswith("ACS3-"):
        return True
    return MARKS.search(request.META.get("QUERY_STRING", "")) is not None


def receive(request: HttpRequest) -> Received:
    """Read a request. Raises Fault for what is too large or no UTF-8."""
    raw = _body(request)
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return Received(
        method=request.method or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        query=_pairs(request.META.get("QUERY_STRING", "")),
        form=_pairs(raw) if kind == FORM else (),
        body=digest(raw),
        address=request.META.get("REMOTE_ADDR", ""),
    )


def _body(request: HttpRequest) -> bytes:
    too_large = Fault(413, "RequestEntityTooLarge", f"The body of a call may have {MOST_BYTES} bytes at most.")
    chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    try:
        raw: bytes = _chunks(request) if chunked else request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise Fault(400, "InvalidParameter", "The call ended before its body was complete.") from None
    if len(raw) > MOST_BYTES:
        raise too_large
    return raw


def _chunks(request: HttpRequest) -> bytes:
    try:
        raw: bytes = request.META["wsgi.input"].read(MOST_BYTES + 1)
    except Exception as error:  # each web server has its own for what is no chunk, or the end before the last one
        raise UnreadablePostError from error
    return raw


def _pairs(text: str | bytes) -> Pairs:
    if not text:
        return ()
    try:
        read = text.decode("ascii") if isinstance(text, bytes) else text
        found = parse_qsl(read, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise Fault(400, "InvalidParameter", "The parameters are not percent-encoded UTF-8.") from None
    except ValueError:
        message = f"A call may have {MOST_PARAMETERS} parameters at most."
        raise Fault(400, "InvalidParameter", message) from None
    return tuple(found)
