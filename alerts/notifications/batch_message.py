"""Batch messages: what a notification of a subscription policy or of a digest says, for people and for machines.

One event alone reads like the message of an alert rule. Own words come from the policy's notification method for the
channel, else, for one event alone, from the account's own text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from liquid.exceptions import LiquidError

from alerts.channels.base import Message
from alerts.notifications.batch_facts import batch_facts
from alerts.notifications.direct import language_of
from alerts.notifications.envelope import as_form, envelope
from alerts.notifications.facts import Reader
from alerts.notifications.message import Composed, html_of
from alerts.notifications.own import own_source
from alerts.notifications.own_json import read_json
from alerts.notifications.plain import line, shortened
from alerts.notifications.sandbox import rendered
from alerts.notifications.texts import KIND_OF, NOTE_LENGTH, UNFORESEEN, Source, batch_source, texts_of
from alerts.notifications.threads import thread_of_batch
from alerts.subscriptions.models import Batch, PushChannel
from alerts.subscriptions.scope import pattern_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.events.models import SystemEvent
    from alerts.notifications.models import Notification
    from alerts.notifications.texts import Texts

FORM = "FORM"


def batch_behind(notification: Notification) -> Batch | None:
    """Return the batch of a notification, with its policy; None for one without."""
    if notification.batch_id is None:
        return None
    return Batch.objects.select_related("policy__resource_group").get(pk=notification.batch_id)


def composed_batch(notification: Notification, batch: Batch, event: SystemEvent) -> Composed:
    """Return the message of a batch, in the recipient's language and zone."""
    reader = Reader(notification.recipient, language_of(notification.language), notification.time_zone)
    facts = batch_facts(batch, event, reader, channel=notification.channel)
    single = facts["batch"]["single"]
    kind = KIND_OF.get(notification.channel, "robot")
    own = _own_words(notification, batch) or (own_source(notification) if single else None)
    texts = texts_of(kind, reader.language, facts, own=own, default=None if single else batch_source(kind))
    body, note = _body(notification, batch, event, facts)
    message = Message(
        delivery_id=str(notification.delivery_id),
        subject=texts.subject,
        text=texts.text,
        html=_html(texts, facts, reader) if notification.channel == "email" else "",
        body=body,
        level=batch.level,
        language=reader.language,
        url=facts["url"],
        thread=thread_of_batch(batch),
        source=line(batch.policy_name),
    )
    return Composed(message, texts.note or note)


def _own_words(notification: Notification, batch: Batch) -> Source | None:
    method = batch.policy.methods.get(notification.channel, {}) if batch.policy else {}
    body = method.get("body", "") if notification.contact_id else ""
    return Source(method.get("subject", ""), body) if body.strip() else None


def _html(texts: Texts, facts: Mapping[str, Any], reader: Reader) -> str:
    if texts.own or facts["batch"]["single"]:
        return html_of(texts, facts, reader)
    return render_to_string("messages/batch.html", {**facts, "words": reader.words, "language": reader.language})


def _body(
    notification: Notification, batch: Batch, event: SystemEvent, facts: Mapping[str, Any]
) -> tuple[Mapping[str, object], str]:
    """Return what machines get, and why an own template was not used for it."""
    pattern = pattern_of(batch.policy) if batch.policy else None
    body = envelope(batch, event, account_name=notification.account.name, pattern=pattern)
    push = None if notification.contact_id else _push_channel(notification, batch)
    if push is None:
        return body, ""
    if push.template.strip():
        made, note = own_body(push.template, {**facts, "envelope": body})
        return (made or body), note
    return (as_form(body) if push.fields.get("format") == FORM else body), ""


def _push_channel(notification: Notification, batch: Batch) -> PushChannel | None:
    rows = PushChannel.objects.filter(account=batch.account_id, name=notification.recipient, kind=notification.channel)
    return rows.first()


def own_body(template: str, facts: Mapping[str, Any]) -> tuple[dict[str, object] | None, str]:
    """Return the object that a push channel's template makes, or None and why it makes none."""
    try:
        made = read_json(rendered(template, facts))
    except LiquidError as error:
        return None, shortened(f"The push channel's own template was not used. {line(error)}", NOTE_LENGTH)
    except UNFORESEEN as error:
        why = "it makes no JSON" if isinstance(error, ValueError) else f"{type(error).__name__} in the template"
        return None, f"The push channel's own template was not used: {why}."
    if not isinstance(made, dict):
        return None, "The push channel's own template was not used: it makes no JSON object."
    return made, ""
