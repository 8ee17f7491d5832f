"""Messages: what a notification says, for people (subject, text, HTML) and for machines (the callback body).

What can be said is in `facts`, how it is said in `texts` and the files below `templates/messages`. The callback body is
CloudMonitor's own for alert rules: "Configure callbacks for system event-triggered alerts (old)".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from alerts.channels.base import Message
from alerts.notifications.direct import language_of
from alerts.notifications.facts import Reader, facts_of
from alerts.notifications.plain import line
from alerts.notifications.texts import KIND_OF, Source, Texts, texts_of
from alerts.notifications.threads import thread_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from alerts.events.models import SystemEvent
    from alerts.notifications.models import Decision, Notification


@dataclass(frozen=True, slots=True)
class Composed:
    """A message, and why an own text was not used for it."""

    message: Message
    note: str = ""


def compose(notification: Notification, event: SystemEvent) -> Message:
    """Return the message of a decision about an event, in the recipient's language and zone, by the default texts."""
    return composed(notification, event).message


def composed(
    notification: Notification, event: SystemEvent, *, own: Source | None = None, merged: Sequence[Decision] = ()
) -> Composed:
    """Return the message of a decision about an event, by the account's own text if there is one.

    `merged` are the decisions of the messages that go along with it.
    """
    decision = notification.decision
    assert decision is not None
    reader = Reader(notification.recipient, language_of(notification.language), notification.time_zone)
    facts = facts_of(event, reader, decision=decision, merged=merged)
    texts = texts_of(KIND_OF.get(notification.channel, "robot"), reader.language, facts, own=own)
    message = Message(
        delivery_id=str(notification.delivery_id),
        subject=texts.subject,
        text=texts.text,
        html=html_of(texts, facts, reader) if notification.channel == "email" else "",
        body=callback_body(event, rule_name=decision.rule_name) | ({"test": True} if decision.test else {}),
        level=event.level,
        language=reader.language,
        url=facts["url"],
        thread=thread_of(decision),
        source=line(decision.rule_name),
    )
    return Composed(message, texts.note)


def html_of(texts: Texts, facts: Mapping[str, Any], reader: Reader) -> str:
    """Return the HTML of a mail: the own text as it is, else the page that the product makes."""
    words, count, more = reader.words, facts["merged_count"], facts["merged_more"]
    context = {
        **facts,
        "words": words,
        "language": reader.language,
        "merged_title": words.merged.format(count=count),
        "more_title": words.more.format(count=more),
    }
    if texts.own:
        return render_to_string("messages/own.html", context | {"subject": texts.subject, "text": texts.text})
    return render_to_string("messages/event.html", context)


def callback_time(moment: datetime) -> str:
    """Return a time as callbacks carry it, `20260105T101502.120+0000`: the offset is always numeric."""
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def callback_body(event: SystemEvent, *, rule_name: str) -> dict[str, object]:
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
