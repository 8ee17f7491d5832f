"""Alerts › Alert Contacts › Create Several: contacts pasted as lines, looked at first, stored all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.cloudmonitor.views.contact_changes import ContactPage
from alerts.contacts.batch import BatchForm, keep_lines
from alerts.notifications.addresses import ask_unasked
from alerts.tasks import deliver, ring

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class ContactsCreateSeveral(ContactPage):
    """A form of lines. *Preview* only reads them; *OK* stores them when no line has a mistake."""

    template = "cloudmonitor/contact_batch.html"
    verb = "contact.create_several"
    count = 0

    def form(self, data: Any = None) -> BatchForm:
        """Return the form; the zone is that of whoever asks, until another one is chosen."""
        zone = getattr(self.request.user, "time_zone", "UTC")
        return BatchForm(data, account=self.account, initial={"time_zone": zone})

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Show what the lines come to, or store them."""
        if "preview" not in request.POST:
            return super().post(request, **kwargs)
        form = self.form(request.POST)
        return self.show(form, status=200 if form.is_valid() else 422)

    def act(self, form: BatchForm, *, now: datetime) -> str:
        """Store all of them, and ask for their e-mail addresses."""
        self.count = keep_lines(form, now=now)
        ask_unasked(self.account, now=now)
        self.subject = str(self.count)
        return reverse("cloudmonitor:contacts")

    def after(self) -> None:
        """Let the questions go out."""
        ring(deliver)

    def done(self) -> str:
        """Say how many there are."""
        said = ngettext("%(count)s contact is stored.", "%(count)s contacts are stored.", self.count)
        return said % {"count": self.count}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title = _("Create Several Contacts")
        lead = _("Paste one contact a line. Nothing is stored unless every line is right.")
        return {"title": title, "lead": lead, "trail": self.trail(title), "back": reverse("cloudmonitor:contacts")}
