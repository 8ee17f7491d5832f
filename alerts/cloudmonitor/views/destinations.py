"""Alerts › Destinations: every address that messages went to, whether it answers, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts import tasks
from alerts.accounts.refusal import Refused
from alerts.channels import BY_KIND
from alerts.notifications.filters import DestinationFilter
from alerts.notifications.health import resume
from alerts.notifications.models import Attempt, Destination, Notification
from alerts.notifications.plain import shortened
from alerts.ui import formats
from alerts.ui.forms import FormPage
from alerts.ui.outcomes import OUTCOMES
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.utils.safestring import SafeString

ANSWER_LENGTH = 120
OUTCOME_LABELS = dict(Attempt.Outcome.choices)


def address_cell(destination: Destination) -> SafeString:
    """Draw the channel over the visible part of the address."""
    channel = BY_KIND.get(destination.channel)
    return format_html(
        '<span class="stacked"><strong>{}</strong><span class="mono breakable">{}</span></span>',
        _(channel.label) if channel else destination.channel, destination.masked,
    )  # fmt: skip


def health_cell(destination: Destination) -> SafeString:
    """Draw whether it answers, and since when it does not."""
    if destination.paused_at:
        tone, label, since = "critical", _("Paused"), destination.paused_at
    elif destination.failing_since:
        tone, label, since = "warn", _("Fails"), destination.failing_since
    elif not destination.last_outcome:
        untried = _("Not tried since it was resumed") if destination.last_at else _("Not tried yet")
        return ui.state("UNTRIED", tone="neutral", label=untried)
    elif destination.last_outcome == Attempt.Outcome.KEPT:
        return ui.state("KEPT", tone="info", label=_("Kept in the outbox"))
    else:
        return ui.state("WELL", tone="good", label=_("Answers"))
    failures = ngettext("%(count)s failure in a row", "%(count)s failures in a row", destination.failures)
    return format_html(
        '<span class="stacked">{}<small>{} · {}</small></span>',
        ui.state(label, tone=tone, label=label),
        format_html(_("since {moment}"), moment=ui.moment(since, precision="minute")),
        failures % {"count": formats.number(destination.failures)},
    )  # fmt: skip


def last_cell(destination: Destination) -> SafeString | str:
    """Draw the outcome of the last try, when it was, and what the other side said."""
    if destination.last_at is None:
        return format_html('<span class="muted">{}</span>', _("nothing sent yet"))
    tone = OUTCOMES.get(destination.last_outcome, ("neutral", ""))[0]
    label = str(OUTCOME_LABELS.get(destination.last_outcome, "")) or _("Before it was resumed")
    return format_html(
        '<span class="stacked"><span class="row">{} <small>{}</small></span><small class="breakable">{}</small></span>',
        ui.state(destination.last_outcome, tone=tone, label=label),
        ui.moment(destination.last_at, relative=True),
        shortened(destination.last_answer, ANSWER_LENGTH),
    )  # fmt: skip


def waiting_cell(destination: Any) -> SafeString | str:
    """Draw how many messages wait for it, as a link to them."""
    count = formats.number(destination.waiting)
    if not destination.waiting:
        return count
    return format_html('<a href="{}">{}</a>', messages_of(destination, state=Notification.State.PENDING), count)


def messages_of(destination: Destination, **narrowed: str) -> str:
    """Return the address of the messages to a destination."""
    return reverse("cloudmonitor:history", query={"destination": destination.pk, **narrowed})


class Destinations(ListPage):
    """The list."""

    collection = "destinations"
    filterset = DestinationFilter
    columns = (
        Column("Address", gettext_lazy("Destination"), address_cell),
        Column("Health", gettext_lazy("Health"), health_cell),
        Column("Last", gettext_lazy("Last try"), last_cell),
        Column("Waiting", gettext_lazy("Waiting messages"), waiting_cell, numeric=True),
    )
    exported = (
        Column("Channel", "Channel", attribute("channel")),
        Column("Address", "Address", attribute("masked")),
        Column("FailingSince", "FailingSince", attribute("failing_since")),
        Column("PausedAt", "PausedAt", attribute("paused_at")),
        Column("Failures", "Failures", attribute("failures")),
        Column("LastAt", "LastAt", attribute("last_at")),
        Column("LastOutcome", "LastOutcome", attribute("last_outcome")),
        Column("LastAnswer", "LastAnswer", attribute("last_answer")),
        Column("Waiting", "Waiting", attribute("waiting")),
    )

    def rows(self) -> QuerySet[Destination]:
        """Return the account's destinations with how many messages wait for each."""
        waiting = Notification.objects.filter(
            account=self.account, destination=OuterRef("destination"), state=Notification.State.PENDING
        )
        counted = waiting.order_by().values("destination").annotate(count=Count("pk")).values("count")
        return Destination.objects.filter(account=self.account).annotate(waiting=Coalesce(Subquery(counted), 0))

    def shown(self) -> Sequence[Column]:
        """Return the columns, and what can be done to each."""
        return (*self.columns, Column("Actions", _("Actions"), self.actions_cell))

    def actions_cell(self, destination: Destination) -> SafeString:
        """Draw the way to its messages and, for who may change something, the way to resume a paused one."""
        links = [(_("Messages"), messages_of(destination))]
        if self.may_change and destination.paused_at:
            links.append((_("Resume"), reverse("cloudmonitor:destination_resume", args=[destination.pk])))
        drawn = format_html_join(
            "",
            "{}",
            (
                [ui.button(word, href=url, size="small", aria_label=f"{word} {destination.masked}")]
                for word, url in links
            ),
        )
        return format_html('<span class="row nowrap">{}</span>', drawn)

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        return {
            "title": _("Destinations"),
            "lead": _("Every address that messages went to. One that fails for long is paused: a message is tried there"
                      " now and then, the others wait."),
            "empty": {
                "title": _("No destinations yet"),
                "text": _("As soon as a message was sent, its address stands here."),
                "icon": "send",
            },
        }  # fmt: skip


class DestinationResume(FormPage):
    """Asks, and resumes a paused destination."""

    template = "pages/confirm.html"
    verb = "destination.resume"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found = get_object_or_404(Destination, account=self.account, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Send again what waits."""
        self.subject = self.found.masked
        if not resume(self.found, now=now):
            raise Refused(_("This destination is not paused."))
        tasks.ring(tasks.deliver)
        return reverse("cloudmonitor:destinations")

    def done(self) -> str:
        """Say so."""
        return _("Messages go to %(address)s again.") % {"address": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        back = reverse("cloudmonitor:destinations")
        return {
            "title": _("Send to %(address)s again?") % {"address": self.found.masked},
            "text": _("What waited goes out now. Should it fail for long once more, it is paused again."),
            "trail": [{"label": _("Destinations"), "url": back}, {"label": _("Resume")}],
            "back": back,
            "accept": _("Resume"),
            "kind": "primary",
        }
