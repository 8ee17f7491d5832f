"""Registers `ingest` with Django."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "alerts.ingest"
    label = "ingest"
