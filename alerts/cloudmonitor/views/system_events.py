"""Event Center › System Event › Event Monitoring: the search over the events of every product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from alerts.ui.event_search import EventSearch, event_cell, level_cell, resource_cell, time_cell
from alerts.ui.tables import Column


class SystemEvents(EventSearch):
    """The list."""

    columns = (
        Column("Time", _("Time"), time_cell),
        Column("Level", _("Level"), level_cell),
        Column("Name", _("Event"), event_cell),
        Column("ResourceId", _("Resource"), resource_cell),
    )
