"""The bells of the line: rung once what they speak of is committed, and answered until nothing is left."""

from __future__ import annotations

import time
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from alerts import tasks
from kmsconsole.celery import app

Rung = list[tuple[Any, int]]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> Rung:
    calls: Rung = []
    monkeypatch.setattr(tasks, "_ring_now", lambda bells, times: calls.append((bells, times)))
    return calls


@pytest.mark.django_db(transaction=True)
def test_a_bell_rings_after_the_commit_and_not_after_a_rollback(rung: Rung) -> None:
    with transaction.atomic():
        tasks.ring(tasks.evaluate)
        assert rung == []
    assert rung == [((tasks.evaluate,), 1)]
    with transaction.atomic():
        tasks.ring(tasks.evaluate)
        transaction.set_rollback(True)
    assert len(rung) == 1


@pytest.mark.django_db(transaction=True)
def test_a_drain_goes_on_until_nothing_is_left_and_rings_after_each_step(rung: Rung) -> None:
    left = [500, 500, 7, 0, 9]
    times: list[datetime] = []

    def step(*, now: datetime) -> int:
        times.append(now)
        return left.pop(0)

    tasks.drain(step, then=(tasks.deliver,), times=8)
    assert left == [9]
    assert rung == [((tasks.deliver,), 8), ((tasks.deliver,), 8), ((tasks.deliver,), 7)], "no more bells than rows"
    assert times == sorted(times)


@pytest.mark.django_db(transaction=True)
def test_a_drain_stops_long_before_the_time_limit_of_a_task(rung: Rung, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("alerts.tasks.time", SimpleNamespace(monotonic=lambda: next(clock)))
    taken: list[datetime] = []

    def step(*, now: datetime) -> int:
        taken.append(now)
        return 1

    tasks.drain(step)
    assert len(taken) == 3
    assert app.conf.task_soft_time_limit > 2 * tasks.LONGEST_DRAIN
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_a_broker_that_is_away_is_noticed_at_once() -> None:
    started = time.monotonic()
    with app.connection_for_write("redis+socket:///nowhere/at-all.sock") as broker, pytest.raises(OperationalError):
        _ = broker.default_channel
    assert time.monotonic() - started < 3
