"""Registers `openapi` with Django."""

from django.apps import AppConfig


class OpenApiConfig(AppConfig):
    name = "alerts.openapi"
    label = "openapi"
