"""Deliver: notifications go out through their channels. The last verb of the line.

Claim one in a short transaction, send outside of any, record in another. The claim is a lease: when its holder dies,
somebody else sends again with the same delivery id, by which a receiver can drop the repeat.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from alerts.channels import BY_KIND
from alerts.channels.base import ChannelSettings, CloudSettings, DeliveryError, Outcome, PhoneSettings
from alerts.events.models import SystemEvent
from alerts.notifications.direct import direct_message, kept_text
from alerts.notifications.message import compose
from alerts.notifications.models import Attempt, Notification

if TYPE_CHECKING:
    from alerts.channels.base import Message

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 4
"""How many messages are on their way to one destination at a time: a slow one must not take every worker."""
MOST_TRIES = 12
"""How many times a lease is taken at most, counting those whose holder died."""

State = Notification.State


def deliver_one(*, now: datetime) -> bool:
    """Send one notification that is due; return whether there was one."""
    notification = claim(now=now)
    if notification is None:
        return False
    started = time.monotonic()
    message: Message | None = None
    try:
        _check_tries(notification)
        message = _message_of(notification)
        result: Outcome | DeliveryError = BY_KIND[notification.channel].send(
            message, address=json.loads(notification.address), settings=channel_settings()
        )
    except DeliveryError as error:
        result = error
    except Exception as error:
        log.exception("notification %s could not be sent", notification.pk)
        result = DeliveryError(f"Unexpected {type(error).__name__}; see the log.", permanent=False, code="Unexpected")
    record_attempt(notification, message, result, started_at=now, duration=time.monotonic() - started)
    return True


@transaction.atomic
def claim(*, now: datetime) -> Notification | None:
    """Take the lease of the notification that waits longest and whose destination is not busy."""
    due = Notification.objects.due(now=now).exclude(destination__in=_busy(now=now))
    found = due.select_for_update(skip_locked=True, of=("self",)).select_related("decision").order_by("due_at").first()
    if found:
        found.claimed_until = now + LEASE
        found.tries += 1
        found.save(update_fields=["claimed_until", "tries"])
    return found


def _busy(*, now: datetime) -> list[str]:
    claimed = Notification.objects.filter(state=State.PENDING, claimed_until__gt=now)
    counted = claimed.values("destination").annotate(under_way=Count("pk")).filter(under_way__gte=MOST_AT_ONCE)
    return [row["destination"] for row in counted]


def channel_settings() -> ChannelSettings:
    """Return what the channels must know of this installation."""
    key_id, _colon, key_secret = settings.CLOUD_ACCESS_KEY.partition(":")
    return ChannelSettings(
        smtp_url=settings.SMTP_URL,
        mail_from=settings.MAIL_FROM,
        outgoing_allow=settings.OUTGOING_ALLOW,
        timeout=settings.DELIVERY_TIMEOUT,
        version=settings.VERSION,
        phone=PhoneSettings(**settings.PHONE),
        cloud=CloudSettings(access_key_id=key_id, access_key_secret=key_secret, endpoint=settings.CLOUD_ENDPOINT),
    )


def _check_tries(notification: Notification) -> None:
    # A message that kills whoever sends it must not come back for ever.
    if notification.tries > MOST_TRIES:
        raise DeliveryError("Every try ended without an answer.", permanent=True, code="GivenUp")


def _message_of(notification: Notification) -> Message:
    if notification.decision is None:
        return direct_message(notification)
    event = SystemEvent.objects.filter(id=notification.decision.event_id, account=notification.account_id).first()
    if event is None:
        raise DeliveryError("The event is no longer kept.", permanent=True, code="EventGone")
    return compose(notification, event)


@transaction.atomic
def record_attempt(
    notification: Notification,
    message: Message | None,
    result: Outcome | DeliveryError,
    *,
    started_at: datetime,
    duration: float,
) -> None:
    """Record the try, and what is to become of the notification. `duration` is in seconds."""
    row = Notification.objects.select_for_update().get(pk=notification.pk)
    outcome, detail = _outcome(notification, result)
    told = {
        "started_at": started_at,
        "duration": duration,
        "outcome": outcome,
        "code": result.code[:32],
        "detail": detail,
    }
    Attempt.objects.get_or_create(notification=row, number=notification.tries, defaults=told)
    # Whoever lost the lease meanwhile has nothing to say any more, unless the message went out after all.
    if row.state == State.PENDING and (row.tries == notification.tries or isinstance(result, Outcome)):
        ended_at = started_at + timedelta(seconds=duration)
        _settle(row, outcome, result, message, detail, now=ended_at)


def _outcome(notification: Notification, result: Outcome | DeliveryError) -> tuple[Attempt.Outcome, str]:
    if isinstance(result, Outcome):
        return Attempt.Outcome(result.status), result.detail
    gives_up = result.permanent or notification.tries > len(settings.DELIVERY_RETRIES)
    said = f"{result.reason}\n{result.detail}".strip()
    return (Attempt.Outcome.FAILED if gives_up else Attempt.Outcome.RETRY), said


def _settle(
    row: Notification,
    outcome: Attempt.Outcome,
    result: Outcome | DeliveryError,
    message: Message | None,
    detail: str,
    *,
    now: datetime,
) -> None:
    row.claimed_until = None
    row.answer = f"{result.code} {detail}".strip()[:512]
    if message:
        row.subject, row.text = message.subject[:256], kept_text(row, message)
    if outcome == Attempt.Outcome.RETRY:
        planned = settings.DELIVERY_RETRIES[row.tries - 1]
        asked = result.retry_after if isinstance(result, DeliveryError) and result.retry_after else 0
        row.due_at = now + timedelta(seconds=max(planned, min(asked, 3600)))
    else:
        row.state = ENDS[outcome]
        row.finished_at = now
    row.save()


ENDS = {
    Attempt.Outcome.ACCEPTED: State.SENT,
    Attempt.Outcome.KEPT: State.KEPT,
    Attempt.Outcome.FAILED: State.FAILED,
}
