"""Bundles and batches: what a policy has gathered, and each time that it spoke. A bundle is the queue of its waits."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.subscriptions.models.policy import SubscriptionPolicy


class Bundle(models.Model):
    """The events of a policy that go together, from the first of them until nothing is left to be said of them.

    `key` is a digest of what they have in common, `shared` the same for people. `terms` are those of the policy when
    the bundle began, by which it lives to its end; `state` is where the engine stands (`subscriptions.engine`).
    `due_at`: when it has to be looked at next; None: only another event makes it move.
    """

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(SubscriptionPolicy, on_delete=models.CASCADE, related_name="bundles")
    policy_version = models.PositiveIntegerField(_("version of the policy"))
    key = models.CharField(max_length=64)
    shared = models.JSONField(_("in common"), default=dict)
    terms = models.JSONField(default=dict)
    state = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closing = models.CharField(_("why it was closed"), max_length=32, default="", blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "key"], condition=Q(closed_at=None), name="one_open_bundle_per_key"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(closed_at=None), name="bundles_due")]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.key[:8]}"


class BundleMember(models.Model):
    """One cause in a bundle: one kind of event on one resource, however often it happened.

    `incident_id`: the incident that it opened, as long as the bundle has to know whether it is over.
    `told`: whether a message has named it.
    """

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="members")
    event_name = models.CharField(_("event name"), max_length=256)
    resource = models.CharField(_("resource"), max_length=1024)
    level = models.CharField(_("event level"), max_length=16)
    incident_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_event_id = models.UUIDField()
    told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle", "event_name", "resource"], name="one_member_per_cause")
        ]
        indexes = [
            models.Index(fields=["incident_id"], condition=Q(incident_id__isnull=False), name="members_of_incidents")
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.resource}"


class Batch(models.Model):
    """One message, as one policy or digest says it to all of its receivers; the `batchId` of the envelope.

    `count` are the events that it tells of, from `since` to `until`; `causes` how many different ones these were, by
    kind of event and resource. A reminder, an escalation and a recovery count the events of the whole bundle; only an
    escalation leaves out what is over or somebody has taken on: the members `left_out`.
    What an alert rule lets wait for a digest is a batch without policy and bundle, under the name of the rule.
    `step` counts the steps of the escalation, over all of its rounds. `over`: nothing of it was open any more.
    """

    class Kind(models.TextChoices):
        FIRST = "FIRST", _("First message")
        MORE = "MORE", _("More of it")
        REPEAT = "REPEAT", _("Repeat")
        ESCALATION = "ESCALATION", _("Escalation")
        RECOVERY = "RECOVERY", _("Recovery")
        DIGEST = "DIGEST", _("Digest")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    policy = models.ForeignKey(SubscriptionPolicy, on_delete=models.SET_NULL, null=True, related_name="batches")
    policy_name = models.CharField(_("subscription policy"), max_length=128)
    policy_version = models.PositiveIntegerField(_("version of the policy"), default=0)
    bundle = models.ForeignKey(Bundle, on_delete=models.SET_NULL, null=True, related_name="batches")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    level = models.CharField(_("event level"), max_length=16)
    count = models.PositiveIntegerField(_("events"))
    causes = models.PositiveIntegerField(_("causes"), default=1)
    left_out = ArrayField(models.BigIntegerField(), default=list)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    newest_event_id = models.UUIDField(null=True)
    step = models.PositiveSmallIntegerField(_("step of the escalation"), default=0)
    over = models.BooleanField(_("over"), default=False)
    test = models.BooleanField(_("test"), default=False)
    mails = models.PositiveIntegerField(_("e-mails"), default=0)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "number"], name="batches_are_numbered")]
        indexes = [
            models.Index(F("account"), F("made_at").desc(), name="batches_newest"),
            models.Index(F("policy"), F("made_at").desc(), name="batches_of_policies"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_name} {self.number}: {self.kind}"
