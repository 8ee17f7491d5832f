"""Claim: which message goes out next, and the lease on it. One statement, whatever else waits.

What waits forms lanes: one for each destination and urgency. A claim looks at the first message of each lane and not at
those behind it, so its cost grows with the destinations that wait and not with the messages. Claims take turns (an
advisory lock of the database), so that what they count is true: how much is under way, and how much of a limit is used.

A destination that answers gets up to MOST_AT_ONCE messages at once. One that is unknown, that failed last, or that has
kept a message for longer than SLOW is suspect: it gets one at a time, and all suspects together at most half the pool.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from alerts.accounts.models import CloudAccount
from alerts.channels import CHANNELS
from alerts.notifications.budget import CRITICAL_SHARE, WINDOW, merge, put_off
from alerts.notifications.models import Decision, Notification
from alerts.notifications.rows import columns, fetch_prepared, read
from alerts.rules.models import AlertRule

if TYPE_CHECKING:
    from collections.abc import Iterator

LEASE = timedelta(seconds=30)
POOL = 32
"""Messages that are on their way at a time; the pool of workers has as many threads."""
MOST_AT_ONCE = 4
"""How many messages are on their way to one destination at a time: a slow one must not take every worker."""
SLOW = timedelta(seconds=1)
"""A destination with a message under way for longer is suspect until it answers."""
PROBE_EVERY = timedelta(minutes=15)
DIRECT = 1
"""The urgency of messages without a decision: somebody waits for them, so they go to paused destinations too."""
LANES = 100
"""Lanes with something to send that are compared; the most urgent ones come first."""

LIMITED = {each.kind: each.limits.per_minute for each in CHANNELS if each.limits.per_minute}
"""Messages a minute, of those channels that know a limit."""

TURN = "SELECT pg_advisory_xact_lock(hashtext('kmsconsole.claim'))"
CLAIM = """
WITH RECURSIVE lane(urgency, destination) AS (
    (SELECT urgency, destination FROM notifications_notification WHERE state = 'PENDING'
     ORDER BY urgency, destination LIMIT 1)
    UNION ALL
    SELECT behind.urgency, behind.destination FROM lane CROSS JOIN LATERAL (
        SELECT other.urgency, other.destination FROM notifications_notification other
        WHERE other.state = 'PENDING' AND (other.urgency, other.destination) > (lane.urgency, lane.destination)
        ORDER BY other.urgency, other.destination LIMIT 1) behind
), busy AS MATERIALIZED (
    SELECT b.account_id, b.destination, b.under_way,
        coalesce(d.failures = 0 AND d.last_outcome <> '', false) AND b.ends > %(slow)s AS healthy
    FROM (SELECT account_id, destination, count(*) AS under_way, min(claimed_until) AS ends
          FROM notifications_notification WHERE state = 'PENDING' AND claimed_until > %(now)s
          GROUP BY account_id, destination) b
    LEFT JOIN notifications_destination d USING (account_id, destination)
), taken AS MATERIALIZED (
    SELECT coalesce(sum(under_way), 0) AS whole, coalesce(sum(under_way) FILTER (WHERE NOT healthy), 0) AS suspect
    FROM busy
), first AS MATERIALIZED (
    SELECT message.id, message.due_at, lane.urgency, standing.*
    FROM lane CROSS JOIN taken CROSS JOIN LATERAL (
        SELECT n.id, n.due_at, n.account_id, n.destination FROM notifications_notification n
        WHERE n.state = 'PENDING' AND n.urgency = lane.urgency AND n.destination = lane.destination
            AND n.due_at <= %(now)s AND (n.claimed_until IS NULL OR n.claimed_until <= %(now)s)
        ORDER BY n.due_at, n.id LIMIT 1) message
    LEFT JOIN LATERAL (
        SELECT d.failures, d.last_outcome, d.paused_at, d.probe_at FROM notifications_destination d
        WHERE d.account_id = message.account_id AND d.destination = message.destination) known ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.under_way), 0) AS under_way, coalesce(bool_and(b.healthy), true)
            AND coalesce(known.failures = 0 AND known.last_outcome <> '', false) AS healthy,
            coalesce(known.failures, 0) > 0 AS failing
        FROM busy b WHERE b.account_id = message.account_id AND b.destination = message.destination) standing
    WHERE CASE
        WHEN standing.healthy THEN standing.under_way < %(most)s AND (standing.under_way = 0 OR whole < %(half)s)
        ELSE standing.under_way = 0 AND suspect < %(half)s AND (known.paused_at IS NULL OR known.probe_at <= %(now)s
            OR lane.urgency = %(direct)s)
        END
    LIMIT %(lanes)s
), picked AS (
    SELECT n.id, n.account_id, n.destination, n.channel, n.masked, n.urgency, n.decision_id, first.healthy
    FROM first JOIN notifications_notification n ON n.id = first.id
    ORDER BY first.urgency, NOT first.healthy, first.failing, first.under_way, first.due_at, first.id
    LIMIT 1 FOR UPDATE OF n SKIP LOCKED
), room AS MATERIALIZED (
    SELECT p.*, l.per_minute - CASE WHEN p.urgency < 2 THEN 0 ELSE ceil(l.per_minute * %(reserved)s)::int END AS most,
        ARRAY(SELECT at FROM notifications_destination d, unnest(d.recent) AS at
              WHERE d.account_id = p.account_id AND d.destination = p.destination
                  AND l.per_minute IS NOT NULL AND at > %(window)s ORDER BY at) AS recent
    FROM picked p LEFT JOIN unnest(%(kinds)s::text[], %(limits)s::int[]) AS l(channel, per_minute) USING (channel)
), verdict AS MATERIALIZED (
    SELECT *, cardinality(recent) AS used, CASE WHEN cardinality(recent) >= most
        THEN recent[cardinality(recent) - most + 1] + %(width)s END AS room_at
    FROM room
), spent AS (
    INSERT INTO notifications_destination
        (account_id, destination, channel, masked, recent, failures, last_outcome, last_answer)
    SELECT account_id, destination, channel, masked, recent || %(now)s, 0, '', '' FROM verdict
    WHERE room_at IS NULL AND (most IS NOT NULL OR EXISTS (
        SELECT FROM notifications_destination d WHERE d.account_id = verdict.account_id
            AND d.destination = verdict.destination AND d.paused_at IS NOT NULL))
    ON CONFLICT (account_id, destination) DO UPDATE SET recent = EXCLUDED.recent,
        probe_at = CASE WHEN notifications_destination.paused_at IS NULL THEN NULL ELSE %(probe)s END
)
UPDATE notifications_notification n SET
    claimed_until = CASE WHEN room_at IS NULL THEN %(lease)s ELSE NULL END,
    tries = n.tries + (room_at IS NULL)::int,
    due_at = coalesce(room_at, n.due_at)
FROM verdict JOIN accounts_cloudaccount account ON account.uid = verdict.account_id
    LEFT JOIN notifications_decision decision ON decision.id = verdict.decision_id
    LEFT JOIN rules_alertrule rule ON rule.id = decision.rule_id
WHERE n.id = verdict.id
RETURNING room_at, most - used - 1, healthy, """ + ", ".join(  # noqa: S608 - names of columns
    (
        columns(Notification, "n"),
        columns(CloudAccount, "account"),
        columns(Decision, "decision"),
        "rule.id",
        "rule.mute_for",
    )
)


class Pick(NamedTuple):
    """What a claim found: a message to send, or one whose destination has no room before `room_at`."""

    message: Notification
    room_at: datetime | None
    spare: int | None
    """Messages that may go to the destination within this minute besides this one; None where no limit is known."""
    healthy: bool
    """Whether the destination is expected to answer soon."""


def claim(*, now: datetime) -> Notification | None:
    """Take the lease of the most urgent message that is due and whose destination has room; None when there is none.

    It comes with its account, its decision, and of the rule what a message tells of it.
    """
    pick = take(now=now)
    return pick.message if pick else None


def take(*, now: datetime) -> Pick | None:
    """Claim, and tell whether the destination is expected to answer soon."""
    while pick := _pick(now=now):
        if pick.room_at is None:
            if pick.spare is not None:
                merge(pick.message, spare=pick.spare, now=now)
            return pick
        put_off(pick.message, until=pick.room_at, now=now)
    return None


def _pick(*, now: datetime) -> Pick | None:
    values = {
        "now": now,
        "lease": now + LEASE,
        "slow": now + LEASE - SLOW,
        "probe": now + PROBE_EVERY,
        "window": now - WINDOW,
        "width": WINDOW,
        "most": MOST_AT_ONCE,
        "half": POOL // 2,
        "lanes": LANES,
        "direct": DIRECT,
        "reserved": CRITICAL_SHARE,
        "kinds": [*LIMITED],
        "limits": [*LIMITED.values()],
    }
    # Two statements with one answer: the turn is taken before the other looks, and lasts until the lease is committed.
    row = fetch_prepared((TURN, {}), (CLAIM, values))
    return Pick(_message(iter(row[3:])), *row[:3]) if row else None


def _message(values: Iterator[object]) -> Notification:
    message, account, decision = read(Notification, values), read(CloudAccount, values), read(Decision, values)
    assert message is not None
    assert account is not None
    message.account, message.decision = account, decision
    if decision and decision.rule_id:
        decision.rule = AlertRule.from_db(None, ["id", "mute_for"], [*values])
    return message
