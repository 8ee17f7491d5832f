"""Figures and what is made of them: percentiles, rates, ratios within one run. Pure.

Absolute numbers are those of one machine in one hour. What can be compared is the ratio to something plain that was
measured in the same run: the emptiest page of the same server, and the same rows in the bare database.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.cost import Spent


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement, in seconds. `p50` and `p95` are absent where no single one was timed.

    `each` is what one takes: the median of calls that were made one after the other, else time by number. `cpu` is the
    processor time of the installation for one.
    """

    name: str
    each: float
    per_second: float
    took: float
    cpu: float
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that are compared with the same two others."""

    title: str
    empty: Figure | None
    bare: Figure | None
    figures: Sequence[Figure]


def percentile(durations: Sequence[float], share: float) -> float:
    """Return the smallest duration that at least `share` (0 to 1) of all do not exceed."""
    ordered = sorted(durations)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def of_calls(name: str, durations: Sequence[float], spent: Spent, *, clients: int = 1) -> Figure:
    """Return the figure of calls of `durations` seconds, and of what they took together."""
    count, p50 = len(durations), percentile(durations, 0.5)
    each = p50 if clients == 1 else spent.took / count
    return Figure(name, each, count / spent.took, spent.took, spent.cpu / count, p50, percentile(durations, 0.95))


def of_run(name: str, count: int, spent: Spent) -> Figure:
    """Return the figure of `count` things that were done together."""
    return Figure(name, spent.took / count, count / spent.took, spent.took, spent.cpu / count)


def ratio(figure: Figure, beside: Figure | None) -> float | None:
    """Return how many times as much a figure costs as the one beside it."""
    return figure.each / beside.each if beside else None
