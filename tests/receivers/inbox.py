"""What both receivers share: a list of arrivals that a test can wait for."""

import threading
from typing import Generic, TypeVar

Arrival = TypeVar("Arrival")


class Inbox(Generic[Arrival]):
    """Arrivals in their order, filled by the server's thread."""

    def __init__(self) -> None:
        """Start empty."""
        self._arrivals: list[Arrival] = []
        self._changed = threading.Condition()

    def add(self, arrival: Arrival) -> None:
        """Record an arrival and wake those who wait."""
        with self._changed:
            self._arrivals.append(arrival)
            self._changed.notify_all()

    def all(self) -> list[Arrival]:
        """Return what has arrived so far."""
        with self._changed:
            return list(self._arrivals)

    def clear(self) -> None:
        """Forget everything."""
        with self._changed:
            self._arrivals.clear()

    def wait_for(self, count: int, *, seconds: float) -> list[Arrival]:
        """Return the arrivals once there are at least `count`; raise TimeoutError when that takes too long."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._arrivals) >= count, timeout=seconds):
                message = f"{len(self._arrivals)} of {count} arrived within {seconds:g} s"
                raise TimeoutError(message)
            return list(self._arrivals)
