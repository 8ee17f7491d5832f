"""Incidents: what is still wrong on one resource, one row from its opening to its end, and the entries of its timeline.

While it lasts, a constraint allows one row for each cause and resource of an account. The row outlives the events.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount, User

if TYPE_CHECKING:
    from datetime import datetime


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents by what is to be done about them."""

    def lasting(self) -> IncidentQuerySet:
        """Return what is not over: open, or unknown because its source fell silent."""
        return self.exclude(state=Incident.State.CLOSED)

    def due(self, *, now: datetime) -> IncidentQuerySet:
        """Return those of which some term has ended: an acknowledgement, a snooze, a calm, the wait for a recovery."""
        return self.filter(due_at__lte=now).order_by("due_at", "pk")


class Incident(models.Model):
    """What is wrong (`cause`, a code of the catalogue) on one resource, and what people did about it.

    `count` is the number of events that told of it, `openings` how often it began again within this row, and
    `reopened` when it lately did. `version` grows with every change that a person makes or would want to know of.
    `last_at` is the time of the newest event that told of it; `closing` the event that ended it, null when a person
    did. `due_at` is when the row has to be looked at again.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        UNKNOWN = "UNKNOWN", _("Unknown")
        CLOSED = "CLOSED", _("Closed")

    class Recovery(models.TextChoices):
        """What is to be told of it besides its events, and what became of that: it is over, or it is flapping."""

        NONE = "", "–"
        FLAPPING = "FLAPPING", _("Flapping: to be told")
        DUE = "DUE", _("To be told")
        TOLD = "TOLD", _("Told")
        HIDDEN = "HIDDEN", _("Hidden")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    cause = models.CharField(_("cause"), max_length=128)
    product = models.CharField(_("product"), max_length=64)
    region = models.CharField(_("region"), max_length=64)
    resource = models.CharField(_("resource"), max_length=1024)
    instance_name = models.CharField(_("resource name"), max_length=256)
    event_name = models.CharField(_("event name"), max_length=256)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    level = models.CharField(_("event level"), max_length=16)
    opened_at = models.DateTimeField(_("opened"))
    last_at = models.DateTimeField(_("last event"))
    first_event_id = models.UUIDField()
    last_event_id = models.UUIDField()
    count = models.PositiveIntegerField(_("events"), default=1)
    openings = models.PositiveIntegerField(_("openings"), default=1)
    reopened = ArrayField(models.DateTimeField(), default=list)
    flapping_since = models.DateTimeField(_("flapping since"), null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, default="", blank=True)
    acknowledged_until = models.DateTimeField(_("acknowledged until"), null=True)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=150, default="", blank=True)
    closing = models.UUIDField(null=True)
    recovery = models.CharField(_("recovery"), max_length=8, choices=Recovery.choices, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "resource", "cause"],
                condition=~Q(state="CLOSED"),
                name="one_lasting_incident_per_cause",
            ),
        ]
        indexes = [
            models.Index(F("account"), F("id").desc(), name="incidents_newest"),
            models.Index(F("account"), F("resource"), F("cause"), F("id").desc(), name="incidents_by_resource"),
            models.Index(fields=["account", "state", "id"], condition=~Q(state="CLOSED"), name="incidents_lasting"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="incidents_due"),
            models.Index(fields=["closed_at"], condition=Q(state="CLOSED"), name="incidents_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.resource}: {self.state}"

    @property
    def lasts(self) -> bool:
        """Whether it is not over."""
        return self.state != self.State.CLOSED

    def is_acknowledged(self, *, now: datetime) -> bool:
        """Tell whether somebody has taken it on, and that has not ended."""
        return self.acknowledged_until is not None and self.acknowledged_until > now

    def is_snoozed(self, *, now: datetime) -> bool:
        """Tell whether it is to be quiet for now."""
        return self.snoozed_until is not None and self.snoozed_until > now


class IncidentEntry(models.Model):
    """One line of a timeline. What repeats is one line: `count` events from `at` to `last_at`."""

    class Kind(models.TextChoices):
        OPENED = "OPENED", _("Opened")
        REPEATED = "REPEATED", _("Repeated")
        REOPENED = "REOPENED", _("Opened again")
        CLOSED = "CLOSED", _("Closed")
        LATE = "LATE", _("Closing event from before the last opening")
        FLAPPING = "FLAPPING", _("Flapping")
        CALM = "CALM", _("Calm again")
        UNKNOWN = "UNKNOWN", _("Source silent: unknown")
        KNOWN = "KNOWN", _("Source speaks again")
        ACKNOWLEDGED = "ACKED", _("Acknowledged")
        UNACKNOWLEDGED = "UNACKED", _("Acknowledgement withdrawn")
        ACKNOWLEDGEMENT_ENDED = "ACKENDED", _("Acknowledgement ended")
        ASSIGNED = "ASSIGNED", _("Assigned")
        NOTED = "NOTED", _("Note")
        SNOOZED = "SNOOZED", _("Snoozed")
        SNOOZE_ENDED = "AWAKE", _("Snooze ended")
        RECOVERY = "RECOVERY", _("Recovery")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="entries", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    event_id = models.UUIDField(null=True)
    event_name = models.CharField(max_length=256, default="", blank=True)
    actor = models.CharField(max_length=150, default="", blank=True)
    text = models.CharField(max_length=1024, default="", blank=True)
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(F("incident"), F("id").desc(), name="entries_of_incidents")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class IncidentTerms(models.Model):
    """How an account's incidents behave. An account without a row has these defaults; all durations are in seconds.

    `acknowledged_for` and `critical_acknowledged_for`: how long an acknowledgement lasts unless told otherwise.
    `reopens_within`: an event so soon after the end opens the same row again.
    `flaps_after` re-openings within `flaps_within` it is flapping, until it has been calm for `calm_for`.
    """

    account = models.OneToOneField(CloudAccount, on_delete=models.CASCADE, related_name="incident_terms")
    acknowledged_for = models.PositiveIntegerField(default=24 * 3600)
    critical_acknowledged_for = models.PositiveIntegerField(default=4 * 3600)
    reopens_within = models.PositiveIntegerField(default=24 * 3600)
    flaps_after = models.PositiveSmallIntegerField(default=3)
    flaps_within = models.PositiveIntegerField(default=3600)
    calm_for = models.PositiveIntegerField(default=1800)

    def __str__(self) -> str:
        return f"{self.account_id}"

    def acknowledgement_of(self, level: str) -> timedelta:
        """Return how long an acknowledgement of an incident of this level lasts."""
        return timedelta(seconds=self.critical_acknowledged_for if level == "CRITICAL" else self.acknowledged_for)
