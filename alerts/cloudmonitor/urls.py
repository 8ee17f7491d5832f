"""Addresses of the CloudMonitor console."""

from django.urls import path

from alerts.cloudmonitor import views

app_name = "cloudmonitor"
urlpatterns = [
    path("event-center/system-events/", views.SystemEvents.as_view(), name="system_events"),
    path("event-center/system-events/<uuid:event_id>/", views.Placeholder.as_view(), name="system_event"),
    path("alerts/contacts/", views.Placeholder.as_view(), name="contacts"),
    path("alerts/history/", views.Placeholder.as_view(), name="history"),
    path("alerts/outbox/", views.Placeholder.as_view(), name="outbox"),
    path("help/events/", views.Placeholder.as_view(), name="event_catalogue"),
]
