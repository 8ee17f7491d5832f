"""`make bench`: start an installation in a temporary folder, measure, print one table, stop it.

`python -m bench --quick` does less of everything, for a look while working.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import backtests, checks, deliveries, history, line, lists, matcher, mirrors, posting, signed
from bench.cost import Meter
from bench.figures import Section
from bench.server import Server
from bench.table import table
from tests.consoles import Estate
from tests.installation import Installation, a_free_port

ENVIRON = {
    "KMSCONSOLE_DEMO": "0",
    "KMSCONSOLE_INGEST_RATE": "1000000",
    "KMSCONSOLE_OUTGOING_ALLOW": "127.0.0.0/8",
} | signed.ENVIRON


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of everything is done."""

    events: int
    repeats: int
    posts: int
    without_rule: int
    with_rule: int
    rules: int = 10_000
    matched: int = 5_000
    clients: int = 8
    hanging: int = 12
    mirrored: Estate = mirrors.FULL


FULL = Extent(events=1_000_000, repeats=40, posts=1_000, without_rule=10_000, with_rule=2_000)
QUICK = Extent(events=100_000, repeats=10, posts=200, without_rule=2_000, with_rule=400, mirrored=mirrors.QUICK)


@contextmanager
def an_installation() -> Iterator[Installation]:
    """Run an installation in a folder of its own, on the durable database; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kmsconsole-bench-"))
    installation = Installation(folder / "data", a_free_port(), ENVIRON)
    try:
        yield installation.start()
    finally:
        try:
            installation.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def measure(server: Server, extent: Extent) -> Iterator[Section]:
    """Yield every section; the events come first, so that all the rest works on full tables."""
    say(f"making {extent.events:,} events")
    past = history.make(server.url, account=server.installation.account, count=extent.events)
    say("opening lists")
    yield from lists.measure(server, past, repeats=extent.repeats)
    say("calling the API")
    yield from signed.measure(server, past, count=extent.posts * 2, clients=extent.clients)
    say("previewing rules")
    yield from checks.measure(server, past, repeats=extent.repeats)
    say("backtesting subscription policies")
    yield from backtests.measure(server, past)
    say("sending single facts")
    yield from posting.measure(server, count=extent.posts, clients=extent.clients)
    say("sending batches")
    yield from line.measure(server, without_rule=extent.without_rule, with_rule=extent.with_rule)
    # The last one, because what hangs is tried again for minutes.
    say("delivering while some destinations hang")
    yield deliveries.measure(server, events=extent.hanging)


def say(what: str) -> None:
    """Tell whoever waits what is being done."""
    print(f"{time.strftime('%H:%M:%S')} {what} …", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="First figures, as ratios within one run.")
    parser.add_argument("--quick", action="store_true", help="less of everything, in a few minutes")
    extent = QUICK if parser.parse_args().quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    started, load = time.monotonic(), os.getloadavg()[0]
    say("starting an installation")
    with an_installation() as installation:
        assert installation.process is not None
        server = Server(installation, Meter.of(installation.process.pid))
        sections = list(measure(server, extent))
    say("mirroring one console in another, while both are disturbed")
    sections.append(mirrors.measure(extent.mirrored))
    say("matching")
    sections += matcher.measure(rules=extent.rules, count=extent.matched)
    print(table(sections))
    print(f"{os.cpu_count()} cores, load {load:.1f} before; {time.monotonic() - started:.0f} s in all.")
    print("cpu: processor time of all programs of the installation for one, without what they use when idle.")
    print("x: how many times as much it costs as what stands beside it in the same section and the same run.")


if __name__ == "__main__":
    main()
