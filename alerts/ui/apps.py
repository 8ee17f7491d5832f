"""Registers `ui` with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "alerts.ui"
    label = "ui"
