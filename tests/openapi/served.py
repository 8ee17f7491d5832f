"""The product behind a real port, for clients that open connections: one thread, in the test's own transaction.

Nothing is committed, so nothing has to be cleared away afterwards; the test waits while its client's call is answered,
so that the two never use the connection at the same moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import WSGIApplication

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, *_args: Any) -> None:
        """Write nothing."""


@contextmanager
def served(before: WSGIApplication | None = None) -> Iterator[str]:
    """Serve the product, or what stands before it; give host and port."""
    connection = connections["default"]
    product = before or WSGIHandler()

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        connections["default"] = connection
        return product(environ, start)

    connection.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # it would close the test's own, as it does not commit by itself
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        connection.dec_thread_sharing()
