"""Security Operations › Alert Events › CloudMonitor Alerts: the system events of KMS in one region, and one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.events.catalog import PRODUCT
from alerts.kms.views.frame import Regional
from alerts.ui import event_cells as cells
from alerts.ui.event_details import EventDetails
from alerts.ui.event_search import EventSearch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.events.models import SystemEventQuerySet

ENTRY = (gettext_lazy("Alert Events"), "kms:alertevents")


class AlertEvents(Regional, EventSearch):
    """The list."""

    entry = ENTRY
    template = "kms/alert_events.html"
    fields = ("name", "level", "period", "start", "end")
    columns = (cells.TIME, cells.LEVEL, cells.EVENT, cells.RESOURCE, cells.STATUS)
    details = "kms:alertevents_event"

    def fixed(self) -> Mapping[str, str]:
        """Return the product and the region."""
        return {"product": PRODUCT, "region": self.region.id}

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        return {
            **super().context(),
            "title": _("Alert Events"),
            "trail": self.trail(),
            "tabs": [{"label": _("CloudMonitor Alerts"), "url": self.request.path, "active": True}],
            "rules_url": reverse("cloudmonitor:alert_rules"),
        }


class AlertEvent(Regional, EventDetails):
    """One event."""

    entry = ENTRY
    page = "kms:alertevents_event"
    list_page = "kms:alertevents"

    def scope(self) -> SystemEventQuerySet:
        """Return the events of KMS in this region."""
        return super().scope().filter(product=PRODUCT, region=self.region.id)
