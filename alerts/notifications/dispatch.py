"""Dispatch: every rule decides about every event, and each decision to tell becomes notifications. A verb of the line.

A batch of events is claimed, matched against the enabled rules of its accounts, and what comes of it is written in one
transaction; the subscription policies do their part in `gather`. An event that breaks its batch is set aside, so that
it never stops the ones behind it.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.events.models import SystemEvent
from alerts.notifications.decide import decide
from alerts.notifications.gather import gather, told_ids
from alerts.notifications.models import Decision, Notification
from alerts.notifications.rule_digests import wait_for_digests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.notifications.recipients import Recipient

log = logging.getLogger(__name__)

BATCH = 500
LONGEST_WAIT = timedelta(hours=1)


def dispatch_batch(*, now: datetime) -> int:
    """Decide about up to 500 events; return how many were worked on."""
    try:
        with transaction.atomic():
            return _dispatch(_claimed(now=now), now=now)
    except Exception:
        log.exception("a batch of events could not be dispatched; trying them one by one")
        return _one_by_one(now=now)


def _claimed(*, now: datetime, **only: object) -> list[SystemEvent]:
    waiting = SystemEvent.objects.undispatched(now=now).filter(**only)
    return list(waiting.select_for_update(skip_locked=True)[:BATCH])


def _dispatch(events: Sequence[SystemEvent], *, now: datetime) -> int:
    if events:
        gathered = told_ids(gather(events, now=now))
        decided = [each for each in decide(events, now=now) if each[0].rule_name or each[0].event_id not in gathered]
        decided = wait_for_digests(decided, now=now)
        Decision.objects.bulk_create([decision for decision, _ in decided])
        Notification.objects.bulk_create(
            [
                _notification(decision, recipient, now=now)
                for decision, recipients in decided
                for recipient in recipients
            ]
        )
        ids = [event.id for event in events]
        SystemEvent.objects.filter(id__gte=ids[0], id__lte=ids[-1], id__in=ids).update(dispatched_at=now)
    return len(events)


def _notification(decision: Decision, recipient: Recipient, *, now: datetime) -> Notification:
    contact = recipient.contact
    return Notification(
        account_id=decision.account_id,
        decision=decision,
        incident_id=decision.incident_id,
        level=decision.level,
        channel=recipient.channel,
        contact=contact,
        recipient=recipient.name,
        address=json.dumps(dict(recipient.address)),
        destination=recipient.destination,
        masked=recipient.masked[:256],
        language=contact.language if contact else "en",
        time_zone=contact.time_zone if contact else "UTC",
        created_at=now,
        due_at=now,
    )


def _one_by_one(*, now: datetime) -> int:
    worked = 0
    for pk in list(SystemEvent.objects.undispatched(now=now).values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                worked += _dispatch(_claimed(now=now, pk=pk), now=now)
        except Exception:
            log.exception("event %s could not be dispatched", pk)
            failures = SystemEvent.objects.values_list("failures", flat=True).get(pk=pk)
            wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures + 1, 12)))
            SystemEvent.objects.filter(pk=pk).update(failures=failures + 1, retry_at=now + wait)
    return worked
