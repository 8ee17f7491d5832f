"""The way into the KMS console: to the instances of the region that is shown first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from alerts.estate.regions import DEFAULT
from alerts.ui.access import ConsoleView


class ToDefaultRegion(ConsoleView):
    """Leads to the default region."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go to the instances."""
        return HttpResponseRedirect(reverse("kms:instances", args=[DEFAULT.id]))
