"""The first page: what happened lately, what is about to be lost, and where to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse

from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class Home(ConsoleView):
    """Leads to the events."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Go to Event Monitoring."""
        return HttpResponseRedirect(reverse("cloudmonitor:system_events"))
