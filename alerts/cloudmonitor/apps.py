"""Registers `cloudmonitor` with Django."""

from django.apps import AppConfig


class CloudmonitorConfig(AppConfig):
    name = "alerts.cloudmonitor"
    label = "cloudmonitor"
