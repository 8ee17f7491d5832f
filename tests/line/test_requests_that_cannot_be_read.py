"""What the web server itself refuses, before the product sees it: as JSON, for programs send it, without a trace."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from kmsconsole.programs import LONGEST_LINE
from tests.installation import Installation

pytestmark = [pytest.mark.line, pytest.mark.timeout(300)]
HOST = b"Host: localhost\r\nConnection: close\r\n"
CANARY = b"canary-0451"


def ask(one: Installation, request: bytes) -> tuple[int, str, bytes]:
    """Send bytes; return status, head and body of the answer."""
    place = urlsplit(one.url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _blank, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "code"),
    [
        (b"POST /?A=%s HTTP/1.1" % (b"x" * 9_000), HOST, 400, "IncompleteSignature"),
        (b"POST /?A=%s HTTP/1.1" % (b"x" * (LONGEST_LINE - 100)), HOST, 400, "IncompleteSignature"),
        (b"POST /?A=%s HTTP/1.1" % (b"x" * LONGEST_LINE), HOST, 414, "RequestURITooLong"),
        (b"POST /?A=%s HTTP/1.1" % (b"x" * 1_000_000), HOST, 414, "RequestURITooLong"),
        (b"POST /?Password=%s b HTTP/1.1" % CANARY, HOST, 400, "ParseRequestParameterException"),
        (b"POST / HTTP/1.1", HOST + b"%s\r\n" % CANARY, 400, "ParseRequestParameterException"),
        (b"POST / HTTP/1.1", HOST + b"x: %s\r\n" % (b"y" * 20_000), 431, "RequestHeaderFieldsTooLarge"),
        (b"POST / HTTP/1.1", HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400, "InvalidParameter"),
        (b"HEAD /?Action=ListKeys HTTP/1.1", HOST, 405, ""),
        (b"OPTIONS /?Action=ListKeys HTTP/1.1", HOST, 405, "UnsupportedHTTPMethod"),
        (b"POST / HTTP/1.0", b"", 400, "IncompleteSignature"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_program_is_told_as_json_what_it_sent(
    installation: Installation, request_line: bytes, headers: bytes, status: int, code: str
) -> None:
    before = len(installation.log)
    told, head, body = ask(installation, request_line + b"\r\n" + headers + b"\r\n")
    assert (told, "application/json" in head) == (status, True)
    assert (json.loads(body)["Code"] if code else body) == (code or b"")
    said = installation.log[before:]
    assert CANARY.decode() not in said + body.decode()
    assert "Traceback" not in said
