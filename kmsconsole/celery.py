"""The Celery application, and a beat that leaves a sign of life while it ticks."""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery, Task
from celery.beat import PersistentScheduler
from django.db import close_old_connections

from alerts.pulse import leave_pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmsconsole.settings")


class KeepsSession(Task):  # type: ignore[type-arg] # generic for the type checker only
    """A task that goes on with the database session of the one before, unless that broke or is old."""

    def before_start(self, *_call: object) -> None:
        """Let go of a broken or old session, as Django does before each request."""
        close_old_connections()


app = Celery("kmsconsole", task_cls=KeepsSession)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["alerts"])

BEAT_PULSE_EVERY = 2.0


class PulsingScheduler(PersistentScheduler):
    """Beat's own scheduler, leaving a sign of life while it ticks."""

    _last_pulse = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Tick as ever, and say so every two seconds. A broker that is away is the workers' to report."""
        waits = super().tick(*args, **kwargs)
        if time.monotonic() - self._last_pulse > BEAT_PULSE_EVERY:
            self._last_pulse = time.monotonic()
            leave_pulse("beat")
        return min(float(waits), 1.0)
