"""Registers `setup` with Django."""

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "alerts.setup"
    label = "setup"
