"""Cells that several lists of this console share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from alerts.notifications.models import Decision, Notification
from alerts.ui.outcomes import STATES, VERDICTS
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString


def state_cell(notification: Notification) -> SafeString:
    """Draw what became of a message; one that waits after a failure, or that somebody sent again, says so."""
    if on_its_way_again(notification):
        return ui.state("AGAIN", tone="busy", label=_("Sending again"))
    if notification.state == Notification.State.PENDING and notification.tries and not notification.claimed_until:
        return ui.state("RETRY", tone="warn", label=_("Will be tried again"))
    return ui.state(notification.state, tone=STATES[notification.state][0], label=notification.get_state_display())


def on_its_way_again(notification: Notification) -> bool:
    """Tell whether a message was sent again, and nothing answered since."""
    anew = 0 < notification.tries_before >= notification.tries - 1
    return notification.state == Notification.State.PENDING and anew and not notification.answer


def verdict_cell(decision: Decision) -> SafeString:
    """Draw what a rule made of an event."""
    return ui.state(decision.verdict, tone=VERDICTS[decision.verdict][0], label=decision.get_verdict_display())


def select_cell(form: str, name: str) -> Callable[[Any], SafeString]:
    """Return a cell with a box that belongs to the form with this id."""

    def draw(row: Any) -> SafeString:
        return format_html(
            '<input type="checkbox" form="{}" name="{}" value="{}" aria-label="{}">',
            form, name, row.pk, _("Select %(name)s") % {"name": row},
        )  # fmt: skip

    return draw


def row_actions(modify: str, delete: str, *more: tuple[str, str]) -> Callable[[Any], SafeString]:
    """Return a cell with the links to the pages of these names, and to further ones: label and name."""

    def draw(row: Any) -> SafeString:
        others = [(name, label, "") for label, name in more]
        links = [(modify, _("Modify"), ""), *others, (delete, _("Delete"), "danger-quiet")]
        drawn = format_html_join("", "{}", (
            [ui.button(label, href=reverse(name, args=[row.pk]), size="small", kind=kind, aria_label=f"{label} {row}")]
            for name, label, kind in links
        ))  # fmt: skip
        return format_html('<span class="row nowrap">{}</span>', drawn)

    return draw
