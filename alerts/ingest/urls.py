"""Addresses of the doors for facts from outside."""

from django.urls import path

from alerts.ingest import views

app_name = "ingest"
urlpatterns = [
    path("cloudevents", views.CloudEvents.as_view(), name="cloudevents"),
    path("cloudmonitor/<str:token>", views.CloudMonitor.as_view(), name="cloudmonitor"),
]
