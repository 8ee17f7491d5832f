"""How an incident looks: its cells in the list, and the lines of its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.channels import BY_KIND
from alerts.events.catalog import BY_NAME, CAUSES
from alerts.incidents.models import Incident, IncidentEntry
from alerts.notifications.facts import name_of
from alerts.ui import formats
from alerts.ui.outcomes import STATES
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.safestring import SafeString

    from alerts.notifications.models import Notification

Kind = IncidentEntry.Kind
TONES: Mapping[str, str] = {
    Incident.State.OPEN: "critical",
    Incident.State.UNKNOWN: "warn",
    Incident.State.CLOSED: "good",
}
LOOKS: Mapping[str, tuple[str, str]] = {
    Kind.OPENED: ("critical", "circle-alert"), Kind.REPEATED: ("warn", "repeat"),
    Kind.REOPENED: ("critical", "rotate-ccw"), Kind.CLOSED: ("good", "circle-check"), Kind.LATE: ("neutral", "clock"),
    Kind.FLAPPING: ("warn", "activity"), Kind.CALM: ("info", "minus"), Kind.UNKNOWN: ("warn", "circle-question-mark"),
    Kind.KNOWN: ("info", "check"), Kind.ACKNOWLEDGED: ("info", "user-check"),
    Kind.UNACKNOWLEDGED: ("neutral", "user-x"), Kind.ACKNOWLEDGEMENT_ENDED: ("warn", "clock"),
    Kind.ASSIGNED: ("info", "contact"), Kind.NOTED: ("neutral", "file-text"),
    Kind.SNOOZED: ("neutral", "moon"), Kind.SNOOZE_ENDED: ("warn", "bell"), Kind.RECOVERY: ("good", "send"),
}  # fmt: skip
EXPORTED = tuple(
    Column(name, name, attribute(path))
    for name, path in (
        ("Id", "pk"), ("State", "state"), ("Level", "level"), ("Cause", "cause"), ("Region", "region"),
        ("Resource", "resource"), ("ResourceName", "instance_name"), ("OpenedAt", "opened_at"), ("LastAt", "last_at"),
        ("Events", "count"), ("Openings", "openings"), ("FlappingSince", "flapping_since"),
        ("AcknowledgedBy", "acknowledged_by"), ("AcknowledgedUntil", "acknowledged_until"),
        ("Assignee", "assignee.username"), ("SnoozedUntil", "snoozed_until"), ("ClosedAt", "closed_at"),
        ("ClosedBy", "closed_by"),
    )
)  # fmt: skip


def title_of(incident: Incident) -> str:
    """Return what is wrong, in words."""
    record = CAUSES.get(incident.cause)
    return _(record.title) if record else incident.cause


def name_cell(incident: Incident) -> SafeString:
    """Draw what is wrong over the resource, as the way to the page."""
    url = reverse("cloudmonitor:incident", args=[incident.pk])
    return format_html(
        '<span class="stacked"><a href="{}"><strong>{}</strong></a><span class="breakable">{}</span></span>',
        url, title_of(incident), name_of(incident.resource, incident.instance_name),
    )  # fmt: skip


def level_cell(incident: Incident) -> SafeString:
    """Draw the level."""
    return ui.level(incident.level)


def state_cell(now: datetime) -> Any:
    """Return a cell that draws the state, and below it what keeps the incident quiet."""

    def draw(incident: Incident) -> SafeString:
        below = quiet_of(incident, now=now)
        return format_html('<span class="stacked">{}<small>{}</small></span>', state_of(incident), " · ".join(below))

    return draw


def state_of(incident: Incident) -> SafeString:
    """Draw the state alone."""
    return ui.state(incident.state, tone=TONES[incident.state], label=incident.get_state_display())


def quiet_of(incident: Incident, *, now: datetime) -> list[str]:
    """Return what there is to say about an incident besides its state."""
    said = []
    if incident.is_acknowledged(now=now):
        said.append(_("acknowledged by %(name)s") % {"name": incident.acknowledged_by})
    if incident.is_snoozed(now=now):
        said.append(_("snoozed"))
    if incident.flapping_since:
        said.append(_("flapping"))
    return said


def since_cell(incident: Incident) -> SafeString:
    """Draw since when, and for how long it lasted when it is over."""
    lasted = formats.duration(incident.closed_at - incident.opened_at) if incident.closed_at else ""
    below = _("lasted %(duration)s") % {"duration": lasted} if lasted else ""
    return format_html('<span class="stacked">{}<small>{}</small></span>', ui.moment(incident.opened_at), below)


def count_cell(incident: Incident) -> str:
    """Return how many events told of it."""
    return formats.number(incident.count)


def entry_step(entry: IncidentEntry) -> dict[str, Any]:
    """Return a line of the timeline for components/timeline.html."""
    tone, icon = LOOKS[entry.kind]
    record = BY_NAME.get(entry.event_name)
    title = entry.get_kind_display()
    if entry.count > 1:
        title = f"{title}: " + ngettext("%(count)s time", "%(count)s times", entry.count) % {
            "count": formats.number(entry.count)
        }
    said = [_(record.title) if record else entry.event_name, entry.actor, text_of(entry)]
    if entry.count > 1:
        said.append(_("from %(start)s to %(end)s") % {"start": plain(entry.at), "end": plain(entry.last_at)})
    if entry.until:
        said.append(_("until %(end)s") % {"end": plain(entry.until)})
    url = reverse("cloudmonitor:system_event", args=[entry.event_id]) if entry.event_id else ""
    return {
        "at": entry.at,
        "title": title,
        "text": " · ".join(filter(None, said)),
        "url": url,
        "tone": tone,
        "icon": icon,
    }


def text_of(entry: IncidentEntry) -> str:
    """Return what stands in an entry, in words."""
    if entry.kind != Kind.RECOVERY:
        return entry.text
    code, _colon, count = entry.text.partition(":")
    if code == "hidden":
        return _("A silence hides it: nobody is told that it is over.")
    told = ngettext("%(count)s receiver is told that it is over.", "%(count)s receivers are told that it is over.",
                    int(count or 0))  # fmt: skip
    return told % {"count": count}


def plain(at: datetime) -> str:
    """Return a moment as text, in the reader's zone."""
    return formats.moment(at, precision="minute").text


def message_step(message: Notification) -> dict[str, Any]:
    """Return a message about the incident as a line of the timeline."""
    tone, icon = STATES[message.state]
    channel = BY_KIND[message.channel].label if message.channel in BY_KIND else message.channel
    said = {"channel": channel, "recipient": message.recipient, "state": message.get_state_display()}
    words = _("Recovery by %(channel)s to %(recipient)s: %(state)s") if message.recovery else _(
        "%(channel)s to %(recipient)s: %(state)s"
    )  # fmt: skip
    policy = f"{message.batch.policy_name} – {message.batch.get_kind_display()}" if message.batch else ""
    return {
        "at": message.finished_at or message.created_at, "title": words % said, "tone": tone, "icon": icon,
        "text": " · ".join(filter(None, (message.masked, policy))),
        "url": reverse("cloudmonitor:notification", args=[message.pk]),
    }  # fmt: skip
