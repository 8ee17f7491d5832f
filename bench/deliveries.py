"""Deliveries while some destinations hang: how long a message to a destination that answers is under way.

Each event goes to 50 URLs, of which 10 take the request and never answer, and none of the 50 is known at first. What is
measured starts when the fact is accepted and ends when the message stands at the receiver's door.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench import facts
from bench.calls import Client
from bench.cost import Spent
from bench.figures import Figure, Section, of_calls, percentile
from bench.line import wait_until
from bench.rule import make_rules
from bench.server import Server
from tests.installation import ROOT

DESTINATIONS = 50
HANGING = 10
PAUSE = 2.0
"""Seconds between two events, so that what is measured is the waiting and not a storm."""
EVENT, FACT = "Key:DeleteKey:Success", "kms.key.deleted"


class Doors:
    """Receivers in a process of their own: one that answers, one that does not."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Read where they listen."""
        self._process = process
        self.well, self.hanging = map(str, self._asked())

    def _asked(self) -> list[Any]:
        assert self._process.stdout is not None
        found: list[Any] = json.loads(self._process.stdout.readline())
        return found

    def arrivals(self) -> list[tuple[str, float]]:
        """Return the resource and the moment of each message that came to who answers."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        return [(resource, float(at)) for resource, at in self._asked()]


@contextmanager
def doors() -> Iterator[Doors]:
    """Run the receivers."""
    command = (sys.executable, "-m", "bench.doors")
    process = subprocess.Popen(command, cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Doors(process)
    finally:
        process.communicate()


def measure(server: Server, *, events: int) -> Section:
    """Return how long messages to destinations that answer were under way."""
    with doors() as receivers:
        well = [f"{receivers.well}/{number}" for number in range(DESTINATIONS - HANGING)]
        hanging = [f"{receivers.hanging}/{number}" for number in range(HANGING)]
        make_rules(server.installation, EVENT, *hanging, *well)
        watch = server.meter.start()
        sent = _send(server, events)
        expected = events * len(well)
        wait_until(lambda: len(receivers.arrivals()) >= expected, "messages to who answers")
        return _section(events, [at - sent[resource] for resource, at in receivers.arrivals()], watch.so_far())


def _send(server: Server, events: int) -> dict[str, float]:
    """Send events in steady succession; return when each was accepted, by its resource."""
    sent: dict[str, float] = {}
    with Client(server.port) as client:
        for _ in range(events):
            fact = facts.a_failed_rotation() | {"type": FACT}
            fact["subject"] = fact["subject"].replace(":secret/", ":key/")
            client.send(facts.single(fact))
            sent[fact["subject"]] = time.time()
            time.sleep(PAUSE)
    return sent


def _section(events: int, under_way: Sequence[float], spent: Spent) -> Section:
    title = f"{events} events to {DESTINATIONS} URLs each, of which {HANGING} hang"
    figure = of_calls("to a URL that answers: from accepted to received", under_way, spent, clients=2)
    late: Figure = replace(figure, name="the same, p99 in place of p95", p95=percentile(under_way, 0.99))
    return Section(title, None, None, [figure, late])
