"""What the line survives: a killed worker, an emptied broker, a beat that stands still. Nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any, cast

import psycopg
import pytest
import redis

from tests.installation import Installation
from tests.person import Program, a_cloud_event, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]

FACTS = 5_000
IN_ONE_CALL = 1_000
GROWING = ("events", "resources", "counted")


def pids(one: Installation, words: str) -> list[int]:
    """Return the processes of an installation whose command line has these words."""
    return [pid for pid, command in one.processes().items() if words in command]


def empty_the_broker(one: Installation) -> None:
    """Throw away everything that the broker holds: messages, bindings, signs of life."""
    with redis.Redis(unix_socket_path=str(next(one.data.rglob("valkey.sock")))) as client:
        client.flushall()


def says(one: Installation, status: int, words: str) -> bool:
    """Tell whether `/healthz` answers with this status and these words."""
    answer = one.get("/healthz")
    return answer[0] == status and words in answer[1]


def counted(one: Installation) -> dict[str, int]:
    """Return how many facts wait, and how many events there are and different resources among them."""
    asked = """SELECT (SELECT count(*) FROM facts_fact WHERE evaluated_at IS NULL),
        count(*), count(DISTINCT resource), (SELECT coalesce(sum(count), 0) FROM events_eventcount),
        count(*) FILTER (WHERE dispatched_at IS NULL)
        FROM events_systemevent"""
    with psycopg.connect(one.database_url) as connection:
        row = connection.execute(asked).fetchone()
    assert row is not None
    return dict(zip(("waiting", "events", "resources", "counted", "undispatched"), map(int, row), strict=True))


def counted_at_rest(one: Installation) -> dict[str, int]:
    """Return the same once nothing waits any more that other tests began."""

    def found() -> dict[str, int]:
        counts = counted(one)
        return {} if counts["waiting"] or counts["undispatched"] else counts

    return cast("dict[str, int]", wait_for(found, seconds=30, what="the end of what other tests began"))


def send_with(one: Installation, disturb: Callable[[int], Any]) -> None:
    """Send 5,000 facts in five calls, disturb after each, and check that each fact is one event in the end."""
    before = counted_at_rest(one)
    with Program(one) as program:
        for call in range(FACTS // IN_ONE_CALL):
            batch = [a_cloud_event("kms.key.deleted", f"key/{uuid.uuid4()}") for _ in range(IN_ONE_CALL)]
            assert program.send(batch)["accepted"] == IN_ONE_CALL
            disturb(call)
    done = {name: before[name] + (FACTS if name in GROWING else 0) for name in before}
    wait_for(lambda: counted(one) == done, seconds=90, what=f"{done}; there is {counted(one)}")


def test_a_line_worker_killed_in_the_middle_loses_and_repeats_nothing(a_sturdy_installation: Installation) -> None:
    one = a_sturdy_installation

    def kill_them(_call: int) -> None:
        for pid in pids(one, "-Q line"):
            os.kill(pid, signal.SIGKILL)

    send_with(one, kill_them)


def test_an_emptied_broker_loses_and_repeats_nothing(a_sturdy_installation: Installation) -> None:
    one = a_sturdy_installation

    send_with(one, lambda _call: empty_the_broker(one))

    # And the doorbell works again at once: no process has to connect anew.
    with Program(one) as program:
        sent = a_cloud_event("kms.key.deleted", f"key/{uuid.uuid4()}")
        program.send([sent])
        wait_for(
            lambda: program.events(resource=sent["subject"]), seconds=2, what="an event after the broker was emptied"
        )
    one.wait_until_healthy(20)


def test_a_beat_that_stands_still_for_a_minute_delays_nothing_that_is_rung(a_sturdy_installation: Installation) -> None:
    one = a_sturdy_installation
    before = counted_at_rest(one)["events"]
    (beat,) = pids(one, " beat ")
    os.kill(beat, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        send_with(one, lambda _call: None)
        wait_for(lambda: says(one, 503, '"beat": "no sign of life"'), seconds=30, what="word that beat is gone")
        time.sleep(max(0.0, 60 - (time.monotonic() - stopped)))
    finally:
        os.kill(beat, signal.SIGCONT)
    one.wait_until_healthy(30)
    assert counted(one)["events"] == before + FACTS
