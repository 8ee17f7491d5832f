"""Addresses of incidents; `urls` puts them among those of the console."""

from django.urls import path

from alerts.cloudmonitor.views import incident_actions as actions
from alerts.cloudmonitor.views import incident_terms, incidents

LIST = "event-center/incidents/"
ONE = LIST + "<int:pk>/"

urlpatterns = [
    path(LIST, incidents.Incidents.as_view(), name="incidents"),
    path(LIST + "acknowledge/", actions.AcknowledgeMarked.as_view(), name="incidents_acknowledge"),
    path(LIST + "settings/", incident_terms.IncidentSettings.as_view(), name="incidents_settings"),
    path(ONE, incidents.IncidentDetails.as_view(), name="incident"),
    path(ONE + "acknowledge/", actions.Acknowledge.as_view(), name="incident_acknowledge"),
    path(ONE + "unacknowledge/", actions.Unacknowledge.as_view(), name="incident_unacknowledge"),
    path(ONE + "assign/", actions.Assign.as_view(), name="incident_assign"),
    path(ONE + "note/", actions.AddNote.as_view(), name="incident_note"),
    path(ONE + "snooze/", actions.Snooze.as_view(), name="incident_snooze"),
    path(ONE + "close/", actions.Close.as_view(), name="incident_close"),
]
