"""Record: drafts of system events become rows, each once, together with their hourly counts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import connection

from alerts.events.catalog import PARTAKING
from alerts.events.identity import event_id
from alerts.events.models import search_text
from alerts.events.partitions import RETENTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from alerts.events.catalog import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event about to be recorded. `occurrence` makes two happenings of one kind on one resource different.

    With `told_at` it counts as dispatched then: no rule and no policy looks at it.
    """

    account: str
    product: str
    name: str
    event_type: str
    level: str
    status: str
    region: str
    resource: str
    instance_name: str
    occurred_at: datetime
    content: Mapping[str, object]
    occurrence: str
    origin: str
    titles: Sequence[str] = ()
    group_id: str = ""
    original_id: str = ""
    fact_id: int | None = None
    test_of: int | None = None
    note: str = ""
    told_at: datetime | None = None
    id: UUID = field(init=False)

    def __post_init__(self) -> None:
        identity = event_id(
            self.occurred_at, account=self.account, name=self.name, resource=self.resource, occurrence=self.occurrence
        )
        object.__setattr__(self, "id", identity)

    @classmethod
    def of_type(cls, event_type: EventType, **fields: Any) -> Self:
        """Return a draft of an event of the catalogue; `fields` are those that its record does not give."""
        return cls(
            product=event_type.product,
            name=event_type.name,
            event_type=event_type.event_type,
            level=event_type.level,
            status=event_type.status,
            titles=(event_type.title, event_type.title_zh),
            **fields,
        )

    @property
    def search_text(self) -> str:
        """The text that keyword expressions are matched against."""
        terms = (self.product, self.name, *self.titles, self.event_type, self.level, self.status)
        return search_text(content=self.content, terms=(*terms, self.region, self.resource, self.instance_name))


def listed_at(occurred_at: datetime, *, now: datetime) -> tuple[datetime, str]:
    """Return the time under which to list an event, and a note when that is not the time at which it happened.

    Events are kept for 90 days. One that comes to light later than that (the server was off) is listed at the time it
    came to light: better told late than not at all.
    """
    return (occurred_at, "") if occurred_at > now - RETENTION else (now, "OutsideRetention")


COLUMNS = (
    ("id", "uuid"), ("account_id", "text"), ("product", "text"), ("name", "text"), ("event_type", "text"),
    ("level", "text"), ("status", "text"), ("region", "text"), ("resource", "text"), ("instance_name", "text"),
    ("group_id", "text"), ("occurred_at", "timestamptz"), ("content", "text"), ("origin", "text"),
    ("original_id", "text"), ("fact_id", "bigint"), ("test_of", "bigint"), ("note", "text"), ("search_text", "text"),
    ("told_at", "timestamptz"),
)  # fmt: skip
NAMES = ", ".join(name for name, _ in COLUMNS)
INSERT_EVENTS = f"""
    INSERT INTO events_systemevent ({NAMES.replace("told_at", "dispatched_at")}, received_at, correlated_at, failures)
    SELECT {NAMES.replace("content", "content::jsonb")}, %s,
        CASE WHEN name = ANY(%s::text[]) AND test_of IS NULL THEN NULL ELSE %s::timestamptz END, 0
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in COLUMNS)}) AS row ({NAMES})
    ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
"""  # noqa: S608 - made of the constants above only
INSERT_COUNTS = """
    INSERT INTO events_eventcount (account_id, hour, product, region, name, event_type, level, status, count)
    SELECT account_id, date_trunc('hour', occurred_at, 'UTC'), product, region, name, event_type, level, status,
        count(*)
    FROM events_systemevent WHERE id = ANY(%s) AND test_of IS NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (account_id, hour, product, region, name, event_type, level, status)
    DO UPDATE SET count = events_eventcount.count + EXCLUDED.count
"""


def _cell(draft: Draft, name: str) -> object:
    value = draft.account if name == "account_id" else getattr(draft, name)
    return json.dumps(value, ensure_ascii=False) if name == "content" else value


def record(drafts: Collection[Draft], *, now: datetime) -> set[UUID]:
    """Insert the events that are not there yet and count them, tests excepted; return their ids.

    Those that open and close nothing, by the catalogue, have nothing to be correlated with.
    Must run inside a transaction: an event and its count are one thing.
    """
    if not drafts:
        return set()
    columns = [[_cell(draft, name) for draft in drafts] for name, _ in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENTS, (now, [*PARTAKING], now, *columns))
        new = [row[0] for row in cursor.fetchall()]
        if new:
            cursor.execute(INSERT_COUNTS, (new,))
    return set(new)
