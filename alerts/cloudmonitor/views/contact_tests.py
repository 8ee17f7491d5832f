"""What can be done to one address of a contact: ask again whether it is right, test it, resume it; how a test fares."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.audit import note
from alerts.accounts.refusal import Refused
from alerts.cloudmonitor.views.cells import state_cell
from alerts.contacts.models import Address
from alerts.notifications.addresses import ask_again, health_of, recipients_at, send_test
from alerts.notifications.health import resume
from alerts.notifications.models import Notification
from alerts.tasks import deliver, ring
from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SOON, LATER = 1, 10
"""Seconds after which a page looks again: while the first try is under way, and while something is waited for."""
LONG = timedelta(minutes=1)


def progress_of(notification: Notification, *, now: datetime) -> dict[str, object]:
    """Return what a page shows of a message that is on its way, and when it looks again (0: it is finished)."""
    waits = (notification.tries and notification.claimed_until is None) or now > notification.created_at + LONG
    pending = notification.state == Notification.State.PENDING
    again = (LATER if waits else SOON) if pending else 0
    return {"notification": notification, "outcome": state_cell(notification), "again": again}


class NotificationProgress(ConsoleView):
    """How one message fares, as a fragment that asks for itself again until the message is finished."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return the fragment; a browser that asks for a page is led to the message."""
        notification = get_object_or_404(Notification.objects.filter(account=self.account), pk=pk)
        if not self.request.htmx:
            return HttpResponseRedirect(reverse("cloudmonitor:notification", args=[pk]))
        return render(request, "cloudmonitor/_progress.html", progress_of(notification, now=timezone.now()))


class AddressAction(ConsoleView):
    """A button at an address: it does one thing and leads back to the contact, which says what came of it."""

    http_method_names = ("post",)
    verb: ClassVar[str]

    def act(self, address: Address, *, now: datetime) -> str:
        """Do it and return the query of the page that it leads to. May raise Refused."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Act on an address of this account."""
        known = Address.objects.select_related("contact__account")
        address = get_object_or_404(known, pk=pk, contact__account=self.account)
        page, now = reverse("cloudmonitor:contact", args=[address.contact_id]), timezone.now()
        try:
            with transaction.atomic():
                query = self.act(address, now=now)
                note(self.account, actor=self.actor, verb=self.verb, subject=address.contact.name, now=now)
        except Refused as refused:
            messages.error(request, refused.message)
            return HttpResponseRedirect(page)
        ring(deliver)
        return HttpResponseRedirect(page + query)


class AddressAsk(AddressAction):
    """Send Again: the question whether an e-mail address is the right one."""

    verb = "contact.ask"

    def act(self, address: Address, *, now: datetime) -> str:
        """Ask, and say so."""
        ask_again(address, now=now)
        messages.success(self.request, _("The question is on its way. The link that was sent before is not valid now."))
        return ""


class AddressTest(AddressAction):
    """Test: a message that says that it is one."""

    verb = "contact.test"

    def act(self, address: Address, *, now: datetime) -> str:
        """Send it, and show its progress."""
        asked = self.request.POST.get("channel", address.kind)
        sent = send_test(address, channel=asked, actor=self.actor, now=now)
        return f"?{urlencode({'test': sent.pk})}#way-{sent.channel}"


class AddressResume(AddressAction):
    """Resume: end the pause of an address that has failed for long, so that what waited for it goes out."""

    verb = "contact.resume"

    def act(self, address: Address, *, now: datetime) -> str:
        """End the pause of the way that the button stands at."""
        channel = self.request.POST.get("channel", address.kind)
        paused = health_of(self.account, (each for each in recipients_at(address) if each.channel == channel))
        if not any(resume(each, now=now) for each in paused.values()):
            raise Refused(_("This address is not paused."))
        messages.success(self.request, _("What waited for this address goes out now."))
        return ""
