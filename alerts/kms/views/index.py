"""The ways into the KMS console: to the instances of a region, or of the region that is shown first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.estate.regions import DEFAULT
from alerts.kms.views.frame import Regional
from alerts.ui.access import ConsoleView


class ToDefaultRegion(ConsoleView):
    """Leads to the default region."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go to the instances."""
        return HttpResponseRedirect(reverse("kms:instances", args=[DEFAULT.id]))


class ToInstances(Regional):
    """Leads from a region to its instances."""

    entry = (_("Instances"), "kms:instances")

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponse:
        """Go to the instances."""
        return HttpResponseRedirect(self.list_address())
