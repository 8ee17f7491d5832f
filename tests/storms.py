"""Storms for tests: thousands of events like one that is stored, made by the database itself.

Recording as many drafts takes longer than what is tested.
"""

from __future__ import annotations

from django.db import connection

from alerts.events.models import SystemEvent

COPY = """
    INSERT INTO events_systemevent ({columns})
    SELECT {values} FROM events_systemevent AS first
    CROSS JOIN LATERAL (
        SELECT first.occurred_at + make_interval(secs => %(after)s + n * %(apart)s) AS at,
            md5(%(after)s || ' ' || n) AS digest
        FROM generate_series(1, %(count)s::int) AS n) AS made
    WHERE first.id = %(first)s
"""
OWN = {
    "id": "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '8' || left(digest, 3) || '8'"
    " || right(digest, 15))::uuid",
    "occurred_at": "at", "received_at": "at", "correlated_at": "NULL", "dispatched_at": "NULL", "incident_id": "NULL",
}  # fmt: skip


def more_of(first: SystemEvent, count: int, *, after: float = 0, apart: float = 0.01) -> None:
    """Record so many more events like this one, so many seconds apart, from `after` seconds after it on."""
    columns = [str(field.column) for field in SystemEvent._meta.concrete_fields]
    values = ", ".join(OWN.get(column, f"first.{column}") for column in columns)
    with connection.cursor() as cursor:
        statement = COPY.format(columns=", ".join(columns), values=values)
        cursor.execute(statement, {"first": first.pk, "count": count, "after": after, "apart": apart})
