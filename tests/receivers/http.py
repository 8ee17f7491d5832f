"""A real HTTP server that records requests and answers from a script."""

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.receivers.inbox import Inbox


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: float
    """Seconds since the epoch."""
    query_string: str = ""
    """The query as it was on the wire."""

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One answer. `delay` and `drip` are seconds: before the answer, and between the bytes of its body."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    drip_headers: float = 0.0
    hang_up: bool = False
    """Close the connection without an answer."""


class HttpReceiver:
    """Answers 200 to everything until told otherwise; listens on a free port of 127.0.0.1 unless one is given."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Prepare; nothing listens before `start`."""
        self.inbox: Inbox[ReceivedRequest] = Inbox()
        self._script: deque[Reply] = deque()
        self._default = Reply()
        self._address = (host, port)
        self._tls = tls
        self.stopping = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            message = "the receiver is not started"
            raise RuntimeError(message)
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Address without a path, such as http://127.0.0.1:40001."""
        return f"{'https' if self._tls else 'http'}://{self._address[0]}:{self.port}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request so far, oldest first."""
        return self.inbox.all()

    def answer_with(self, *replies: Reply | int) -> None:
        """Answer the next requests with these, in turn, then with 200 again; a number is a bare status."""
        self._script.extend(Reply(status=reply) if isinstance(reply, int) else reply for reply in replies)

    def always_answer_with(self, reply: Reply | int) -> None:
        """Answer everything outside the script with this."""
        self._default = Reply(status=reply) if isinstance(reply, int) else reply

    def wait_for(self, count: int = 1, *, seconds: float = 5.0) -> list[ReceivedRequest]:
        """Return the requests once there are at least `count`; raise TimeoutError otherwise."""
        return self.inbox.wait_for(count, seconds=seconds)

    def reset(self) -> None:
        """Forget requests and script."""
        self.inbox.clear()
        self._script.clear()
        self._default = Reply()

    def answer(self, request: ReceivedRequest) -> Reply:
        """Say what this request is answered; receivers that know a provider's rules judge the request here."""
        del request
        return self.next_reply()

    def next_reply(self) -> Reply:
        """Take the next answer from the script."""
        try:
            return self._script.popleft()
        except IndexError:
            return self._default

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond `stop`."""
        self.stopping.wait(seconds)

    def start(self) -> Self:
        """Listen."""
        self.stopping.clear()
        self._server = _Server(self._address, _Exchange)
        self._server.receiver = self
        if self._tls:
            # The handshake is left to the connection's own thread, so that a bad client cannot stop the server.
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and end the open answers."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


class _Server(ThreadingHTTPServer):
    receiver: HttpReceiver
    daemon_threads = True
    # A burst of the bench is longer than the default backlog of 5.
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what some tests are about."""


class _Exchange(BaseHTTPRequestHandler):
    """One connection, in a thread of its own."""

    protocol_version = "HTTP/1.1"

    @property
    def receiver(self) -> HttpReceiver:
        """The receiver that recorded and scripted things belong to."""
        assert isinstance(self.server, _Server)
        return self.server.receiver

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        received = ReceivedRequest(self.command, parts.path, query, headers, body, time.time(), parts.query)
        self.receiver.inbox.add(received)
        with suppress(OSError):
            self._answer(self.receiver.answer(received))

    do_GET = do_POST  # noqa: N815
    do_PUT = do_POST  # noqa: N815

    def _answer(self, reply: Reply) -> None:
        self.receiver.pause(reply.delay)
        self.close_connection = True
        if reply.hang_up:
            return
        if reply.drip_headers:
            self._drip(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: 1\r\n" * 1_000, reply.drip_headers)
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self._drip(reply.body, reply.drip)

    def _drip(self, content: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(content)
            return
        for byte in content:
            if self.receiver.stopping.is_set():
                return
            self.wfile.write(bytes([byte]))
            self.receiver.pause(pause)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives it
        """Keep the terminal quiet."""
