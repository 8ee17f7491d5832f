"""Speak: bundles that are due say what they have to say: waits that ended, repeats, escalations, recoveries.

A bundle is due by its `due_at`, or because its incidents stand otherwise than when it was looked at last. Each policy
is worked on in a transaction of its own, by whoever has locked it; a bundle that breaks it waits, the others go on.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from alerts.notifications.audience import audiences_of, locked_policies
from alerts.notifications.gather import Gathering, advance, close, write
from alerts.notifications.models import Decision
from alerts.notifications.overflow import overflow
from alerts.notifications.running import Mails, by_policy, load, put_back
from alerts.subscriptions.models import Bundle, SubscriptionPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

log = logging.getLogger(__name__)

BATCH = 200
DISABLED = "policy-disabled"
# Locks nothing but what it moves, and skips what somebody works on: that looks at the incidents itself.
WAKE = """
UPDATE subscriptions_bundle SET due_at = %(now)s WHERE id IN (
    SELECT bundle.id FROM subscriptions_bundle bundle CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(i.state <> 'CLOSED'), false) AS lasting,
            coalesce(bool_and(greatest(i.acknowledged_until, i.snoozed_until) > %(now)s IS TRUE)
                FILTER (WHERE i.state <> 'CLOSED'), false) AS held
        FROM subscriptions_bundlemember m JOIN incidents_incident i ON i.id = m.incident_id
        WHERE m.bundle_id = bundle.id) seen
    WHERE bundle.closed_at IS NULL AND (bundle.due_at IS NULL OR bundle.due_at > %(now)s)
        AND (bundle.state ->> 'tracked')::boolean
        AND (seen.lasting <> coalesce((bundle.state ->> 'lasting')::boolean, false)
            OR (seen.held AND NOT coalesce((bundle.state ->> 'held')::boolean, false)
                AND bundle.state ->> 'told_at' IS NOT NULL)
            OR (NOT seen.held AND coalesce((bundle.state ->> 'held')::boolean, false)))
    ORDER BY bundle.id FOR UPDATE OF bundle SKIP LOCKED)
"""
# An event that ends something finds the bundle open when it is dispatched, and is told by the recovery; so that waits
# for it. The incidents stay as they are seen here until the transaction ends.
ENDING = """
WITH seen AS (
    SELECT m.bundle_id, i.closing FROM subscriptions_bundlemember m JOIN incidents_incident i ON i.id = m.incident_id
    WHERE m.bundle_id = ANY(%s) ORDER BY i.id FOR SHARE OF i
)
SELECT seen.bundle_id FROM seen JOIN events_systemevent e ON e.id = seen.closing
WHERE e.dispatched_at IS NULL AND e.failures = 0
"""


def speak_batch(*, now: datetime) -> int:
    """Let up to 200 bundles that are due say what they have to say; return how many were worked on."""
    with connection.cursor() as cursor:
        cursor.execute(WAKE, {"now": now})
    rows = Bundle.objects.filter(closed_at=None, due_at__lte=now).order_by("due_at", "pk")[:BATCH]
    return sum(_speak(policy, found, now=now) for policy, found in sorted(by_policy(rows).items()))


def _speak(policy: int, rows: Sequence[Bundle], *, now: datetime) -> int:
    keys = [row.pk for row in rows]
    try:
        return _one_policy(policy, keys, now=now)
    except Exception:
        log.exception("bundles of a subscription policy could not speak; trying them one by one")
        return sum(_alone(policy, row, now=now) for row in rows)


def _alone(policy: int, row: Bundle, *, now: datetime) -> int:
    try:
        return _one_policy(policy, [row.pk], now=now)
    except Exception:
        log.exception("bundle %s could not speak", row.pk)
        put_back(row, now=now)
        return 0


@transaction.atomic
def _one_policy(key: int, bundles: Sequence[int], *, now: datetime) -> int:
    policies = locked_policies([key], skip_locked=True)
    if not policies:
        return 0
    audience = audiences_of(policies)[key]
    rows = Bundle.objects.filter(pk__in=bundles, closed_at=None, due_at__lte=now).order_by("pk")
    locked = list(rows.select_for_update(of=("self",)))
    ending = _ending(locked)
    work = Gathering(now, Mails(now=now))
    for running in load([row for row in locked if row.pk not in ending], audience):
        work.open[key, running.row.key] = work.touch(running)
    for running in list(work.touched.values()):
        if policies[0].state != SubscriptionPolicy.State.ENABLED:
            close(work, running, why=DISABLED)
        elif not overflow(work, running):
            advance(work, running)
    if policies[0].state != SubscriptionPolicy.State.ENABLED:
        never_told([running.row.pk for running in work.touched.values()], why=DISABLED)
    write(work)
    return len(work.touched)


def _ending(rows: Sequence[Bundle]) -> set[int]:
    """Return which bundles wait for an event that ended something of theirs and is not dispatched yet."""
    with connection.cursor() as cursor:
        cursor.execute(ENDING, [[row.pk for row in rows]])
        return {key for (key,) in cursor.fetchall()}


def never_told(bundles: Iterable[int], *, why: str) -> None:
    """Let what waits in bundles to be told say that it never will be."""
    waiting = Decision.objects.filter(bundle__in=bundles, batch=None, verdict=Decision.Verdict.GATHERED)
    waiting.update(verdict=Decision.Verdict.MUTED, reason=why)
