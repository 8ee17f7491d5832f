"""Registers the `contacts` stage with Django."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "alerts.contacts"
    label = "contacts"
    default_auto_field = "django.db.models.BigAutoField"
