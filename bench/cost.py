"""What a run costs the machine: the time by the clock, and the processor time of all programs of the installation.

On a machine that does other things too, the clock tells little; processor time stays nearly the same.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
IDLE_FOR = 3.0


@dataclass(slots=True)
class Spent:
    """Seconds by the clock and of processor time, known once the `with` has ended."""

    took: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the processor time of a process and everything below it; `idle` is what it uses when nothing comes in."""

    pid: int
    idle: float = 0.0

    @classmethod
    def of(cls, pid: int) -> Meter:
        """Return a meter that leaves out what the programs use for themselves: beat, signs of life."""
        with cls(pid).running() as spent:
            time.sleep(IDLE_FOR)
        return cls(pid, idle=spent.cpu / spent.took)

    def start(self) -> Watch:
        """Return a watch that runs from now on."""
        return Watch(self, processor_time(self.pid), time.perf_counter())

    @contextmanager
    def running(self) -> Iterator[Spent]:
        """Measure what happens inside; the result is filled in at its end."""
        spent, watch = Spent(), self.start()
        yield spent
        whole = watch.so_far()
        spent.took, spent.cpu = whole.took, whole.cpu


@dataclass(frozen=True, slots=True)
class Watch:
    """A measurement under way."""

    meter: Meter
    cpu: float
    started: float

    def so_far(self) -> Spent:
        """Return what it took since the start."""
        took = time.perf_counter() - self.started
        used = processor_time(self.meter.pid) - self.cpu
        return Spent(took, max(0.0, used - self.meter.idle * took))


def processor_time(pid: int) -> float:
    """Return the seconds that a process and all below it have used, those that have ended included."""
    children: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(place.parent.name))
        used[int(place.parent.name)] = sum(map(int, fields[11:15])) * TICK
    return _sum_below(pid, lambda each: children[each], used)


def _sum_below(pid: int, children: Callable[[int], list[int]], used: dict[int, float]) -> float:
    return used.get(pid, 0.0) + sum(_sum_below(child, children, used) for child in children(pid))
