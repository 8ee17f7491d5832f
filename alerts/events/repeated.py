"""Repeated searches: programs ask the same thing again and again, of another account or another time.

To write a question out as SQL takes longer than to answer it. Here it is written out once, with marks in the places of
account and time, and then asked as often as somebody wants to know.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from alerts.events.identity import first_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.events.filters import SystemEventFilter
    from alerts.events.forms import Period

ACCOUNT = f"the account {uuid.uuid4()}"
"""Stands for the account while a search is written out; nobody can ask for such a text."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search without account and time. `marks` says for each parameter of the SQL what it stands for, if anything."""

    sql: str
    parameters: tuple[object, ...]
    marks: tuple[str, ...]
    fields: tuple[str, ...]

    def page(self, account: str, period: Period, *, first: int, last: int) -> list[dict[str, Any]]:
        """Return the events of this account and period from the `first` to the `last`, newest first."""
        told = {"account": account, "start": first_id(period.start), "end": first_id(period.end)}
        filled: list[Any] = [told.get(mark, given) for mark, given in zip(self.marks, self.parameters, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(f"{self.sql} LIMIT %s OFFSET %s", [*filled, last - first, first])
            rows = [dict(zip(self.fields, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            row["content"] = json.loads(row["content"])
        return rows


def written_out(search: SystemEventFilter, fields: Sequence[str]) -> Question:
    """Return the question that a search is, with these fields, of which `content` must be one.

    The search must be valid, narrow the events of `ACCOUNT`, and look at no text.
    """
    period = search.period_asked()
    query = search.qs.newest_first().values(*fields).query
    sql, parameters = query.sql_with_params()
    known = {ACCOUNT: "account", first_id(period.start): "start", first_id(period.end): "end"}
    return Question(sql, parameters, tuple(known.get(each, "") for each in parameters), tuple(fields))
