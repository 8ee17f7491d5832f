"""Signs of life in the broker: a key that its process renews, and that ends by itself when the process does not.

A worker pool is alive when it carried out the pulse that beat sends it; beat is alive when its scheduler ticks.
"""

from __future__ import annotations

import time
from typing import Any

from celery import current_app

# Beat's sign ends first: without beat nobody asks the pools for theirs, and it is beat that is to blame then.
SECONDS = {"beat": 10, "line": 20, "deliveries": 20}


def _key(name: str) -> str:
    return f"kmsconsole:pulse:{name}"


def leave_pulse(name: str) -> None:
    """Leave a sign of life that ends by itself: beat's after 10 seconds, a pool's after 20."""
    with current_app.connection_for_write() as connection:
        # Kombu puts its key prefix before SET but not before EXISTS; SETEX and EXISTS it both leaves alone.
        channel: Any = connection.default_channel
        channel.client.setex(_key(name), SECONDS[name], int(time.time()))


def pulses(*names: str) -> dict[str, bool]:
    """Tell which of the named processes left a sign of life. Raises what the broker's client raises."""
    with current_app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return {name: bool(channel.client.exists(_key(name))) for name in names}


def answering_queues() -> set[str]:
    """Ask the workers directly which queues they serve; waits up to a second."""
    found = current_app.control.inspect(timeout=1.0).active_queues() or {}
    return {queue["name"] for queues in found.values() for queue in queues}
