"""The worker of the web server: gunicorn's, for addresses as long as SDKs make them, with refusals that they can read.

The SDKs say everything in the address of a call. A description of 8,192 characters or a secret's 30,720 bytes are long
ones when they are percent-encoded, and gunicorn itself takes no line above 8,190 bytes.
"""

import contextlib
import json
import socket
import time
import uuid
from typing import Any

from gunicorn.http import errors, message
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from kmsconsole.programs import LONGEST_LINE

MOST_UNREAD, PATIENCE = 4 * 1024 * 1024, 1.0  # bytes and seconds that are waited for what was not read yet
REFUSALS: tuple[tuple[type[Exception], int, str, str, str], ...] = (
    (errors.LimitRequestLine, 414, "URI Too Long", "RequestURITooLong",
     f"The address of a call may have {LONGEST_LINE} bytes at most. Send long parameters in a form body."),
    (errors.LimitRequestHeaders, 431, "Request Header Fields Too Large", "RequestHeaderFieldsTooLarge",
     "The headers of this call are too long or too many."),
    (errors.ParseException, 400, "Bad Request", "ParseRequestParameterException",
     "This is no HTTP request as RFC 9112 has it: look at its first line and its headers."),
)  # fmt: skip
"""What gunicorn cannot read, most special first: status, its words, code and sentence. None repeats what was sent."""

OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)

message.MAX_REQUEST_LINE = LONGEST_LINE  # an option of gunicorn can only lower it


class Worker(ThreadWorker):  # type: ignore[misc]
    """Reads requests with threads."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Refuse what is no request as JSON; the log tells of what kind it was, never what stood in it."""
        for kind, status, reason, code, sentence in REFUSALS:
            if isinstance(exc, kind) and not isinstance(exc, OURS):
                self.log.warning("A request that cannot be read: %s", type(exc).__name__)
                _read_on(client)
                with contextlib.suppress(OSError):
                    write_nonblock(client, _refusal(status, reason, code, sentence))
                return
        super().handle_error(req, client, addr, exc)


def _refusal(status: int, reason: str, code: str, sentence: str) -> bytes:
    told = {"RequestId": str(uuid.uuid4()).upper(), "Code": code, "Message": sentence, "HttpStatus": status}
    body = json.dumps(told).encode()
    head = (f"HTTP/1.1 {status} {reason}", "Connection: close", "Content-Type: application/json;charset=utf-8",
            "Cache-Control: no-store", "X-Content-Type-Options: nosniff", f"Content-Length: {len(body)}")  # fmt: skip
    return "\r\n".join((*head, "", "")).encode() + body


def _read_on(client: socket.socket) -> None:
    """Read what is still coming: a client that is cut off while it sends never sees the answer."""
    until, unread = time.monotonic() + PATIENCE, MOST_UNREAD
    with contextlib.suppress(OSError):
        while unread > 0 and (left := until - time.monotonic()) > 0:
            client.settimeout(min(left, 0.1))
            found = client.recv(65_536)
            if not found:
                return
            unread -= len(found)
