"""The cells of messages and decisions: what they are about, to whom they went, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.cloudmonitor.views.cells import state_cell
from alerts.events.catalog import BY_NAME
from alerts.notifications.plain import shortened
from alerts.ui.batches import events_of, events_url
from alerts.ui.event_cells import test_mark
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from alerts.notifications.models import Decision, Notification
    from alerts.subscriptions.models import Batch

ANSWER_LENGTH = 80


def event_cell(decision: Decision) -> SafeString:
    """Draw the event's level and title, as a link to its details, over the resource."""
    known = BY_NAME.get(decision.event_name)
    title = _(known.title) if known else decision.event_name
    url = reverse("cloudmonitor:system_event", args=[decision.event_id])
    return format_html(
        '<span class="stacked"><span class="row">{}<a href="{}">{}</a>{}</span><code>{}</code></span>',
        ui.level(decision.level), url, title, test_mark(test=decision.test), decision.resource,
    )  # fmt: skip


def subject_cell(notification: Notification) -> SafeString | str:
    """Draw what a message is about: its event, or the purpose of one that is about none."""
    if notification.batch is not None:
        return batch_cell(notification.batch)
    if notification.decision is None:
        return notification.get_purpose_display()
    return event_cell(notification.decision)


def batch_cell(batch: Batch) -> SafeString:
    """Draw what a message of a policy tells of, as a link to exactly these events."""
    return format_html(
        '<span class="stacked"><span class="row">{}<a href="{}">{}</a>{}</span><small>{}</small></span>',
        ui.level(batch.level), events_url(batch), events_of(batch), test_mark(test=batch.test),
        batch.get_kind_display(),
    )  # fmt: skip


def source_cell(row: Notification | Decision) -> SafeString | str:
    """Draw the rule or the policy behind a message or a decision; a policy as a link."""
    told: Any = row.batch if row.batch is not None else getattr(row, "decision", row)
    name = told and (told.policy_name or getattr(told, "rule_name", ""))
    if not name:
        return ""
    if told.policy_name and told.policy_id is not None:
        name = format_html(
            '<a href="{}">{}</a>', reverse("cloudmonitor:subscription_policy", args=[told.policy_id]), name
        )
    return format_html('<span class="stacked" data-source><span>{}</span></span>', name)


def recipient_cell(notification: Notification) -> SafeString:
    """Draw who was to be told, over channel and masked address."""
    return format_html(
        '<span class="stacked" data-recipient><span>{}</span><small>{} · <span class="mono">{}</span></small></span>',
        notification.recipient, channel_label(notification), notification.masked,
    )  # fmt: skip


def outcome_cell(notification: Notification) -> SafeString:
    """Draw the outcome, as a link to the message, over what the other side said."""
    url = reverse("cloudmonitor:notification", args=[notification.pk])
    said = shortened(notification.answer, ANSWER_LENGTH)
    answer = format_html("<small>{}</small>", said) if said else ""
    return format_html('<span class="stacked"><a href="{}">{}</a>{}</span>', url, state_cell(notification), answer)


def details_cell(notification: Notification) -> SafeString:
    """Draw the link to the message; whom it went to tells the rows apart for those who hear it."""
    return ui.button(
        _("Details"),
        href=reverse("cloudmonitor:notification", args=[notification.pk]),
        kind="ghost",
        size="small",
        aria_label=_("Details of the message to %(recipient)s") % {"recipient": notification.recipient},
    )


def channel_label(notification: Notification) -> str:
    """Return the channel's name."""
    channel = BY_KIND.get(notification.channel)
    return _(channel.label) if channel else notification.channel


def duration_of(notification: Notification) -> float | None:
    """Return how long all attempts took together, in seconds; None before the first."""
    attempts = notification.attempts.all()
    return round(sum(attempt.duration for attempt in attempts), 3) if attempts else None
