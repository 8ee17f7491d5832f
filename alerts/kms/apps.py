"""Registers `kms` with Django."""

from django.apps import AppConfig


class KmsConfig(AppConfig):
    name = "alerts.kms"
    label = "kms"
