"""Fairness, with real threads and receivers that really hang: whoever answers does not wait for whoever does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from threading import Event

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from alerts.notifications import claim
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from tests.builders import NOW, a_draft, a_rule, some_events
from tests.receivers.http import HttpReceiver, Reply

THREADS = 8
HANGS = 4.0


@contextmanager
def delivering() -> Iterator[None]:
    """Deliver in so many threads until the end."""
    over = Event()

    def work(_number: int) -> None:
        try:
            while not over.is_set():
                if not deliver_one(now=datetime.now(UTC)):
                    over.wait(0.05)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(work, number) for number in range(THREADS)]
        try:
            yield
        finally:
            over.set()
        for each in running:
            each.result()


@pytest.mark.django_db(transaction=True)
def test_a_healthy_destination_waits_for_none_of_those_that_hang(
    http_receiver: HttpReceiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    settings.DELIVERY_TIMEOUT = HANGS
    monkeypatch.setattr(claim, "POOL", THREADS)
    with HttpReceiver() as hanging, delivering():
        hanging.always_answer_with(Reply(delay=60))
        for number in range(2):
            a_rule(url=f"{hanging.url}/{number}")
        for number in range(8):
            a_rule(url=f"{http_receiver.url}/{number}")
        some_events(a_draft() for _ in range(6))
        started = time.time()
        dispatch_batch(now=NOW)
        arrived = http_receiver.wait_for(6 * 8, seconds=HANGS)
        assert max(request.at for request in arrived) - started < 2
        assert 2 <= len(hanging.requests) <= THREADS // 2
