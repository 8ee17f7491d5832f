"""Addresses of the CloudMonitor console."""

from django.urls import path

from alerts.cloudmonitor import (
    access_urls,
    check_urls,
    contact_urls,
    history_urls,
    incident_urls,
    rule_urls,
    silence_urls,
    subscription_urls,
)
from alerts.cloudmonitor.views import catalogue, system_events

app_name = "cloudmonitor"
urlpatterns = [
    *rule_urls.urlpatterns,
    *check_urls.urlpatterns,
    path("event-center/system-events/", system_events.SystemEvents.as_view(), name="system_events"),
    path(
        "event-center/system-events/<uuid:event_id>/", system_events.SystemEventDetails.as_view(), name="system_event"
    ),
    *incident_urls.urlpatterns,
    *contact_urls.urlpatterns,
    *history_urls.urlpatterns,
    *subscription_urls.urlpatterns,
    *silence_urls.urlpatterns,
    *access_urls.urlpatterns,
    path("help/events/", catalogue.EventCatalogue.as_view(), name="event_catalogue"),
]
