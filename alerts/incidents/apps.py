"""Registers the `incidents` stage with Django."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "alerts.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
