"""The page behind the link of a confirmation: outside of the consoles, for whoever reads the mail.

Mail scanners press links, so looking confirms nothing: a button does. A link that is used, too old or made up gets one
and the same answer, which tells nothing of what it once was about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from alerts.accounts.audit import note
from alerts.channels import BY_KIND
from alerts.contacts.confirmation import confirm, find_asked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from alerts.contacts.models import Address

TEMPLATE = "cloudmonitor/confirmation.html"


@method_decorator([never_cache, login_not_required], name="dispatch")
class Confirmation(View):
    """Asks by GET, confirms by POST."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the button."""
        return self.answer(request, find_asked(code, now=timezone.now()), done=False)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Confirm the address."""
        now = timezone.now()
        address = confirm(code, now=now)
        if address:
            contact = address.contact
            note(contact.account, actor="link in the mail", verb="contact.confirm", subject=contact.name, now=now)
        return self.answer(request, address, done=True)

    def answer(self, request: HttpRequest, address: Address | None, *, done: bool) -> HttpResponse:
        """Render the question, the thanks, or that the link is good for nothing."""
        if address is None:
            return render(request, TEMPLATE, {"step": "useless"}, status=404)
        told = {"masked": BY_KIND[address.kind].mask(address.fields), "account": address.contact.account.name}
        return render(request, TEMPLATE, {"step": "done" if done else "ask", **told})
