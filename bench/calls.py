"""Calls over HTTP, timed one by one, from one client or from several at a time, each on a connection that it keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection

from bench.figures import Figure, of_calls
from bench.server import Server

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, made beforehand so that only the exchange is timed, and the status that it must be answered with."""

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: int = 200


class Client:
    """One connection to the server under load."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def __enter__(self) -> Client:
        self._connection.connect()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._connection.close()

    def send(self, call: Call) -> bytes:
        """Make the call and return the body of the answer."""
        self._connection.request(call.method, call.path, body=call.body, headers=dict(call.headers))
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == call.expect, f"{call.method} {call.path}: {answer.status} {body[:500]!r}"
        return body

    def time(self, calls: Sequence[Call]) -> list[float]:
        """Make the calls one after the other; return the seconds of each."""
        durations = []
        for call in calls:
            started = time.perf_counter()
            self.send(call)
            durations.append(time.perf_counter() - started)
        return durations


def one_after_the_other(name: str, server: Server, calls: Sequence[Call], *, warm: Sequence[Call] = ()) -> Figure:
    """Return the figure of calls of one client; those of `warm` come first and do not count."""
    with Client(server.port) as client:
        client.time(warm)
        with server.meter.running() as spent:
            durations = client.time(calls)
        return of_calls(name, durations, spent)


def at_a_time(name: str, server: Server, calls: Sequence[Call], *, clients: int, warm: Sequence[Call] = ()) -> Figure:
    """Return the figure of the same calls shared among clients that all start at the same moment."""
    ready = threading.Barrier(clients + 1)

    def one(number: int) -> list[float]:
        with Client(server.port) as client:
            client.time(warm[number::clients])
            ready.wait()
            return client.time(calls[number::clients])

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(one, number) for number in range(clients)]
        with server.meter.running() as spent:
            ready.wait()
            durations = [duration for each in running for duration in each.result()]
        return of_calls(name, durations, spent, clients=clients)
