"""The CloudMonitor console's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from alerts.ui.access import ConsoleView
from alerts.ui.event_search import EventSearch, event_cell, level_cell, resource_cell, time_cell
from alerts.ui.tables import Column


class Placeholder(ConsoleView):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return HttpResponse("")


class SystemEvents(EventSearch):
    columns = (
        Column("Time", _("Time"), time_cell),
        Column("Level", _("Level"), level_cell),
        Column("Name", _("Event"), event_cell),
        Column("ResourceId", _("Resource"), resource_cell),
    )
