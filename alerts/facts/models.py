"""A fact: what was observed about one resource at one time. The row is the queue of the next stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from alerts.accounts.models import CloudAccount

if TYPE_CHECKING:
    from datetime import datetime


class FactQuerySet(models.QuerySet["Fact"]):
    """Facts by what is still to be done with them."""

    def pending(self, *, now: datetime) -> FactQuerySet:
        """Return facts that wait to be evaluated, oldest first; a failing one waits until its `retry_at`."""
        return self.filter(Q(retry_at=None) | Q(retry_at__lte=now), evaluated_at=None).order_by("id")

    def aged(self, *, before: datetime) -> FactQuerySet:
        """Return evaluated facts received before the given moment: no repeat can be accepted any more."""
        return self.filter(evaluated_at__isnull=False, received_at__lt=before)


class Fact(models.Model):
    """One observation. (account, source, external_id) is the deduplication key.

    `origin` tells who saw it: `estate` for our own verbs (whose row change is already made), otherwise the source.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="facts", db_index=False)
    origin = models.CharField(max_length=32)
    source = models.CharField(max_length=512)
    external_id = models.CharField(max_length=512)
    type = models.CharField(max_length=64)
    region = models.CharField(max_length=64)
    resource = models.CharField(max_length=1024)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    evaluated_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=512, default="", blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "source", "external_id"], name="a_fact_is_told_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(evaluated_at=None), name="facts_pending"),
            models.Index(fields=["received_at"], name="facts_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.resource}"
