"""The line as Celery tasks. A message carries no data: it is a doorbell that says "look"; the rows are the queue.

Each task drains its stage and rings the next one. Beat rings all of them every second or two, so that a bell that
nobody heard costs a moment and never a fact, an event or a message.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from alerts.estate.waiting import end_waiting_periods as end_due_periods
from alerts.events.evaluate import evaluate_batch
from alerts.incidents.correlate import correlate_batch
from alerts.mirrors.check import check_batch
from alerts.mirrors.poll import poll_batch
from alerts.mirrors.silent import watch_silence
from alerts.notifications.claim import POOL
from alerts.notifications.deliver import deliver_one
from alerts.notifications.digests import digest_batch
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.recovery import watch_batch
from alerts.notifications.retention import retain as retain_all
from alerts.notifications.silence_ends import tell_ends
from alerts.notifications.speak import speak_batch
from alerts.pulse import leave_pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Task

    Bells = tuple[Task[..., object], ...]

log = logging.getLogger(__name__)

LONGEST_DRAIN = 30.0


def ring(*bells: Task[..., object], times: int = 1) -> None:
    """Ring the bells once the transaction is committed. A broker that is away is the sweep's to make good."""
    transaction.on_commit(partial(_ring_now, bells, times))


def _ring_now(bells: Bells, times: int) -> None:
    try:
        for bell in bells * times:
            bell.apply_async(expires=60)
    except (OperationalError, OSError) as error:
        log.warning("the broker does not answer (%s); the sweep will find what is waiting", type(error).__name__)


def drain(step: Callable[..., int], *, then: Bells = (), times: int = 1) -> None:
    """Take one step after another, each at its own time, until nothing is left; ring `then` after each.

    Stops after half a minute, long before the time limit of a task: the next bell goes on from there.
    """
    ends = time.monotonic() + LONGEST_DRAIN
    while (worked := step(now=timezone.now())) and time.monotonic() < ends:
        ring(*then, times=min(times, worked))


@shared_task(name="line.pulse")
def pulse_line() -> None:
    """Leave the sign of life of the line's pool."""
    leave_pulse("line")


@shared_task(name="deliveries.pulse")
def pulse_deliveries() -> None:
    """Leave the sign of life of the deliveries' pool."""
    leave_pulse("deliveries")


@shared_task(name="line.end_waiting_periods")
def end_waiting_periods() -> None:
    """Delete the keys and secrets whose waiting period is over."""
    drain(end_due_periods, then=(evaluate,))


@shared_task(name="line.evaluate")
def evaluate() -> None:
    """Turn waiting facts and due deadlines into system events."""
    drain(evaluate_batch, then=(correlate, dispatch))


@shared_task(name="line.correlate")
def correlate() -> None:
    """Let the events that open or close something do so; the others are dispatched meanwhile."""
    drain(correlate_batch, then=(dispatch,))


@shared_task(name="line.watch_incidents")
def watch_incidents() -> None:
    """Tell that incidents are over or flapping, and end what ends by itself."""
    drain(watch_batch, then=(deliver,), times=POOL)


@shared_task(name="line.dispatch")
def dispatch() -> None:
    """Let every rule decide about the events that no rule has seen.

    A batch rings for as many deliveries as there are threads, one event for one: beat's bell brings the next ones.
    """
    drain(dispatch_batch, then=(deliver,), times=POOL)


@shared_task(name="line.speak")
def speak() -> None:
    """Let what subscription policies have gathered say what is due, and the digests."""
    drain(speak_batch, then=(deliver,), times=POOL)
    drain(digest_batch, then=(deliver,))


@shared_task(name="line.tell_silence_ends")
def tell_silence_ends() -> None:
    """Tell of silences whose windows are over what they hid."""
    drain(tell_ends, then=(deliver,))


@shared_task(name="deliveries.deliver")
def deliver() -> None:
    """Send what is due. Who is about to wait for a slow receiver rings for somebody else to see to the rest."""
    drain(partial(deliver_one, meanwhile=partial(ring, deliver)))


@shared_task(name="deliveries.poll")
def poll() -> None:
    """Check and read the sources whose turn it is and tell of silent ones; waiting for a network holds nothing up."""
    drain(check_batch)
    drain(poll_batch, then=(evaluate,))
    drain(watch_silence, then=(correlate, dispatch))


@shared_task(name="line.retain")
def retain() -> None:
    """Make the coming weeks' partitions and let go of what is older than it is kept for."""
    retain_all(now=timezone.now())
