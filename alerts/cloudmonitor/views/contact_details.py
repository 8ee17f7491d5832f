"""Alerts › Alert Contacts › one contact: every way to reach it, how the last message fared, and who counts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.cloudmonitor.views.cells import state_cell
from alerts.cloudmonitor.views.contact_tests import progress_of
from alerts.contacts.confirmation import VALID_FOR, standing
from alerts.contacts.models import Address, Contact
from alerts.notifications.addresses import ways_to
from alerts.notifications.models import Notification
from alerts.rules.dependents import reached_by, told_by
from alerts.subscriptions.dependents import policies_telling
from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.notifications.addresses import Way
    from alerts.rules.models import AlertRule
    from alerts.subscriptions.models import SubscriptionPolicy


class ContactDetails(ConsoleView):
    """One contact. `?test=` names the test whose progress is shown at its address."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, if it is of this account."""
        found = Contact.objects.select_related("account").prefetch_related("groups", "addresses")
        contact = get_object_or_404(found, account=self.account, pk=pk)
        now = timezone.now()
        ways, rules = ways_to(contact), told_by(contact)
        policies = list(policies_telling(contact.groups.all()).order_by("name"))
        rows = [row_of(way, now=now) for way in ways]
        context = {
            "contact": contact,
            "rows": rows,
            "rules": rules,
            "policies": policies,
            "hints": hints_of(contact, rules, policies),
            "outbox": not settings.SMTP_URL and any(row["asks"] for row in rows),
            "test": self.test(ways, now=now),
            "may_change": self.may_change,
            "trail": [{"label": _("Alert Contacts"), "url": reverse("cloudmonitor:contacts")}, {"label": contact.name}],
        }
        return render(request, "cloudmonitor/contact.html", context)

    def test(self, ways: list[Way], *, now: datetime) -> dict[str, object] | None:
        """Return how the test that the address names fares; None for none, or one that went elsewhere."""
        asked = self.request.GET.get("test", "")
        known = {way.recipient.destination for way in ways}
        tests = Notification.objects.filter(account=self.account, destination__in=known)
        found = tests.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
        return progress_of(found, now=now) if found else None


def hints_of(contact: Contact, rules: Sequence[AlertRule], policies: Sequence[SubscriptionPolicy] = ()) -> list[str]:
    """Return why a contact is told of nothing, as sentences; none when it can be told.

    `rules` and `policies` tell its groups.
    """
    hints = []
    if not any(address.usable for address in contact.addresses.all()):
        hints.append(_("No confirmed address: nothing can be sent to this contact."))
    if not contact.groups.all():
        hints.append(_("In no contact group: alert rules tell groups, so this contact is told of nothing."))
    elif not rules and not policies:
        hints.append(_("No alert rule tells a contact group of this contact, so it is told of nothing."))
    elif not hints and not policies and not reached_by(rules, contact):
        hints.append(_("The notification methods of its alert rules use none of its addresses: a phone needs Warning."))
    return hints


def row_of(way: Way, *, now: datetime) -> dict[str, object]:
    """Return what stands in the row of one way to a contact."""
    address, last = way.address, way.last
    mode = standing(address, now=now)
    return {
        "way": way,
        "anchor": f"way-{way.channel}",
        "label": _(BY_KIND[way.channel].label) if address.kind == Address.Kind.PHONE else address.get_kind_display(),
        "masked": way.recipient.masked,
        "standing": mode,
        "asks": mode != "usable",
        "until": address.asked_at and address.asked_at + VALID_FOR,
        "confirmed": address.kind in Address.CONFIRMED_KINDS,
        "last": last,
        "outcome": state_cell(last) if last else "",
        "health": way.health,
    }
