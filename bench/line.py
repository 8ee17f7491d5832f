"""The line: how many facts a second come out as events, and as messages at somebody's door."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from bench import database, facts
from bench.calls import Call, Client, one_after_the_other
from bench.cost import Spent
from bench.figures import Figure, Section, of_run
from bench.receiver import Receiver
from bench.rule import make_rules
from bench.server import Server

EVENT = "Secret:RotateSecret:Failure"
BATCH = 100
LONGEST = 300.0
POLL = 0.02
FACTS_LEFT = "SELECT EXISTS (SELECT FROM facts_fact WHERE evaluated_at IS NULL)"
EVENTS_LEFT = "SELECT EXISTS (SELECT FROM events_systemevent WHERE dispatched_at IS NULL)"
MESSAGES_LEFT = "SELECT EXISTS (SELECT FROM notifications_notification WHERE state = 'PENDING')"


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Wait until something is done. Raises `TimeoutError`."""
    deadline = time.monotonic() + LONGEST
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {LONGEST:g} s")
        time.sleep(POLL)


def nothing_left(connection: psycopg.Connection, query: str) -> bool:
    """Tell whether a stage has nothing to do."""
    found = connection.execute(query.encode()).fetchone()
    return found is not None and not found[0]


def wait_until_idle(url: str) -> None:
    """Wait until all that came in has gone through."""
    with psycopg.connect(url, autocommit=True) as connection:
        left = (FACTS_LEFT, EVENTS_LEFT, MESSAGES_LEFT)
        wait_until(lambda: all(nothing_left(connection, query) for query in left), "all that came in")


def measure(server: Server, *, without_rule: int, with_rule: int) -> list[Section]:
    """Return the figures of facts that nobody wants to hear of, then of facts of which each is one message."""
    title = f"Batches of {BATCH} facts, one client"
    first = _section(server, f"{title}, no alert rule ({without_rule:,} facts)", without_rule, None)
    with Receiver() as receiver:
        make_rules(server.installation, EVENT, receiver.url)
        named = f"{title}, one alert rule with a URL callback ({with_rule:,} facts)"
        return [first, _section(server, named, with_rule, receiver)]


def _section(server: Server, title: str, count: int, receiver: Receiver | None) -> Section:
    wait_until_idle(server.url)
    sent = [facts.a_failed_rotation() for _ in range(count)]
    with database.scratch(server.url):
        bare = database.batch_inserts(server, sent, BATCH)
    calls = facts.batches(sent, BATCH)
    refused = one_after_the_other("", server, facts.refused(calls), warm=facts.refused(calls[:20]))
    empty = of_run("405 of the same address", count, Spent(refused.took, refused.cpu * len(calls)))
    return Section(title, empty, bare, _through(server, calls, count, receiver))


def _through(server: Server, calls: list[Call], count: int, receiver: Receiver | None) -> list[Figure]:
    with psycopg.connect(server.url, autocommit=True) as connection, Client(server.port) as client:
        watch = server.meter.start()
        client.time(calls)
        found = {"accepted (last 202)": watch.so_far()}
        wait_until(lambda: nothing_left(connection, FACTS_LEFT), "events")
        found["last event stored"] = watch.so_far()
        wait_until(lambda: nothing_left(connection, EVENTS_LEFT), "decisions")
        found["last decision made"] = watch.so_far()
        if receiver:
            wait_until(lambda: receiver.count() >= count, "messages")
            found["last message at the receiver"] = watch.so_far()
    wait_until_idle(server.url)
    if receiver:
        assert receiver.different() == receiver.count() == count, "a message was sent twice, or lost"
    return [of_run(name, count, spent) for name, spent in found.items()]
