"""Event Center › Incidents: what is still wrong, and one incident with its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views import incident_cells as cells
from alerts.cloudmonitor.views.cells import select_cell
from alerts.incidents.filters import IncidentFilter
from alerts.incidents.models import Incident
from alerts.notifications.batches import messages_about
from alerts.notifications.facts import name_of
from alerts.ui.access import ConsoleView
from alerts.ui.pages import ListPage
from alerts.ui.resource_links import resource_url
from alerts.ui.tables import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.incidents.models import IncidentQuerySet

BULK = "bulk-acknowledge"
MOST_ENTRIES = 200
MOST_MESSAGES = 100


class Incidents(ListPage):
    """The list: what lasts, unless a state is asked for."""

    template = "cloudmonitor/incidents.html"
    collection = "incidents"
    filterset = IncidentFilter
    exported = cells.EXPORTED

    def rows(self) -> IncidentQuerySet:
        """Return the account's incidents."""
        return Incident.objects.filter(account=self.account).select_related("assignee")

    def make_search(self) -> IncidentFilter:
        """Return the filter, which asks who has taken what on now."""
        return IncidentFilter(self.request.GET, queryset=self.rows(), now=self.now)

    def shown(self) -> Sequence[Column]:
        """Return the columns; who may change something sees boxes."""
        columns = (
            Column("Level", _("Event level"), cells.level_cell),
            Column("Incident", _("Incident"), cells.name_cell),
            Column("State", _("State"), cells.state_cell(self.now)),
            Column("Since", _("Since"), cells.since_cell),
            Column("Events", _("Events"), cells.count_cell, numeric=True),
            Column("Region", _("Region"), lambda incident: incident.region, minor=True),
            Column("Assignee", _("Assigned to"), lambda incident: str(incident.assignee or "")),
        )
        return (Column("Select", _("Mark"), select_cell(BULK, "incident")), *columns) if self.may_change else columns

    def context(self) -> dict[str, Any]:
        """Return the words of the page, and the two searches that are made most."""
        settings = {"label": _("Settings"), "url": reverse("cloudmonitor:incidents_settings"), "icon": "settings"}
        return {
            "title": _("Incidents"),
            "lead": _("What is still wrong, and on which resource. One incident is one row, however often it repeats."),
            "trail": [{"label": _("Event Center")}, {"label": _("Incidents")}],
            "actions": [settings] if self.may_change else [],
            "bulk": BULK if self.may_change else "",
            "empty": {
                "title": _("No incidents"),
                "text": _(
                    "Nothing is known to be wrong. An incident opens when an event tells of something that lasts."
                ),
                "icon": "circle-check",
            },
        }


class IncidentDetails(ConsoleView):
    """One incident: how it stands, what can be done about it, and everything that happened, in order."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, if it is of this account."""
        rows = Incident.objects.filter(account=self.account).select_related("assignee")
        incident = get_object_or_404(rows, pk=pk)
        now, title = timezone.now(), cells.title_of(incident)
        events = urlencode({"resource": incident.resource, "period": "90d"})
        context = {
            "incident": incident, "title": title, "name": name_of(incident.resource, incident.instance_name),
            "state": cells.state_of(incident), "quiet": cells.quiet_of(incident, now=now),
            "acknowledged": incident.is_acknowledged(now=now), "steps": steps_of(incident),
            "may_change": self.may_change, "events_url": f"{reverse('cloudmonitor:system_events')}?{events}",
            "resource_url": resource_url(self.account, incident.resource),
            "silence_url": silence_url(incident) if self.may_change else "",
            "trail": [{"label": _("Incidents"), "url": reverse("cloudmonitor:incidents")}, {"label": title}],
        }  # fmt: skip
        return render(request, "cloudmonitor/incident.html", context)


def steps_of(incident: Incident) -> list[dict[str, Any]]:
    """Return the timeline with the messages, oldest first; of very long ones the newest part."""
    entries = incident.entries.order_by("-pk")[:MOST_ENTRIES]
    messages = messages_about(incident.pk, account=incident.account_id).order_by("-pk")
    steps = [cells.entry_step(entry) for entry in entries][::-1]
    steps += [cells.message_step(message) for message in messages[:MOST_MESSAGES]]
    return sorted(steps, key=lambda step: step["at"])


def silence_url(incident: Incident) -> str:
    """Return the address of the form for a silence of this kind of event on this resource."""
    carried = urlencode({"product": incident.product, "name": incident.event_name, "resource": incident.resource})
    return f"{reverse('cloudmonitor:silence_create')}?{carried}"
