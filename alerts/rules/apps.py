"""Registers the `rules` stage with Django."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "alerts.rules"
    label = "rules"
    default_auto_field = "django.db.models.BigAutoField"
