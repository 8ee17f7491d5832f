"""Addresses of the CloudMonitor console."""

from django.urls import path

from alerts.cloudmonitor import check_urls, contact_urls, rule_urls
from alerts.cloudmonitor.views import (
    catalogue,
    contact_tests,
    history,
    outbox,
    system_events,
)

app_name = "cloudmonitor"
urlpatterns = [
    *rule_urls.urlpatterns,
    *check_urls.urlpatterns,
    path("event-center/system-events/", system_events.SystemEvents.as_view(), name="system_events"),
    path(
        "event-center/system-events/<uuid:event_id>/", system_events.SystemEventDetails.as_view(), name="system_event"
    ),
    *contact_urls.urlpatterns,
    path("alerts/history/", history.History.as_view(), name="history"),
    path("alerts/history/decisions/", history.Decisions.as_view(), name="decisions"),
    path(
        "alerts/history/<int:pk>/progress/", contact_tests.NotificationProgress.as_view(), name="notification_progress"
    ),
    path("alerts/history/<int:pk>/", history.Message.as_view(), name="notification"),
    path("alerts/outbox/", outbox.Outbox.as_view(), name="outbox"),
    path("alerts/outbox/<int:pk>/", outbox.OutboxMessage.as_view(), name="outbox_message"),
    path("help/events/", catalogue.EventCatalogue.as_view(), name="event_catalogue"),
]
