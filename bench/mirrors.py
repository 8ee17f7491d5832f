"""One console as the cloud of another: how long the second reads, and that it then has everything once.

The readers of the second are killed in the middle of the estate and of the events, and the first is started anew in the
middle of the events; both stand in the figures. Raises `AssertionError` with the first difference found.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cost import Meter, Watch
from bench.figures import Figure, Section, of_run
from tests.consoles import (
    FIRST,
    NAME,
    SECOND,
    WAITING,
    Estate,
    asked,
    connect,
    estate_differences,
    event_differences,
    fill,
    manage,
)
from tests.installation import Installation, a_free_port

FULL = Estate(keys=2_000, secrets=500, client_keys=300, events=50_000)
QUICK = Estate(keys=200, secrets=50, client_keys=30, events=2_000)
LONGEST = 1_800.0
KEYS, EVENTS = "SELECT count(*) FROM estate_key", "SELECT count(*) FROM facts_fact WHERE origin LIKE 'cloudmonitor%'"
UNDISPATCHED = "SELECT count(*) FROM events_systemevent WHERE dispatched_at IS NULL"
WHOLE = "SELECT count(*) FROM mirrors_source WHERE polled_at IS NOT NULL AND begun_at IS NULL"


@contextmanager
def two() -> Iterator[tuple[Installation, Installation]]:
    """Run two installations with folders of their own; nothing of them is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kmsconsole-bench-"))
    both = tuple(Installation(folder / name, a_free_port(), given) for name, given in (("1", FIRST), ("2", SECOND)))
    try:
        yield both[0].start(), both[1].start()
    finally:
        try:
            for one in both:
                one.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def measure(estate: Estate) -> Section:
    """Return the figures of the first reading, disturbed, and of the second, in which nothing is new."""
    with two() as (first, second):
        fill(first, estate)
        assert second.process is not None
        meter = Meter.of(second.process.pid)
        figures = [*_first_reading(first, second, estate, meter), _second_reading(second, estate, meter)]
        different = estate_differences(first, second) + event_differences(first, second)
        assert not different, "\n".join(different)
    rows = estate.keys + estate.secrets + estate.client_keys
    return Section(f"A console that mirrors another: {rows:,} resources, {estate.events:,} events", None, None, figures)


def _first_reading(first: Installation, second: Installation, estate: Estate, meter: Meter) -> Iterator[Figure]:
    connect(first, second, "--calls", "50")
    watch = meter.start()
    _until(second, KEYS, estate.keys // 4)
    _kill_readers(second)
    _until(second, KEYS, estate.keys)
    yield _figure("keys, readers killed once", estate.keys, watch)
    _until(second, EVENTS, 1)
    watch = meter.start()
    _until(second, EVENTS, estate.events // 4)
    _kill_readers(second)
    _until(second, EVENTS, estate.events // 2)
    first.stop()
    first.start()
    _until(second, EVENTS, estate.events)
    _wait(lambda: not asked(second, WAITING)[0] and not asked(second, UNDISPATCHED)[0], "all events")
    yield _figure("events, readers killed and cloud restarted", estate.events, watch)
    _wait(lambda: asked(second, WHOLE)[0], "the end of the reading")


def _second_reading(second: Installation, estate: Estate, meter: Meter) -> Figure:
    watch = meter.start()
    manage(second, "source", "poll", NAME)
    return _figure("one more reading, nothing new", estate.keys + estate.secrets + estate.client_keys, watch)


def _figure(name: str, count: int, watch: Watch) -> Figure:
    return of_run(name, count, watch.so_far())


def _kill_readers(second: Installation) -> None:
    for pid, command in second.processes().items():
        if "-Q deliveries" in command or "-Q line" in command:
            os.kill(pid, signal.SIGKILL)


def _until(second: Installation, query: str, count: int) -> None:
    _wait(lambda: asked(second, query)[0] >= count, f"{count} of {query}")


def _wait(done: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LONGEST
    while not done():
        assert time.monotonic() < deadline, f"{what}: not within {LONGEST:g} s"
        time.sleep(0.25)
