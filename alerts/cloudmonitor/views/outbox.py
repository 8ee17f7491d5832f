"""Alerts › Outbox: the messages that were kept because this installation has no mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.notifications.direct import letter_of
from alerts.notifications.models import Notification
from alerts.ui.access import ConsoleView
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    from alerts.accounts.models import CloudAccount


def kept(account: CloudAccount) -> QuerySet[Notification]:
    """Return the messages of the account that were kept instead of sent."""
    found = Notification.objects.filter(account=account, state=Notification.State.KEPT)
    return found.select_related("decision").defer("address")


def subject_cell(notification: Notification) -> SafeString:
    """Draw the subject, as a link to the message."""
    url = reverse("cloudmonitor:outbox_message", args=[notification.pk])
    return format_html('<a href="{}">{}</a>', url, notification.subject or _("(no subject)"))


def recipient_cell(notification: Notification) -> SafeString:
    """Draw who would have been told, over the masked address."""
    return format_html(
        '<span class="stacked" data-address><span>{}</span><small class="mono">{}</small></span>',
        notification.recipient, notification.masked,
    )  # fmt: skip


class Outbox(ListPage):
    """The list of kept messages."""

    template = "cloudmonitor/outbox.html"
    collection = "outbox"
    columns = (
        Column("Time", gettext_lazy("Time"), lambda row: ui.moment(row.finished_at or row.created_at)),
        Column("Level", gettext_lazy("Event level"), lambda row: ui.level(row.level) if row.level else ""),
        Column("Subject", gettext_lazy("Subject"), subject_cell),
        Column("Recipient", gettext_lazy("Recipient"), recipient_cell),
        Column("Rule", gettext_lazy("Alert rule"), attribute("decision.rule_name"), minor=True),
    )
    exported = (
        Column("Time", "Time", attribute("created_at")),
        Column("Level", "Level", attribute("level")),
        Column("Subject", "Subject", attribute("subject")),
        Column("Recipient", "Recipient", attribute("recipient")),
        Column("Address", "Address", attribute("masked")),
        Column("Rule", "Rule", attribute("decision.rule_name")),
        Column("Text", "Text", attribute("text")),
    )

    def rows(self) -> QuerySet[Notification]:
        """Return the account's kept messages."""
        return kept(self.account)

    def context(self) -> dict[str, Any]:
        """Return title, and whether there is a mail server by now."""
        return {
            "title": _("Outbox"),
            "lead": _("E-mail that was not sent, because no mail server is set."),
            "mail_server": bool(settings.SMTP_URL),
            "empty": {
                "title": _("The outbox is empty"),
                "text": _("Without a mail server, e-mail for contacts stands here instead of being sent."),
                "icon": "inbox",
            },
        }


class OutboxMessage(ConsoleView):
    """One kept message, as it would have been sent. The question about an address is for who may change something."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, if it is of this account."""
        notification = get_object_or_404(kept(self.account), pk=pk)
        text, link = self.content(notification)
        context = {
            "notification": notification,
            "decision": notification.decision,
            "text": text,
            "link": link,
            "trail": [{"label": _("Outbox"), "url": reverse("cloudmonitor:outbox")}, {"label": _("Message")}],
        }
        return render(request, "cloudmonitor/outbox_message.html", context)

    def content(self, notification: Notification) -> tuple[str, str]:
        """Return the text, and where its link leads to on this server."""
        if notification.decision is not None:
            return notification.text, reverse("cloudmonitor:system_event", args=[notification.decision.event_id])
        if notification.purpose == Notification.Purpose.CONFIRMATION and not self.may_change:
            return _("It holds a link that only operators and administrators see."), ""
        letter = letter_of(notification)
        return letter.text, urlsplit(letter.url).path
