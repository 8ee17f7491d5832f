"""Workers keep their database session from task to task; when the database was gone, they let go of it."""

from __future__ import annotations

import os
import signal
import time
import uuid

import psycopg
import pytest

from tests.faults.test_the_line_survives import pids
from tests.installation import Installation
from tests.person import Program, a_cloud_event, wait_for

pytestmark = pytest.mark.faults

BELLS = 10  # seconds, in each of which beat rings three bells whose tasks ask the database


def an_event_comes_through(one: Installation, *, seconds: float) -> None:
    """Send a fact and wait for its event."""
    with Program(one) as program:
        sent = a_cloud_event("kms.key.deleted", f"key/{uuid.uuid4()}")
        assert program.send([sent])["accepted"] == 1
        wait_for(lambda: program.events(resource=sent["subject"]), seconds=seconds, what="the event of a fact")


def sessions_begun(one: Installation) -> int:
    """Return how many sessions the database has had so far."""
    with psycopg.connect(one.database_url) as connection:
        row = connection.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


def test_workers_keep_their_sessions_and_let_go_of_them_when_the_database_was_killed(
    a_sturdy_installation: Installation,
) -> None:
    one = a_sturdy_installation
    for _ in range(3):
        an_event_comes_through(one, seconds=20)
    before = sessions_begun(one)
    time.sleep(BELLS)
    assert sessions_begun(one) - before < BELLS, "each task opens a session of its own"

    (database,) = pids(one, "postgres -D")
    os.kill(database, signal.SIGKILL)
    one.wait_for("database ended by SIGKILL", seconds=10)
    one.wait_until_healthy(60)

    for _ in range(4):
        an_event_comes_through(one, seconds=20)
