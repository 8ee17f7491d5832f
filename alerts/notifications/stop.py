"""Stop: what somebody has taken on is not told any more, from the moment at which that is committed.

Three locks in one order make it so: the incident's row, which dispatch holds while it decides (then it waits for us, or
we for it); the turn of the claims, so that no claim looks while we write; the rows of the messages. Every message that
is not finished becomes STOPPED, those under way too: no claim takes one again. One that goes out all the same, because
it was under way, is recorded as what it became.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from alerts.incidents import verbs
from alerts.notifications.claim import TURN

if TYPE_CHECKING:
    from alerts.accounts.models import CloudAccount
    from alerts.incidents.models import Incident

# A batch is stopped when nothing of it is left that nobody has taken on. What a stopped message carried along for
# others goes its own way again; what is carried by another message leaves it.
STOP = """
WITH held AS (
    SELECT batch.id FROM subscriptions_batch batch
    WHERE batch.kind NOT IN ('RECOVERY', 'DIGEST') AND batch.bundle_id IN (
        SELECT m.bundle_id FROM subscriptions_bundlemember m WHERE m.incident_id = %(incident)s)
    AND NOT EXISTS (
        SELECT FROM subscriptions_bundlemember m LEFT JOIN incidents_incident i ON i.id = m.incident_id
        WHERE m.bundle_id = batch.bundle_id AND (m.incident_id IS NULL OR i.state <> 'CLOSED'
            AND greatest(i.acknowledged_until, i.snoozed_until) > %(now)s IS NOT TRUE))
), wanted AS (
    SELECT n.id, n.claimed_until > %(now)s AS under_way FROM notifications_notification n
    WHERE n.state = 'PENDING' AND NOT n.recovery
        AND (n.incident_id = %(incident)s OR n.batch_id IN (SELECT id FROM held))
    ORDER BY n.id FOR UPDATE
), carried AS (
    SELECT n.id FROM notifications_notification n
    JOIN notifications_notification carrier ON carrier.id = n.merged_into_id
    WHERE n.state = 'MERGED' AND n.incident_id = %(incident)s AND NOT n.recovery AND carrier.state = 'PENDING'
        AND carrier.claimed_until > %(now)s IS NOT TRUE
), released AS (
    UPDATE notifications_notification n SET state = 'PENDING', merged_into_id = NULL, finished_at = NULL
    WHERE n.state = 'MERGED' AND n.incident_id IS DISTINCT FROM %(incident)s
        AND n.merged_into_id IN (SELECT id FROM wanted)
), stopped AS (
    UPDATE notifications_notification n
    SET state = 'STOPPED', merged_into_id = NULL, finished_at = %(now)s, answer = %(why)s
    WHERE n.id IN (SELECT id FROM wanted UNION SELECT id FROM carried) RETURNING n.id
)
SELECT (SELECT count(*) FROM stopped), (SELECT count(*) FROM wanted WHERE under_way)
"""


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many messages will not be sent, and how many were already under way and may still arrive."""

    stopped: int
    under_way: int


def acknowledge(
    account: CloudAccount, pk: int, *, by: str, until: datetime, now: datetime, version: int | None = None
) -> Stopped:
    """Acknowledge an incident and stop what is not sent yet, in one transaction. Raises verbs.Refused."""
    with transaction.atomic():
        with verbs.held(account, pk, version=version, now=now) as incident:
            verbs.acknowledge(incident, by=by, until=until, now=now)
        return stop(incident, why="acknowledged", now=now)


def snooze(
    account: CloudAccount, pk: int, *, by: str, until: datetime, now: datetime, version: int | None = None
) -> Stopped:
    """Snooze an incident and stop what is not sent yet, in one transaction. Raises verbs.Refused."""
    with transaction.atomic():
        with verbs.held(account, pk, version=version, now=now) as incident:
            verbs.snooze(incident, by=by, until=until, now=now)
        return stop(incident, why="snoozed", now=now)


def stop(incident: Incident, *, why: str, now: datetime) -> Stopped:
    """Stop every message of an incident that is not finished; the caller holds the incident's row."""
    with connection.cursor() as cursor:
        # A statement of its own, so that the other sees what was written while we waited for our turn.
        cursor.execute(TURN)
        cursor.execute(STOP, {"incident": incident.pk, "why": why, "now": now})
        stopped, under_way = cursor.fetchone()
    return Stopped(stopped - under_way, under_way)
