"""The KMS console's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.events.models import SystemEventQuerySet
from alerts.ui.access import ConsoleView
from alerts.ui.event_search import EventSearch, event_cell, level_cell, resource_cell, time_cell
from alerts.ui.tables import Column


class ToDefaultRegion(ConsoleView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("kms:instances", args=["cn-hangzhou"]))


class Placeholder(ConsoleView):
    def get(self, request: HttpRequest, region: str) -> HttpResponse:
        return HttpResponse(region)


class AlertEvents(EventSearch):
    columns = (
        Column("Time", _("Time"), time_cell),
        Column("Level", _("Level"), level_cell),
        Column("Name", _("Event"), event_cell),
        Column("ResourceId", _("Resource"), resource_cell),
    )

    def scope(self) -> SystemEventQuerySet:
        return super().scope().filter(product="KMS", region=self.kwargs["region"])
