"""The connection under an outgoing request: names resolved once, addresses checked, one deadline for everything.

It is what httpcore2 calls a network backend: the place where a host name becomes a socket. Nothing above it resolves or
connects, so nothing can go around the check.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from alerts.channels.addresses import Network, checked
from alerts.channels.base import DeliveryError

Resolve = Callable[[str, int, float], Sequence[str]]
"""(host, port, seconds) → addresses as text; raises OSError, or TimeoutError after the seconds."""
Dial = Callable[[str, int, float], httpcore2.NetworkStream]
"""(address, port, seconds) → a connected stream; raises httpcore2's ConnectError or ConnectTimeout."""

_CHUNK = 16 * 1024


class Deadline:
    """A point in time after which nothing of an exchange may go on."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self._start = time.monotonic()
        self._end = self._start + seconds

    def spent(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._start

    def left(self) -> float:
        """Return the seconds that are left; raise httpcore2.TimeoutException when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore2.TimeoutException
        return left


def resolve(host: str, port: int, seconds: float) -> Sequence[str]:
    """Ask the system's resolver, for at most `seconds`.

    getaddrinfo knows no time-out, so it runs in a thread of its own, which is left behind when it hangs. Names under
    localhost are loopback without asking (RFC 6761, section 6.3).
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return ("127.0.0.1", "::1")
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            found.extend(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    (thread := threading.Thread(target=ask, name="resolve", daemon=True)).start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError
    return tuple(dict.fromkeys(found))


def dial(address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Connect to a literal address."""
    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=seconds)


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects only to checked addresses, and gives streams that know the deadline."""

    def __init__(self, *, allow: Sequence[Network], deadline: Deadline, resolve: Resolve, dial: Dial) -> None:
        """Take the operator's networks, the exchange's deadline, and how to resolve and to connect."""
        self._allow = allow
        self._deadline = deadline
        self._resolve = resolve
        self._dial = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve once, check every address, and connect to the first checked one that answers."""
        # The deadline takes the place of the time-out; nobody sets the other two.
        del timeout, local_address, socket_options
        addresses = checked(self._addresses(host, port), host=host, allow=self._allow)
        for tried, address in enumerate(addresses, start=1):
            waiting = len(addresses) - tried
            try:
                # A share of the time for each, so that a dead first address leaves some for the second.
                return TimedStream(self._dial(address, port, self._deadline.left() / (waiting + 1)), self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not waiting:
                    raise
        raise httpcore2.ConnectError

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return self._resolve(host, port, self._deadline.left())
        except TimeoutError:
            reason = f"The name {host} was not resolved in time."
            raise DeliveryError(reason, permanent=False, code="TimedOut") from None
        except UnicodeError:
            raise DeliveryError(f"{host} is no host name.", permanent=True, code="UrlInvalid") from None
        except OSError:
            reason = f"The name {host} could not be resolved."
            raise DeliveryError(reason, permanent=False, code="NameNotResolved") from None


class TimedStream(httpcore2.NetworkStream):
    """A stream whose every step gets only the time that is left for the whole."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        """Wrap `stream`."""
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, at most `max_bytes`."""
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`, looking at the clock between pieces."""
        for start in range(0, len(buffer), _CHUNK):
            self._stream.write(buffer[start : start + _CHUNK], self._deadline.left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Go over to TLS; the name on the certificate must be `server_hostname`."""
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Pass on what the stream knows of itself."""
        return self._stream.get_extra_info(info)
