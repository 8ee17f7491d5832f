"""The weekly partitions of the event table: made ahead of time, dropped whole when they are too old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.db import connection

from alerts.events.identity import first_id

RETENTION = timedelta(days=90)
WIDTH = timedelta(days=7)
AHEAD = timedelta(days=21)
TABLE = "events_systemevent"
NAME = re.compile(rf"^{TABLE}_(\d{{8}})$")
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def week_of(moment: datetime) -> datetime:
    """Return the start of the week (Monday 00:00 UTC) that a moment lies in."""
    return MONDAY + (moment - MONDAY) // WIDTH * WIDTH


def ensure(*, now: datetime) -> list[str]:
    """Make the partitions from 90 days back to three weeks ahead that are missing, and return their names.

    Safe to call from several processes: an advisory lock lets one make them while the others wait.
    """
    made = []
    with connection.cursor() as cursor:
        week = week_of(now - RETENTION)
        missing = []
        existing = {start for start, _ in present()}
        while week < now + AHEAD:
            if week not in existing:
                missing.append(week)
            week += WIDTH
        if missing:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        for start in missing:
            name = f"{TABLE}_{start:%Y%m%d}"
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE} FOR VALUES FROM ('{first_id(start)}')"
                f" TO ('{first_id(start + WIDTH)}')"
            )
            made.append(name)
    return made


def present() -> list[tuple[datetime, str]]:
    """Return (start of week, table name) of every partition there is, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        names = [row[0] for row in cursor.fetchall()]
    found = [(match[1], name) for name in names if (match := NAME.match(name))]
    return sorted((datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC), name) for day, name in found)


def drop(*, now: datetime) -> list[str]:
    """Drop the partitions whose newest event is older than 90 days, and return their names."""
    old = [name for start, name in present() if start + WIDTH <= now - RETENTION]
    with connection.cursor() as cursor:
        for name in old:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
    return old
