"""What `Reaches` should find, said a second time and as plainly as possible, for tests to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Excursion:
    """From the sample that crosses the line to the last one before it is re-armed; both indexes included."""

    start: int
    end: int


def excursions(samples: Sequence[tuple[float, float]], *, share: int, margin: int) -> list[Excursion]:
    """Return the excursions of (used, quota) samples that are in the order of their time."""
    found: list[Excursion] = []
    start: int | None = None
    for index, (used, quota) in enumerate(samples):
        percent = Fraction(used) / Fraction(quota) * 100 if quota else None
        if percent is None:
            continue
        if start is None and percent >= share:
            start = index
        elif start is not None and percent < share - margin:
            found.append(Excursion(start, index - 1))
            start = None
    if start is not None:
        found.append(Excursion(start, len(samples) - 1))
    return found
