"""Registers `administration` with Django."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "alerts.administration"
    label = "administration"
