"""Collect: observations become facts, each once, committed before anybody is told that they were accepted."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from alerts.facts.models import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.sources.base import Observation

ESTATE = "estate"

INSERT = """
    INSERT INTO facts_fact (
        id, account_id, origin, source, external_id, type, region, resource, occurred_at, received_at, data, failures,
        error
    )
    SELECT number, %s, %s, source, external_id, type, region, resource, occurred_at, %s, data::jsonb, 0, ''
    FROM (
        SELECT nextval(pg_get_serial_sequence('facts_fact', 'id')) AS number, sent.*
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
            WITH ORDINALITY AS sent (source, external_id, type, region, resource, occurred_at, data, place)
        OFFSET 0
    ) AS row
    ORDER BY source, external_id, place
    ON CONFLICT (account_id, source, external_id) DO NOTHING
    RETURNING id
"""
# Numbered in the order in which they were sent, inserted in the order of their keys: two callers with the same facts in
# different orders wait for each other and never deadlock.


@dataclass(frozen=True, slots=True)
class Collected:
    """How many observations became facts, and how many were already known."""

    accepted: int
    duplicates: int


def collect(account: CloudAccount, observations: Sequence[Observation], *, origin: str, now: datetime) -> Collected:
    """Store each observation that is not yet known, in one statement and in the order in which they were sent.

    Two callers with the same batch at the same moment wait for each other on the unique key: one of them stores it,
    the other counts duplicates.
    """
    if not observations:
        return Collected(accepted=0, duplicates=0)
    rows = observations
    columns = (
        [seen.source for seen in rows],
        [seen.id for seen in rows],
        [seen.type for seen in rows],
        [seen.region for seen in rows],
        [seen.resource for seen in rows],
        [seen.occurred_at for seen in rows],
        [json.dumps(seen.data, ensure_ascii=False) for seen in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT, (account.pk, origin, now, *columns))
        accepted = cursor.rowcount
    return Collected(accepted=accepted, duplicates=len(rows) - accepted)


def record_fact(
    account: CloudAccount,
    *,
    fact_type: str,
    region: str,
    resource: str,
    now: datetime,
    data: Mapping[str, object],
    occurred_at: datetime | None = None,
) -> Fact:
    """Record, inside the verb's transaction, what one of our own verbs did or what came to its end at `occurred_at`."""
    return Fact.objects.create(
        account=account,
        origin=ESTATE,
        source=f"acs:kms:{region}:{account.pk}",
        external_id=str(uuid.uuid4()),
        type=fact_type,
        region=region,
        resource=resource,
        occurred_at=occurred_at or now,
        received_at=now,
        data=dict(data),
    )
