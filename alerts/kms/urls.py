"""Addresses of the KMS console: /kms/<region>/<menu entry>/."""

from django.urls import path

from alerts.kms import views

app_name = "kms"
urlpatterns = [
    path("", views.ToDefaultRegion.as_view(), name="index"),
    path("<slug:region>/instances/", views.Placeholder.as_view(), name="instances"),
    path("<slug:region>/keys/", views.Placeholder.as_view(), name="keys"),
    path("<slug:region>/secrets/", views.Placeholder.as_view(), name="secrets"),
    path("<slug:region>/application-access/", views.Placeholder.as_view(), name="accesspoints"),
    path("<slug:region>/synchronization/", views.Placeholder.as_view(), name="synchronization"),
    path("<slug:region>/alert-events/", views.AlertEvents.as_view(), name="alertevents"),
]
