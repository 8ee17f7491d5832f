"""Decisions, notifications and attempts. A notification row is the queue of deliveries: it says when it is due."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount
from alerts.contacts.models import Contact
from alerts.rules.models import AlertRule
from alerts.subscriptions.models import Batch, Bundle, SubscriptionPolicy

if TYPE_CHECKING:
    from datetime import datetime


class Decision(models.Model):
    """What one rule or one policy made of one event. Unique on (event, rule) and (event, policy): decided once.

    A policy's decision has the `bundle` that holds the event, and from the moment it speaks of it, the `batch`.
    """

    class Verdict(models.TextChoices):
        TOLD = "TOLD", _("Told")
        MUTED = "MUTED", _("Muted")
        OUTSIDE = "OUTSIDE", _("Outside effective hours")
        ACKED = "ACKED", _("Acknowledged")
        SILENCED = "SILENCED", _("Silenced")
        INHIBITED = "INHIBITED", _("Hidden by another event")
        GATHERED = "GATHERED", _("Waiting to be told with others")
        COUNTED = "COUNTED", _("Counted, not often enough yet")
        NOBODY = "NOBODY", _("Nobody to tell")
        UNSELECTED = "UNSELECTED", _("No rule selects it")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.UUIDField()
    rule = models.ForeignKey(AlertRule, on_delete=models.SET_NULL, null=True, related_name="decisions")
    rule_name = models.CharField(_("alert rule"), max_length=128)
    policy = models.ForeignKey(SubscriptionPolicy, on_delete=models.SET_NULL, null=True, related_name="decisions")
    policy_name = models.CharField(_("subscription policy"), max_length=128, default="", blank=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.SET_NULL, null=True, related_name="decisions", db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="decisions", db_index=False)
    event_name = models.CharField(_("event name"), max_length=256)
    resource = models.CharField(_("resource"), max_length=1024)
    level = models.CharField(_("event level"), max_length=16)
    rule_version = models.PositiveIntegerField(_("version of the rule"), null=True)
    test = models.BooleanField(_("test"), default=False)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=256, default="", blank=True)
    incident_id = models.BigIntegerField(null=True)
    silence_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(_("event time"))
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "rule"], name="an_event_is_decided_once_per_rule"),
            models.UniqueConstraint(fields=["event_id", "policy"], name="an_event_is_decided_once_per_policy"),
        ]
        indexes = [
            models.Index(F("account"), F("id").desc(), name="decisions_newest"),
            models.Index(F("rule"), F("decided_at").desc(), condition=Q(verdict="TOLD"), name="decisions_told"),
            models.Index(
                fields=["incident_id", "id"], condition=Q(incident_id__isnull=False), name="decisions_of_incidents"
            ),
            models.Index(
                fields=["silence_id", "id"], condition=Q(silence_id__isnull=False), name="decisions_of_silences"
            ),
            models.Index(fields=["bundle", "batch"], condition=Q(bundle__isnull=False), name="decisions_of_bundles"),
            models.Index(fields=["batch", "event_id"], condition=Q(batch__isnull=False), name="decisions_of_batches"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.verdict}"


class Mute(models.Model):
    """When a rule last told of one event name on one resource; the next one inside the mute period is muted."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="mutes", db_index=False)
    event_name = models.CharField(max_length=256)
    resource = models.CharField(max_length=1024)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "event_name", "resource"], name="one_mute_per_cause")]
        indexes = [models.Index(fields=["told_at"], name="mutes_by_age")]

    def __str__(self) -> str:
        return f"{self.event_name} {self.resource}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications by what is to be done with them."""

    def due(self, *, now: datetime) -> NotificationQuerySet:
        """Return what is to be sent now and is not being sent by anybody."""
        return self.filter(
            Q(claimed_until=None) | Q(claimed_until__lte=now), state=Notification.State.PENDING, due_at__lte=now
        )


class Notification(models.Model):
    """One message to one destination. `delivery_id` is the same for every try, so a receiver can drop a repeat.

    A message about an event has a decision, one of a policy has a batch instead; a test of an address, the question
    whether it is the right one, and a notice about the messages themselves have neither. `urgency` orders what is due:
    0 CRITICAL, 1 not about an event, 2 WARN, 3 everything else. `note` tells what was done otherwise than asked, such
    as that an own text failed. `recovery`: it says that an incident is over.
    """

    class Purpose(models.TextChoices):
        EVENT = "EVENT", _("Event")
        TEST = "TEST", _("Test")
        CONFIRMATION = "CONFIRMATION", _("Confirmation of an address")
        NOTICE = "NOTICE", _("Notice")

    class State(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        SENT = "SENT", _("Accepted")
        KEPT = "KEPT", _("Kept in the outbox")
        FAILED = "FAILED", _("Failed")
        UNKNOWN = "UNKNOWN", _("Unknown")
        MERGED = "MERGED", _("Merged into another")
        STOPPED = "STOPPED", _("Stopped before it was sent")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.EVENT)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, null=True, related_name="notifications")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="notifications")
    level = models.CharField(_("event level"), max_length=16, default="", blank=True)
    urgency = models.GeneratedField(
        expression=Case(
            When(level="CRITICAL", then=Value(0)),
            When(~Q(purpose="EVENT"), then=Value(1)),
            When(level="WARN", then=Value(2)),
            default=Value(3),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    incident_id = models.BigIntegerField(null=True)
    recovery = models.BooleanField(_("recovery"), default=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged")
    subject_of = EncryptedTextField(default="", blank=True, help_text=_("JSON of what a message without decision says"))
    channel = models.CharField(_("channel"), max_length=16)
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="notifications")
    recipient = models.CharField(_("recipient"), max_length=128)
    address = EncryptedTextField()
    destination = models.CharField(max_length=64)
    masked = models.CharField(_("address"), max_length=256)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    delivery_id = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tries_before = models.PositiveSmallIntegerField(default=0, help_text=_("attempts that do not count any more"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    answer = models.CharField(_("answer"), max_length=512, default="", blank=True)
    subject = models.CharField(_("subject"), max_length=256, default="", blank=True)
    text = models.TextField(default="", blank=True)
    note = models.CharField(_("note"), max_length=256, default="", blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "channel", "destination"], name="one_notification_per_destination"
            ),
            models.UniqueConstraint(
                fields=["batch", "channel", "destination"], name="one_notification_per_destination_of_a_batch"
            ),
        ]
        indexes = [
            models.Index(F("account"), F("id").desc(), name="notifications_newest"),
            models.Index(
                fields=["urgency", "destination", "due_at", "id"],
                condition=Q(state="PENDING"),
                name="notifications_lanes",
            ),
            models.Index(
                fields=["claimed_until"],
                condition=Q(state="PENDING", claimed_until__isnull=False),
                name="notifications_under_way",
            ),
            models.Index(
                fields=["incident_id"],
                condition=Q(state="PENDING", incident_id__isnull=False),
                name="notifications_to_stop",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient}: {self.state}"


class Attempt(models.Model):
    """One try to deliver a notification, and what the other side said. Holds no address."""

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("Accepted")
        UNKNOWN = "UNKNOWN", _("Unknown")
        KEPT = "KEPT", _("Kept")
        RETRY = "RETRY", _("Failed for now")
        FAILED = "FAILED", _("Failed for good")

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(_("started"))
    duration = models.FloatField(_("duration"), help_text=_("seconds"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    code = models.CharField(_("code"), max_length=32, default="", blank=True)
    request = models.TextField(_("request"), default="", blank=True)
    detail = models.TextField(_("answer"), default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notification", "number"], name="attempts_are_numbered")]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class Destination(models.Model):
    """The health of one address, and how much of what it bears is used up. Unreadable by itself: it holds a digest.

    `recent`: when messages went there within the last minute, oldest first, where the channel knows a limit.
    `probe_at`: while it is paused, when one message is tried again.
    """

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    destination = models.CharField(max_length=64)
    channel = models.CharField(_("channel"), max_length=16)
    masked = models.CharField(_("address"), max_length=256)
    recent = ArrayField(models.DateTimeField(), default=list)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    paused_at = models.DateTimeField(_("paused"), null=True)
    probe_at = models.DateTimeField(_("next try"), null=True)
    last_at = models.DateTimeField(_("last message"), null=True)
    last_outcome = models.CharField(_("outcome"), max_length=8, default="", blank=True)
    last_answer = models.CharField(_("answer"), max_length=512, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "destination"], name="one_row_per_destination")]
        indexes = [models.Index(fields=["probe_at"], condition=Q(paused_at__isnull=False), name="destinations_paused")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.masked}"


class MessageTemplate(models.Model):
    """The text of messages of one channel in one language, where an account has changed it."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="message_templates")
    channel = models.CharField(_("channel"), max_length=16)
    language = models.CharField(_("language"), max_length=8)
    subject = models.TextField(_("subject"), default="", blank=True)
    body = models.TextField(_("text"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.CharField(_("changed by"), max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "channel", "language"], name="one_template_per_channel")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.language}"
