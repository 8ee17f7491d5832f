"""Registers the `mirrors` stage with Django."""

from django.apps import AppConfig


class MirrorsConfig(AppConfig):
    name = "alerts.mirrors"
    label = "mirrors"
    default_auto_field = "django.db.models.BigAutoField"
