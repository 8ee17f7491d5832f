"""Registers the `notifications` stage with Django."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "alerts.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
