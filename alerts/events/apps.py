"""Registers the `events` stage with Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "alerts.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
