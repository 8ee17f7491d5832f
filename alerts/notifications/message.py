"""Messages: what a notification says, for people (subject, text, HTML) and for machines (the callback body).

The callback body is CloudMonitor's own for alert rules: "Configure callbacks for system event-triggered alerts (old)".
"""

from __future__ import annotations

import re
import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from alerts.channels.base import Message
from alerts.events.catalog import PRODUCT_TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.events.models import SystemEvent
    from alerts.notifications.models import Notification

SUBJECT_LENGTH = 200
BLANKS = re.compile(r"\s+")


def compose(notification: Notification, event: SystemEvent) -> Message:
    """Render the message in the recipient's language and zone."""
    language = notification.language if notification.language != "auto" else settings.LANGUAGE_CODE
    known = event.record
    with translation.override(language), timezone.override(zoneinfo.ZoneInfo(notification.time_zone)):
        context = {
            "event": event,
            "record": known,
            "title": translation.gettext(known.title) if known else event.name,
            "product": PRODUCT_TITLE if event.product == "KMS" else event.product,
            "rule_name": notification.decision.rule_name,
            "url": settings.SITE_URL + reverse("cloudmonitor:system_event", args=[event.id]),
        }
        subject = BLANKS.sub(" ", render_to_string("messages/event_subject.txt", context)).strip()
        return Message(
            delivery_id=str(notification.delivery_id),
            subject=subject[:SUBJECT_LENGTH],
            text=render_to_string("messages/event.txt", context),
            html=render_to_string("messages/event.html", context),
            body=callback_body(event, rule_name=notification.decision.rule_name),
            level=event.level,
            language=language,
        )


def callback_time(moment: datetime) -> str:
    """Return a time as callbacks carry it, `20260105T101502.120+0000`: the offset is always numeric."""
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def callback_body(event: SystemEvent, *, rule_name: str) -> Mapping[str, object]:
    """Return the body of a URL callback; `content` is the event's own, untouched."""
    return {
        "product": event.product,
        "ver": "1.0",
        "id": str(event.id),
        "traceId": event.original_id or str(event.id),
        "level": event.level,
        "eventType": event.event_type,
        "name": event.name,
        "status": event.status,
        "regionId": event.region,
        "instanceName": event.instance_name,
        "groupId": event.group_id,
        "userId": event.account_id,
        "resourceId": event.resource,
        "eventTime": callback_time(event.occurred_at),
        "ruleName": rule_name,
        "content": event.content,
    }
