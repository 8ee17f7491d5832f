"""Messages: what a notification says, for people (subject, text, HTML) and for machines (the callback body).

A mail answers, in this order: what happened, to what, since when, what it means, what to do, where to look. Whatever
comes from outside is brought to one line first, so that no content can pass for a heading or a header.

The callback body is CloudMonitor's own for alert rules: "Configure callbacks for system event-triggered alerts (old)".
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.channels.base import Message
from alerts.estate.regions import BY_ID
from alerts.events.catalog import PRODUCT_TITLE
from alerts.notifications.plain import line, pairs_of, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.events.models import SystemEvent
    from alerts.notifications.models import Notification

SUBJECT_LENGTH = 200
NAME_LENGTH = 120
CAUSE_LENGTH = 300


def compose(notification: Notification, event: SystemEvent) -> Message:
    """Render the message of a decision about an event, in the recipient's language and zone."""
    assert notification.decision is not None
    language = notification.language if notification.language != "auto" else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zoneinfo.ZoneInfo(notification.time_zone)):
        context = _context(notification, event)
        return Message(
            delivery_id=str(notification.delivery_id),
            subject=line(render_to_string("messages/event_subject.txt", context))[:SUBJECT_LENGTH],
            text=render_to_string("messages/event.txt", context),
            html=render_to_string("messages/event.html", context) if notification.channel == "email" else "",
            body=callback_body(event, rule_name=notification.decision.rule_name),
            level=event.level,
            language=language,
        )


def _context(notification: Notification, event: SystemEvent) -> dict[str, object]:
    decision, known = notification.decision, event.record
    assert decision is not None
    return {
        "level": line(event.level),
        "title": translation.gettext(known.title) if known else line(event.name),
        "name": _name(event),
        "region": line(event.region),
        "rows": _rows(event),
        "meaning": known and translation.gettext(known.meaning),
        "impact": known and translation.gettext(known.impact),
        "remedy": known and translation.gettext(known.remedy),
        "details": pairs_of(event.content),
        "origin": _origin(event),
        "rule_name": line(decision.rule_name),
        "muted_for": decision.rule.get_mute_for_display() if decision.rule else "",
        "recipient": line(notification.recipient),
        "url": settings.SITE_URL + reverse("cloudmonitor:system_event", args=[event.id]),
    }


def _rows(event: SystemEvent) -> list[tuple[str, str]]:
    """Return to what it happened, where and when, each with its label."""
    region = BY_ID.get(event.region)
    rows = [
        (_kind_label(event), _name(event)),
        (_("Region"), f"{region.name} · {region.id}" if region else line(event.region)),
        (_("Account"), line(event.account)),
    ]
    since = _("Since") if event.status in {"Failed", "Warning"} else _("Time")
    if timezone.get_current_timezone_name() == "UTC":
        rows.append((since, utc_time(event.occurred_at)))
    else:
        rows += [(since, zoned_time(event.occurred_at)), ("", utc_time(event.occurred_at))]
    rows.append((_("Cause"), _cause(event.content)))
    return [(label, value) for label, value in rows if value]


def _cause(content: object) -> str:
    """Return what the failing side said, with its code; nothing where the event tells of no failure."""
    failure = content.get("failureInfo") if isinstance(content, dict) else None
    if not isinstance(failure, dict):
        return ""
    code, said = (line(failure.get(name) or "") for name in ("errorCode", "errorMessage"))
    return shortened(f"{said} ({code})" if said and code else said or code, CAUSE_LENGTH)


def _origin(event: SystemEvent) -> list[tuple[str, str]]:
    """Return the event as other systems know it."""
    product = PRODUCT_TITLE if event.product == "KMS" else event.product
    words = " · ".join(word for word in (event.event_type, event.status) if word)
    rows = ((_("Event"), event.name), (_("Type"), words), (_("Product"), product),
            (_("Resource"), event.resource), (_("Event ID"), event.id))  # fmt: skip
    return [(label, line(value)) for label, value in rows if value]


def _name(event: SystemEvent) -> str:
    return shortened(line(event.instance_name or event.resource.rpartition("/")[2] or event.resource), NAME_LENGTH)


def _kind_label(event: SystemEvent) -> str:
    kinds = {"key": _("Key"), "secret": _("Secret"), "keystore": _("KMS instance"), "clientkey": _("Client key")}
    return kinds.get(event.record.resource_kind if event.record else "", _("Resource"))


def zoned_time(moment: datetime) -> str:
    """Return a moment in the current zone, with name and offset, because letters (CST) name more than one zone."""
    local = timezone.localtime(moment)
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {timezone.get_current_timezone_name()} (UTC{offset[:3]}:{offset[3:5]})"


def utc_time(moment: datetime) -> str:
    """Return a moment in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


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
