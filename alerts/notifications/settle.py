"""Settle: what became of one try. Attempt, message and the health of the destination are written in one statement.

Whoever lost the lease meanwhile, or whose message was stopped, has nothing to say about it any more, unless it went out
after all. A try at a paused destination that may yet pass leaves the message waiting, and none of its tries is used up.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from alerts.channels.base import DeliveryError, Outcome
from alerts.notifications import health
from alerts.notifications.direct import kept_text
from alerts.notifications.models import Attempt, Notification
from alerts.notifications.rows import fetch_prepared

if TYPE_CHECKING:
    from alerts.channels.base import Message

State = Notification.State
Tried = Attempt.Outcome

ENDS = {Tried.ACCEPTED: State.SENT, Tried.KEPT: State.KEPT, Tried.UNKNOWN: State.UNKNOWN, Tried.FAILED: State.FAILED}
LONGEST_WAIT = 3600.0
"""Seconds that a receiver may ask us to wait at most."""
WORD = re.compile(r"\w+")
OWN_CODES = frozenset({"EventGone", "GivenUp", "Unexpected", "SettingInvalid"})
"""Failures on this side, which say nothing of the destination."""

SETTLE = """
WITH paused AS MATERIALIZED (
    SELECT %(for_now)s AND EXISTS (SELECT FROM notifications_destination WHERE account_id = %(account)s
        AND destination = %(destination)s AND paused_at IS NOT NULL) AS waits
), attempt AS (
    INSERT INTO notifications_attempt
        (notification_id, number, started_at, duration, outcome, code, request, detail)
    SELECT n.id, %(number)s, %(started)s, %(duration)s, CASE WHEN waits THEN 'RETRY' ELSE %(outcome)s END,
        %(code)s, %(request)s, %(detail)s
    FROM notifications_notification n CROSS JOIN paused WHERE n.id = %(id)s
    ON CONFLICT (notification_id, number) DO NOTHING
), settled AS (
    UPDATE notifications_notification n SET
        state = CASE WHEN waits THEN 'PENDING' ELSE %(state)s END, claimed_until = NULL,
        finished_at = CASE WHEN waits OR %(state)s = 'PENDING' THEN n.finished_at ELSE %(ended)s END,
        due_at = CASE WHEN waits THEN n.due_at ELSE coalesce(%(due)s, n.due_at) END,
        tries_before = CASE WHEN waits THEN n.tries ELSE n.tries_before END,
        answer = %(answer)s, subject = coalesce(%(subject)s, n.subject), text = coalesce(%(text)s, n.text),
        note = coalesce(%(note)s, n.note)
    FROM paused WHERE n.id = %(id)s AND (n.state = 'PENDING' AND n.tries = %(number)s
        OR n.state IN ('PENDING', 'STOPPED') AND %(arrived)s)
)
INSERT INTO notifications_destination AS d
    (account_id, destination, channel, masked, recent, failures, failing_since, last_at, last_outcome, last_answer)
SELECT %(account)s, %(destination)s, %(channel)s, %(masked)s, '{}', %(failed)s::int,
    CASE WHEN %(failed)s THEN %(ended)s END, %(ended)s, %(outcome)s, %(answer)s
WHERE %(telling)s
ON CONFLICT (account_id, destination) DO UPDATE SET
    masked = EXCLUDED.masked, last_at = EXCLUDED.last_at, last_outcome = EXCLUDED.last_outcome,
    last_answer = EXCLUDED.last_answer,
    failures = CASE WHEN %(failed)s THEN d.failures + 1 WHEN %(well)s THEN 0 ELSE d.failures END,
    failing_since = CASE WHEN %(failed)s THEN coalesce(d.failing_since, %(ended)s)
        WHEN NOT %(well)s THEN d.failing_since END,
    paused_at = CASE WHEN NOT %(well)s THEN d.paused_at END,
    probe_at = CASE WHEN NOT %(well)s THEN d.probe_at END
RETURNING failures, failing_since, paused_at
"""


def record_attempt(
    notification: Notification,
    message: Message | None,
    result: Outcome | DeliveryError,
    *,
    started_at: datetime,
    duration: float,
    note: str | None = None,
) -> None:
    """Record the try and what is to become of the message; pause the destination when it has failed for long.

    `duration` is in seconds. `note` is what was done otherwise than asked; None leaves what stands there.
    """
    ended_at = started_at + timedelta(seconds=duration)
    outcome, detail = _outcome(notification, result)
    values = {
        "id": notification.pk,
        "number": notification.tries,
        "started": started_at,
        "ended": ended_at,
        "duration": duration,
        "outcome": outcome.value,
        "code": result.code[:32],
        "detail": detail,
        "answer": answer_of(result)[:512],
        "state": State.PENDING.value if outcome == Tried.RETRY else ENDS[outcome].value,
        "due": _due_at(notification, result, now=ended_at) if outcome == Tried.RETRY else None,
        "note": note,
    }
    told = {**values, **_said(notification, message, result), **_telling(notification, result)}
    row = fetch_prepared((SETTLE, told))
    if row:
        health.look(notification, *row, now=ended_at)


def answer_of(result: Outcome | DeliveryError) -> str:
    """Return in one line what came of a try: the code, unless the sentence names it, and what the other side said."""
    sentence, body = (result.reason, result.detail) if isinstance(result, DeliveryError) else (result.detail, "")
    code = "" if result.code in WORD.findall(sentence) else result.code
    said = f"It said: {body}" if body.strip() else ""
    return " ".join(f"{code} {sentence} {said}".split())


def _said(
    notification: Notification, message: Message | None, result: Outcome | DeliveryError
) -> dict[str, str | None]:
    # A confirmation holds a link that only its receiver may know: neither text nor request of it is kept.
    secret = notification.purpose == Notification.Purpose.CONFIRMATION
    return {
        "request": "" if secret else result.request,
        "subject": message.subject[:256] if message else None,
        "text": kept_text(notification, message) if message else None,
    }


def _telling(notification: Notification, result: Outcome | DeliveryError) -> dict[str, object]:
    """Return what the result says of the destination. UNKNOWN says that it answers, but not that it is well."""
    failed = isinstance(result, DeliveryError)
    return {
        "account": notification.account_id,
        "destination": notification.destination,
        "channel": notification.channel,
        "masked": notification.masked,
        "failed": failed,
        "arrived": not failed,
        "well": isinstance(result, Outcome) and result.status != "UNKNOWN",
        "for_now": isinstance(result, DeliveryError)
        and not result.permanent
        and notification.purpose == Notification.Purpose.EVENT,
        "telling": result.code not in OWN_CODES,
    }


def _outcome(notification: Notification, result: Outcome | DeliveryError) -> tuple[Tried, str]:
    if isinstance(result, Outcome):
        return Tried(result.status), result.detail
    tries = notification.tries - notification.tries_before
    gives_up = result.permanent or tries > len(settings.DELIVERY_RETRIES)
    said = f"{result.reason}\n{result.detail}".strip()
    return (Tried.FAILED if gives_up else Tried.RETRY), said


def _due_at(notification: Notification, result: Outcome | DeliveryError, *, now: datetime) -> datetime:
    planned: float = settings.DELIVERY_RETRIES[notification.tries - notification.tries_before - 1]
    asked = result.retry_after if isinstance(result, DeliveryError) and result.retry_after else 0.0
    return now + timedelta(seconds=max(planned, min(asked, LONGEST_WAIT)))
