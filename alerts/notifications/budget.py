"""Budget: how many messages a minute a destination bears, what waits for room, and what is merged meanwhile.

Some robots refuse everything after 20 messages in a minute. The moments of the last ones stand in the destination's
row, so that all workers agree; a fifth of the room is kept for CRITICAL. When more waits than there is room for, the
first message takes the others along, as a list in its text; their rows say into which one they went.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db import connection
from django.db.models import Q

from alerts.notifications.models import Notification

WINDOW = timedelta(seconds=65)
"""A minute as the provider counts it, and the five seconds that a message may take to get there."""
CRITICAL_SHARE: Final = float(Fraction(1, 5))
"""How much of the room only CRITICAL messages, and those that a person waits for, may use."""
FREE_FOR_ALL = 2
"""The first urgency that may not."""
MOST_MERGED = 1_000
"""Messages that one may take along."""

MERGE = """
WITH carrier AS (
    SELECT id, account_id, destination FROM notifications_notification WHERE id = %(carrier)s
), waiting AS (
    SELECT n.id FROM notifications_notification n JOIN carrier c USING (account_id, destination)
    WHERE n.state = 'PENDING' AND n.urgency IN (0, 1, 2, 3) AND n.purpose = 'EVENT' AND n.batch_id IS NULL
        AND n.id <> c.id AND n.due_at <= %(now)s AND (n.claimed_until IS NULL OR n.claimed_until <= %(now)s)
    ORDER BY n.urgency, n.due_at, n.id LIMIT %(most)s FOR UPDATE OF n SKIP LOCKED
)
UPDATE notifications_notification n
SET state = 'MERGED', merged_into_id = %(carrier)s, claimed_until = NULL, finished_at = %(now)s
WHERE (SELECT count(*) FROM waiting) > %(spare)s
    AND (n.id IN (SELECT id FROM waiting) OR n.merged_into_id IN (SELECT id FROM waiting))
"""


def merge(carrier: Notification, *, spare: int, now: datetime) -> None:
    """Let a message take along what waits for the same destination, when more waits than the `spare` room.

    What was merged into one of those goes along too. Messages without a decision always go out by themselves: those of
    policies tell of many events already.
    """
    if carrier.purpose != Notification.Purpose.EVENT or carrier.batch_id:
        return
    with connection.cursor() as cursor:
        cursor.execute(MERGE, {"carrier": carrier.pk, "spare": spare, "now": now, "most": MOST_MERGED})


def put_off(found: Notification, *, until: datetime, now: datetime) -> None:
    """Let what is due for the destination of a message wait until it has room again; no attempt is counted.

    CRITICAL messages have more room, and are not put off because of others.
    """
    urgent = Q(urgency__lt=FREE_FOR_ALL)
    due = Notification.objects.due(now=now).filter(account=found.account_id, destination=found.destination)
    due.filter(urgent if found.urgency < FREE_FOR_ALL else ~urgent).update(due_at=until)
