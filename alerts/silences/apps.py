"""Registers the `silences` stage with Django."""

from django.apps import AppConfig


class SilencesConfig(AppConfig):
    name = "alerts.silences"
    label = "silences"
    default_auto_field = "django.db.models.BigAutoField"
