"""Event Center › System Event › Event Monitoring: the search over the events of every product, and one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.ui import event_cells as cells
from alerts.ui.event_details import EventDetails
from alerts.ui.event_search import EventSearch

if TYPE_CHECKING:
    from django.http import HttpRequest


def tabs_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs of System Event, the one of this page marked."""
    pages = ((_("Event Monitoring"), "system_events"), (_("Event-triggered Alert Rules"), "alert_rules"))
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [{"label": label, "url": reverse(f"cloudmonitor:{name}"), "active": name == here} for label, name in pages]


class SystemEvents(EventSearch):
    """The list."""

    fields = ("product", "event_type", "level", "name", "region", "status", "period", "start", "end", "keywords")
    columns = (cells.TIME, cells.LEVEL, cells.EVENT, cells.TYPE, cells.REGION, cells.RESOURCE, cells.STATUS)
    details = "cloudmonitor:system_event"

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        return {
            **super().context(),
            "title": _("System Event"),
            "lead": _("What happened to your keys, secrets and client keys. Events appear by themselves."),
            "trail": [{"label": _("Event Center")}, {"label": _("System Event")}],
            "tabs": tabs_of(self.request),
        }


class SystemEventDetails(EventDetails):
    """One event."""

    page = "cloudmonitor:system_event"
    list_page = "cloudmonitor:system_events"

    def trail(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [{"label": _("Event Center")}, {"label": _("System Event"), "url": self.back()}]
