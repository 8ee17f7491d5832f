"""Registers the `facts` stage with Django."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "alerts.facts"
    label = "facts"
    default_auto_field = "django.db.models.BigAutoField"
