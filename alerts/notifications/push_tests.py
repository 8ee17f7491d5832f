"""Tests of event subscription: of one push channel, and of all policies by an event that is marked as a test."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from alerts.events.catalog import BY_NAME
from alerts.events.record import Draft, record
from alerts.notifications import letters
from alerts.notifications.addresses import check_rate
from alerts.notifications.direct import send_directly
from alerts.notifications.gather import EVERY_POLICY
from alerts.notifications.models import Notification
from alerts.notifications.recipients import Recipient
from alerts.notifications.trial import ORIGIN, check_event_rate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.subscriptions.models import PushChannel


@transaction.atomic
def send_push_test(channel: PushChannel, *, actor: str, now: datetime) -> Notification:
    """Send a message that says that it is a test to a push channel, by the usual way; the bell is the caller's.

    Raises Refused when the account has sent ten within a minute.
    """
    account = channel.account
    check_rate(account, now=now)
    url = settings.SITE_URL + reverse("cloudmonitor:push_channels")
    values = {"contact": channel.name, "account": account.name, "actor": actor}
    message = letters.letter(letters.PUSH_TEST, language="en", url=url, **values)
    recipient = Recipient(channel.kind, channel.fields, channel.name)
    return send_directly(account, recipient, message, purpose=Notification.Purpose.TEST, now=now)


@transaction.atomic
def send_policy_test(account: str, fields: Mapping[str, Any], *, now: datetime) -> Draft:
    """Record an event that every enabled policy may take as a test; the bell is the caller's.

    `fields` are those that `sample.read` returns. Raises Refused when the account has sent ten within a minute.
    """
    check_event_rate(account, now=now)
    known = BY_NAME.get(fields["name"])
    draft = Draft(
        account=account, occurred_at=now, occurrence=f"test {uuid.uuid4()}", origin=ORIGIN, test_of=EVERY_POLICY,
        titles=(known.title, known.title_zh) if known else (), **fields,
    )  # fmt: skip
    record([draft], now=now)
    return draft
