"""Deliver: notifications go out through their channels. The last verb of the line.

Claim one in one statement, send outside of any transaction, settle in another statement. The claim is a lease: when its
holder dies, somebody else sends again with the same delivery id, by which a receiver can drop the repeat.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from alerts.channels import BY_KIND
from alerts.channels.base import ChannelSettings, CloudSettings, DeliveryError, Outcome, PhoneSettings
from alerts.events.models import SystemEvent
from alerts.notifications.batch_message import batch_behind, composed_batch
from alerts.notifications.claim import LIMITED, take
from alerts.notifications.direct import direct_message
from alerts.notifications.message import Composed, composed
from alerts.notifications.own import own_source
from alerts.notifications.rows import columns
from alerts.notifications.settle import record_attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.notifications.models import Decision, Notification

log = logging.getLogger(__name__)

MOST_TRIES = 12
"""How many times a lease is taken at most, counting those whose holder died."""

EVENT = f"SELECT {columns(SystemEvent, 'e')} FROM events_systemevent e WHERE id = %s AND account_id = %s"  # noqa: S608 - names of columns


def deliver_one(*, now: datetime, meanwhile: Callable[[], None] | None = None) -> bool:
    """Send one notification that is due; return whether there was one.

    `meanwhile` is called before a try that may take seconds, so that somebody else sees to the rest.
    """
    pick = take(now=now)
    if pick is None:
        return False
    notification = pick.message
    if meanwhile and not pick.healthy:
        meanwhile()
    started = time.monotonic()
    made: Composed | None = None
    try:
        _check_tries(notification)
        made = _made_of(notification)
        result: Outcome | DeliveryError = BY_KIND[notification.channel].send(
            made.message, address=json.loads(notification.address), settings=channel_settings()
        )
    except DeliveryError as error:
        result = error
    except Exception as error:
        log.exception("notification %s could not be sent", notification.pk)
        result = DeliveryError(f"Unexpected {type(error).__name__}; see the log.", permanent=False, code="Unexpected")
    took = time.monotonic() - started
    message, note = (made.message, made.note) if made else (None, None)
    record_attempt(notification, message, result, started_at=now, duration=took, note=note)
    return True


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
    if notification.tries - notification.tries_before > MOST_TRIES:
        raise DeliveryError("Every try ended without an answer.", permanent=True, code="GivenUp")


def _made_of(notification: Notification) -> Composed:
    batch = batch_behind(notification)
    decision = notification.decision
    if batch is None and decision is None:
        return Composed(direct_message(notification))
    about = batch.newest_event_id if batch else decision.event_id if decision else None
    for event in SystemEvent.objects.raw(EVENT, [about, notification.account_id]):
        event.account = notification.account
        if batch:
            return composed_batch(notification, batch, event)
        return composed(notification, event, own=own_source(notification), merged=_merged_into(notification))
    raise DeliveryError("The event is no longer kept.", permanent=True, code="EventGone")


def _merged_into(notification: Notification) -> list[Decision]:
    """Return what goes along with a message, the most urgent first; only channels with a limit merge."""
    if notification.channel not in LIMITED:
        return []
    rows = notification.merged.filter(decision__isnull=False).select_related("decision")
    return [row.decision for row in rows.order_by("urgency", "pk") if row.decision]
