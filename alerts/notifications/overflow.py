"""Overflow: what a policy may not tell yet because of its storm limit goes into one bundle with all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from alerts.notifications.gather import Gathering, close, new_bundle
from alerts.notifications.models import Decision
from alerts.notifications.running import load
from alerts.subscriptions.engine import MERGED, due_of, overflows
from alerts.subscriptions.merge import STORM
from alerts.subscriptions.models import Bundle

if TYPE_CHECKING:
    from alerts.notifications.running import Running

MOVE = """
UPDATE subscriptions_bundlemember m SET bundle_id = %(storm)s
WHERE m.bundle_id = %(bundle)s AND NOT EXISTS (
    SELECT FROM subscriptions_bundlemember o
    WHERE o.bundle_id = %(storm)s AND o.event_name = m.event_name AND o.resource = m.resource)
"""


def overflow(work: Gathering, running: Running) -> bool:
    """Let a stored bundle that is due go along with the others, if there is no room for it; return whether it did."""
    state, policy = running.state, running.audience.policy
    if state.waiting is None or not policy.merge_by or running.row.key == STORM:
        return False
    room = work.mails.room_at(running.audience, state.waiting.level)
    if room is None or not overflows(state, room_at=room, now=work.now):
        return False
    storm = work.touch(_storm(work, running))
    storm.state = storm.state.with_(state, due=room)
    storm.row.due_at = due_of(storm.state, terms=storm.terms)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"storm": storm.row.pk, "bundle": running.row.pk})
    Decision.objects.filter(bundle=running.row, batch=None).update(bundle=storm.row)
    running.state = state.but(waiting=None, due=None)
    close(work, running, why=MERGED)
    return True


def _storm(work: Gathering, running: Running) -> Running:
    """Return the bundle that takes what is above the limit; it is stored, so that others can be moved into it."""
    place = running.row.policy_id, STORM
    if place not in work.open:
        rows = Bundle.objects.filter(policy=running.row.policy_id, key=STORM, closed_at=None)
        found = load(rows.select_for_update(of=("self",)), running.audience)
        if not found:
            found = [new_bundle(work, running.audience, key=STORM, shared={})]
            found[0].row.save(force_insert=True)
            found[0].new = False
        work.open[place] = found[0]
    return work.open[place]
