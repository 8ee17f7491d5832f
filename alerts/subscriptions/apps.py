"""Registers the `subscriptions` stage with Django."""

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "alerts.subscriptions"
    label = "subscriptions"
    default_auto_field = "django.db.models.BigAutoField"
