"""Ninety days of events, made by the database itself: one statement per hundred thousand, and the hourly counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from alerts.events.catalog import CATALOG
from alerts.events.catalog.event_type import EventType

DAYS = timedelta(days=89, hours=20)
STEP = 50_000
FREQUENT = {"Secret:RotateSecret:Success": 50, "Key:SyncKey:Success": 22, "Instance:QPSUsage:SeventyPercent": 4}
REGIONS = ("cn-hangzhou",) * 5 + ("cn-shanghai",) * 3 + ("cn-beijing", "ap-southeast-1")
TEXT_INDEX = "events_by_text"
RARE_EVERY = 25_000
RARE = "Kms:RareCondition"
ABSENT = "nowhere-to-be-found"
RARE_LEVEL = "WARN"
RARE_NAME = "Key:DeleteKey:Success"

EVENTS = """
    INSERT INTO events_systemevent (
        id, account_id, product, name, event_type, level, status, region, resource, instance_name, group_id,
        occurred_at, received_at, content, origin, original_id, note, search_text, correlated_at, dispatched_at,
        failures
    )
    SELECT
        (lpad(to_hex((extract(epoch FROM occurred_at) * 1000)::bigint), 12, '0') || '8' || left(digest, 3) || '8'
            || right(digest, 15))::uuid,
        %(account)s, 'KMS', name, type, level, status, region, resource, local, '', occurred_at, occurred_at,
        content::jsonb, 'bench', '', '',
        lower(concat_ws(E'\\n', 'KMS', name, title, title_zh, type, level, status, region, resource, local, content)),
        occurred_at, occurred_at, 0
    FROM (
        SELECT
            md5(n::text) AS digest,
            %(start)s::timestamptz + n * %(step)s::interval AS occurred_at,
            1 + (hashint4(n) & 2147483647) %% 100 AS kind,
            (%(regions)s::text[])[1 + (hashint4(n + 7) & 2147483647) %% 10] AS region,
            'rds-' || (hashint4(n + 13) & 2147483647) %% 5000 || '-app' AS local,
            CASE WHEN n %% %(rare_every)s = 777 THEN %(rare)s ELSE 'Kms:Throttling' END AS code,
            n
        FROM generate_series(%(first)s::int, %(last)s::int) AS n
    ) AS made
    CROSS JOIN LATERAL (
        SELECT (%(names)s::text[])[kind] AS name, (%(titles)s::text[])[kind] AS title,
            (%(titles_zh)s::text[])[kind] AS title_zh, (%(types)s::text[])[kind] AS type,
            (%(levels)s::text[])[kind] AS level, (%(statuses)s::text[])[kind] AS status,
            'acs:kms:' || region || ':' || %(account)s || ':' || (%(kinds)s::text[])[kind] || '/' || local AS resource,
            '{"eventId": "' || digest || '", "secretName": "' || local || '", "secretType": "Rds", "failureInfo": '
                || '{"errorCode": "' || code || '", "errorMessage": "The instance is busy; tried again later."}}'
                AS content
    ) AS said
"""
COUNTS = """
    INSERT INTO events_eventcount (account_id, hour, product, region, name, event_type, level, status, count)
    SELECT account_id, date_trunc('hour', occurred_at, 'UTC'), product, region, name, event_type, level, status,
        count(*)
    FROM events_systemevent WHERE origin = 'bench' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""


@dataclass(frozen=True, slots=True)
class History:
    """How many events to make, for whom, and over what time."""

    account: str
    count: int
    end: datetime

    @property
    def start(self) -> datetime:
        """The time of the first event."""
        return self.end - DAYS

    @property
    def parameters(self) -> dict[str, object]:
        """What the statement wants to know: the time of the n-th event, and a hundred kinds to draw from."""
        kinds = list(kinds_drawn_from())
        return {
            "account": self.account, "start": self.start, "step": DAYS / self.count, "regions": list(REGIONS),
            "rare": RARE, "rare_every": RARE_EVERY, "names": [each.name for each in kinds],
            "titles": [each.title for each in kinds], "titles_zh": [each.title_zh for each in kinds],
            "types": [each.event_type for each in kinds], "levels": [each.level for each in kinds],
            "statuses": [each.status for each in kinds], "kinds": [each.resource_kind for each in kinds],
        }  # fmt: skip


def kinds_drawn_from() -> Iterator[EventType]:
    """Yield a hundred kinds of events: a few frequent ones, and the rest of the catalogue in what remains."""
    by_name = {each.name: each for each in CATALOG}
    for name, share in FREQUENT.items():
        yield from [by_name[name]] * share
    others = [each for each in CATALOG if each.name not in FREQUENT]
    for number in range(100 - sum(FREQUENT.values())):
        yield others[number % len(others)]


def make(url: str, *, account: str, count: int) -> History:
    """Make the events with two connections, count them by the hour, and leave the tables as vacuuming would."""
    history = History(account, count, datetime.now(UTC) - timedelta(minutes=1))
    parts = [(first, min(first + STEP, count)) for first in range(0, count, STEP)]
    with (
        psycopg.connect(url, autocommit=True) as connection,
        _indexed_afterwards(connection),
        ThreadPoolExecutor(2) as pool,
    ):
        for made in [pool.submit(_make_part, url, history, *part) for part in parts]:
            made.result()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(COUNTS)
        for tidy in ("VACUUM (ANALYZE) events_systemevent", "VACUUM (ANALYZE) events_eventcount", "CHECKPOINT"):
            connection.execute(tidy.encode())
    return history


@contextmanager
def _indexed_afterwards(connection: psycopg.Connection) -> Iterator[None]:
    """Take the index over texts away and make it anew, the same: one by one it would be most of the work."""
    found = connection.execute("SELECT pg_get_indexdef(%s::regclass)", [TEXT_INDEX]).fetchone()
    assert found is not None
    connection.execute(f"DROP INDEX {TEXT_INDEX}".encode())
    yield
    connection.execute(found[0].replace(" ON ONLY ", " ON ").encode())


def _make_part(url: str, history: History, first: int, end: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EVENTS, history.parameters | {"first": first, "last": end - 1})
