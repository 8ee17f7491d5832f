"""Security Operations › Alert Events › CloudMonitor Alerts: the system events of KMS in one region."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from alerts.events.models import SystemEventQuerySet
from alerts.ui.event_search import EventSearch, event_cell, level_cell, resource_cell, time_cell
from alerts.ui.tables import Column


class AlertEvents(EventSearch):
    """The list."""

    columns = (
        Column("Time", _("Time"), time_cell),
        Column("Level", _("Level"), level_cell),
        Column("Name", _("Event"), event_cell),
        Column("ResourceId", _("Resource"), resource_cell),
    )

    def scope(self) -> SystemEventQuerySet:
        """Return KMS events of the region in the address."""
        return super().scope().filter(product="KMS", region=self.kwargs["region"])
