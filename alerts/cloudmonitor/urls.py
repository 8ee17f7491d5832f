"""Addresses of the CloudMonitor console."""

from django.urls import path

from alerts.cloudmonitor.views import placeholder, system_events

app_name = "cloudmonitor"
urlpatterns = [
    path("event-center/system-events/", system_events.SystemEvents.as_view(), name="system_events"),
    path("event-center/system-events/<uuid:event_id>/", placeholder.Placeholder.as_view(), name="system_event"),
    path("alerts/contacts/", placeholder.Placeholder.as_view(), name="contacts"),
    path("alerts/history/", placeholder.Placeholder.as_view(), name="history"),
    path("alerts/outbox/", placeholder.Placeholder.as_view(), name="outbox"),
    path("help/events/", placeholder.Placeholder.as_view(), name="event_catalogue"),
]
