"""Alerts › Alert History: sending a message again, and everything that failed in a period."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import tasks
from alerts.accounts.models import Role
from alerts.accounts.refusal import Refused
from alerts.notifications.forms import ResendFailedForm
from alerts.notifications.models import Notification
from alerts.notifications.resend import AGAIN, resend, resend_failed
from alerts.notifications.resent import remember
from alerts.ui import formats
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

LATELY = timedelta(days=1)


class Resend(FormPage):
    """Asks, and lets one message go out again with its delivery id."""

    template = "pages/confirm.html"
    verb = "notification.resend"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        found = Notification.objects.filter(account=self.account).defer("address", "subject_of")
        self.found = get_object_or_404(found, pk=self.kwargs["pk"])
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Let it go out."""
        self.subject = f"{self.found.channel} {self.found.masked}"
        if not resend(self.found, now=now):
            raise Refused(_("Only a message that failed, was kept, merged, or may not have arrived can be sent again."))
        tasks.ring(tasks.deliver)
        return reverse("cloudmonitor:notification", args=[self.found.pk])

    def done(self) -> str:
        """Say so."""
        return _("The message is on its way again, with the same delivery ID.")

    def context(self) -> dict[str, Any]:
        """Return the question."""
        back = reverse("cloudmonitor:notification", args=[self.found.pk])
        return {
            "title": _("Send the message to %(recipient)s again?") % {"recipient": self.found.recipient},
            "text": _("It keeps its delivery ID, by which a receiver that got it already can drop the repeat."),
            "trail": [{"label": _("Alert History"), "url": reverse("cloudmonitor:history")}, {"label": _("Resend")}],
            "back": back,
            "accept": _("Send again"),
            "kind": "primary",
        }


class ResendFailed(FormPage):
    """Asks for a period, and lets everything that failed in it go out again."""

    verb = "notification.resend_failed"
    needs = Role.OPERATOR

    def form(self, data: Any = None) -> ResendFailedForm:
        """Return the form; at first the last day."""
        now = timezone.now()
        return ResendFailedForm(data, initial={"since": now - LATELY, "until": now + timedelta(minutes=1)})

    def act(self, form: ResendFailedForm, *, now: datetime) -> str:
        """Let them go out."""
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        resent = resend_failed(self.account, since=since, until=until, now=now)
        if not resent:
            raise Refused(_("No message of this period failed."))
        self.count = len(resent)
        self.subject = f"{since:%Y-%m-%dT%H:%M:%SZ} – {until:%Y-%m-%dT%H:%M:%SZ}: {self.count}"
        tasks.ring(tasks.deliver)
        return reverse("cloudmonitor:history", query={"resent": remember(resent, now=now)})

    def done(self) -> str:
        """Say how many."""
        said = ngettext(
            "%(count)s message is on its way again.", "%(count)s messages are on their way again.", self.count
        )
        return said % {"count": formats.number(self.count)}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        failed = Notification.objects.filter(account=self.account, state=Notification.State.FAILED)
        lately = failed.filter(created_at__gte=timezone.now() - LATELY).count()
        title, history = _("Resend What Failed"), reverse("cloudmonitor:history")
        said = ngettext(
            "%(count)s message failed in the last 24 hours.", "%(count)s messages failed in the last 24 hours.", lately
        )
        return {
            "title": title,
            "lead": said % {"count": formats.number(lately)}
            + " "
            + _("Each is sent again with the delivery ID that it had."),
            "trail": [{"label": _("Alert History"), "url": history}, {"label": title}],
            "back": history,
            "submit": _("Send again"),
            "columns": "2",
        }


def can_be_sent_again(notification: Notification) -> bool:
    """Tell whether a message is one that `Resend` takes."""
    return notification.state in AGAIN
