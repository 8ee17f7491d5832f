"""The bare database: the same rows and the same 50 newest events by plain SQL, without anything of ours in between."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg

from bench.facts import Fact, a_failed_rotation, batched
from bench.figures import Figure, of_calls, of_run
from bench.server import Server

TABLE = """
    CREATE TABLE bench_row (
        id bigserial PRIMARY KEY, external_id text NOT NULL UNIQUE, source text NOT NULL, type text NOT NULL,
        resource text NOT NULL, occurred_at timestamptz NOT NULL, data jsonb NOT NULL
    )
"""
ONE = "INSERT INTO bench_row (external_id, source, type, resource, occurred_at, data) VALUES (%s, %s, %s, %s, %s, %s)"
MANY = """
    INSERT INTO bench_row (external_id, source, type, resource, occurred_at, data)
    SELECT external_id, source, type, resource, occurred_at, data::jsonb
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
        AS row (external_id, source, type, resource, occurred_at, data)
"""
NEWEST = """
    SELECT * FROM events_systemevent WHERE account_id = %s AND id >= %s::uuid AND id < %s::uuid
    ORDER BY id DESC LIMIT 50
"""


@contextmanager
def scratch(url: str) -> Iterator[None]:
    """Keep the scratch table for as long as it is wanted."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        try:
            yield
        finally:
            connection.execute("DROP TABLE bench_row")


def row_of(fact: Fact) -> tuple[str, ...]:
    """Return the columns of one fact."""
    return fact["id"], fact["source"], fact["type"], fact["subject"], fact["time"], json.dumps(fact["data"])


def one_row_inserts(server: Server, count: int, *, clients: int = 1) -> Figure:
    """Return the figure of inserting one row and committing it, from as many connections as there are clients."""
    rows = [row_of(a_failed_rotation()) for _ in range(count)]
    ready = threading.Barrier(clients + 1)

    def one(number: int) -> list[float]:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("SELECT 1")
            ready.wait()
            return _timed(connection, ONE, rows[number::clients])

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(one, number) for number in range(clients)]
        with server.meter.running() as spent:
            ready.wait()
            durations = [duration for each in running for duration in each.result()]
    return of_calls("INSERT of one row, committed", durations, spent, clients=clients)


def _timed(connection: psycopg.Connection, sql: str, rows: Sequence[Sequence[object]]) -> list[float]:
    durations = []
    for row in rows:
        started = time.perf_counter()
        connection.execute(sql.encode(), row)
        durations.append(time.perf_counter() - started)
    return durations


def batch_inserts(server: Server, facts: Sequence[Fact], size: int) -> Figure:
    """Return the figure of inserting the facts in batches, each one statement and one commit."""
    columns = [list(zip(*(row_of(fact) for fact in batch), strict=True)) for batch in batched(facts, size)]
    wanted = [tuple(list(column) for column in batch) for batch in columns]
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        with server.meter.running() as spent:
            _timed(connection, MANY, wanted)
        return of_run(f"INSERT … unnest of {size} rows, committed", len(facts), spent)


def newest(server: Server, account: str, *, first: str, last: str, repeats: int) -> Figure:
    """Return the figure of reading the 50 newest events between two ids."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        wanted = [(account, first, last)] * repeats
        _timed(connection, NEWEST, wanted[:5])
        with server.meter.running() as spent:
            durations = _timed(connection, NEWEST, wanted)
        return of_calls("SELECT of the 50 newest events", durations, spent)
