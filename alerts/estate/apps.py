"""Registers the `estate` stage with Django."""

from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "alerts.estate"
    label = "estate"
    default_auto_field = "django.db.models.BigAutoField"
