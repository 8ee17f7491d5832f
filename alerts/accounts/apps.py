"""Registers the `accounts` stage with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "alerts.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
