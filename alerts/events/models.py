"""System events, their hourly counts, and what the triggers have to remember between two facts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.events.catalog import BY_NAME, EventType
from alerts.events.identity import first_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

SEARCH_TEXT_LENGTH = 8_000


class SystemEventQuerySet(models.QuerySet["SystemEvent"]):
    """Events by time, always through the id, so that only the partitions of that time are looked at."""

    def real(self) -> SystemEventQuerySet:
        """Return what happened: no tests."""
        return self.filter(test_of=None)

    def tests(self) -> SystemEventQuerySet:
        """Return the events that test a rule."""
        return self.filter(test_of__isnull=False)

    def between(self, start: datetime, end: datetime) -> SystemEventQuerySet:
        """Return events with start ≤ time < end, to the millisecond."""
        return self.filter(id__gte=first_id(start), id__lt=first_id(end))

    def newest_first(self) -> SystemEventQuerySet:
        """Order by id, which is time, descending."""
        return self.order_by("-id")

    def uncorrelated(self, *, now: datetime) -> SystemEventQuerySet:
        """Return events of which it is not known what they open or close, oldest first; a failing one waits."""
        return self.filter(Q(retry_at=None) | Q(retry_at__lte=now), correlated_at=None).order_by("id")

    def undispatched(self, *, now: datetime) -> SystemEventQuerySet:
        """Return correlated events that no rule has looked at, oldest first; a failing one waits for its `retry_at`."""
        ready = self.filter(Q(retry_at=None) | Q(retry_at__lte=now), correlated_at__isnull=False)
        return ready.filter(dispatched_at=None).order_by("id")


class SystemEvent(models.Model):
    """What happened, by the catalogue or as CloudMonitor said it. Lives in a table partitioned by id."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.CharField(_("product"), max_length=64)
    name = models.CharField(_("event name"), max_length=256)
    event_type = models.CharField(_("event type"), max_length=64)
    level = models.CharField(_("event level"), max_length=16)
    status = models.CharField(_("status"), max_length=64)
    region = models.CharField(_("region"), max_length=64)
    resource = models.CharField(_("resource"), max_length=1024)
    instance_name = models.CharField(_("resource name"), max_length=256)
    group_id = models.CharField(max_length=256, default="", blank=True)
    occurred_at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received"))
    content = models.JSONField(_("content"), default=dict)
    origin = models.CharField(max_length=32)
    original_id = models.CharField(max_length=256, default="", blank=True)
    fact_id = models.BigIntegerField(null=True)
    test_of = models.BigIntegerField(null=True)
    note = models.CharField(max_length=32, default="", blank=True)
    search_text = models.TextField(default="", blank=True)
    correlated_at = models.DateTimeField(null=True)
    incident_id = models.BigIntegerField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    objects = SystemEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("account"), F("id").desc(), name="events_newest"),
            models.Index(F("account"), F("region"), F("id").desc(), name="events_by_region"),
            models.Index(F("account"), F("resource"), F("id").desc(), name="events_by_resource"),
            models.Index(F("account"), F("name"), F("id").desc(), name="events_by_name"),
            models.Index(fields=["id"], condition=Q(dispatched_at=None), name="events_undispatched"),
            models.Index(fields=["id"], condition=Q(correlated_at=None), name="events_uncorrelated"),
            models.Index(
                fields=["incident_id", "id"], condition=Q(incident_id__isnull=False), name="events_of_incidents"
            ),
            GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="events_by_text"),
            # The few whose text was cut off: what a comparison looks for may stand in the part that is missing.
            models.Index(
                fields=["id"],
                condition=Q(GreaterThanOrEqual(Length("search_text"), SEARCH_TEXT_LENGTH)),
                name="events_cut_off",
            ),
            models.Index(fields=["id"], condition=Q(test_of__isnull=False), name="events_tests"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.resource}"

    @property
    def record(self) -> EventType | None:
        """The catalogue's record of this event type, if it is in the catalogue."""
        return BY_NAME.get(self.name)


def search_text(*, content: object, terms: Iterable[str]) -> str:
    """Return the lower-case text that keyword expressions and keyword filters are matched against."""
    flat = json.dumps(content, ensure_ascii=False, separators=(", ", ": "))
    return "\n".join([*(term for term in terms if term), flat]).lower()[:SEARCH_TEXT_LENGTH]


class EventCount(models.Model):
    """How many events of one kind there were in one hour; written with the events, so that counts never scan them."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    product = models.CharField(max_length=64)
    region = models.CharField(max_length=64)
    name = models.CharField(max_length=256)
    event_type = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    status = models.CharField(max_length=64)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "hour", "product", "region", "name", "event_type", "level", "status"],
                name="one_count_per_kind_and_hour",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "product", "region", "name", "event_type", "level", "status"], name="counts_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.name} {self.count}"


class UsageMeter(models.Model):
    """One quota of one instance: the row that evaluation locks, so that two workers take turns on it."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=1024)
    resource_type = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "resource", "resource_type"], name="one_meter_per_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.resource_type}"


class UsageSample(models.Model):
    """A sample that the triggers have seen. Each list holds shares of the quota, in percent.

    `above`: the lines that usage stood above after it; `announced`: those of which that had been announced by then;
    `fired`: those of which this sample is the announcement.
    """

    meter = models.ForeignKey(UsageMeter, on_delete=models.CASCADE, related_name="samples", db_index=False)
    fact_id = models.BigIntegerField()
    sampled_at = models.DateTimeField()
    used = models.FloatField()
    quota = models.FloatField()
    above = models.JSONField(default=list)
    announced = models.JSONField(default=list)
    fired = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meter", "sampled_at", "fact_id"], name="samples_in_order")]
        indexes = [models.Index(fields=["sampled_at"], name="samples_by_age")]

    def __str__(self) -> str:
        return f"{self.used:g}/{self.quota:g}"


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Deadlines by what is due."""

    def due(self, *, now: datetime) -> DeadlineQuerySet:
        """Return live deadlines with a reminder to send."""
        return self.filter(active=True, due_at__lte=now).order_by("due_at")


class Deadline(models.Model):
    """One end date of one resource. A date that moves leaves its row behind, so that it is remembered if it returns."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=1024)
    name = models.CharField(max_length=256)
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    reminded = models.PositiveSmallIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)
    data = models.JSONField(default=dict)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "resource", "name", "ends_at"], name="one_deadline_per_date"),
            models.UniqueConstraint(
                fields=["account", "resource", "name"], condition=Q(active=True), name="one_live_deadline"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(active=True), name="deadlines_due")]

    def __str__(self) -> str:
        return f"{self.resource} {self.ends_at:%Y-%m-%d}"
