"""Addresses of the KMS console: /kms/<region>/<menu entry>/."""

from django.urls import path

from alerts.kms.views import alert_events, index, placeholder

app_name = "kms"
urlpatterns = [
    path("", index.ToDefaultRegion.as_view(), name="index"),
    path("<slug:region>/instances/", placeholder.Placeholder.as_view(), name="instances"),
    path("<slug:region>/keys/", placeholder.Placeholder.as_view(), name="keys"),
    path("<slug:region>/secrets/", placeholder.Placeholder.as_view(), name="secrets"),
    path("<slug:region>/application-access/", placeholder.Placeholder.as_view(), name="accesspoints"),
    path("<slug:region>/synchronization/", placeholder.Placeholder.as_view(), name="synchronization"),
    path("<slug:region>/alert-events/", alert_events.AlertEvents.as_view(), name="alertevents"),
]
