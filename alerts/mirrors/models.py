"""A source, how far it has been read, and what it may read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount


class Reads(models.TextChoices):
    """What can be read of an account, in the order in which it is read: what is named comes before what names it."""

    INSTANCES = "instances", _("Instances and quotas")
    KEYS = "keys", _("Keys")
    ALIASES = "aliases", _("Aliases")
    SECRETS = "secrets", _("Secrets")
    ACCESS_POINTS = "access_points", _("Access points")
    CLIENT_KEYS = "client_keys", _("Client keys")
    EVENTS = "events", _("System events")


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources by what is to be done with them."""

    def due(self, *, now: datetime) -> SourceQuerySet:
        """Return those whose turn it is and that nobody reads at the moment."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, paused_at=None, next_at__lte=now).order_by("next_at", "pk")

    def to_check(self, *, now: datetime) -> SourceQuerySet:
        """Return those that somebody asked to be checked and that nobody checks at the moment."""
        free = Q(check_lease_until=None) | Q(check_lease_until__lte=now)
        return self.filter(free, check_asked_at__isnull=False).order_by("check_asked_at", "pk")


class Source(models.Model):
    """An account of the cloud, read with one access key. The row is the queue: `next_at` says when to look again.

    `polled_at` is the last whole reading, `begun_at` the start of the one under way, `heard_at` the last answer;
    `lease` names who reads it. With `role_arn`, the key only assumes that role. A check that is asked for at
    `check_asked_at` has the places `check_left` still to look at; what it found is in `checked`.
    """

    class Teller(models.TextChoices):
        """Who tells of happenings: see the package."""

        CLOUD = "cloud", _("The cloud's events")
        CONSOLE = "console", _("Our events")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(_("name"), max_length=64)
    access_key_id = models.CharField(_("AccessKey ID"), max_length=128)
    access_key_secret = EncryptedTextField(_("AccessKey secret"))
    role_arn = models.CharField(_("role ARN"), max_length=255, default="", blank=True)
    role_session = models.CharField(_("session name"), max_length=64, default="kms-console", blank=True)
    external_id = EncryptedTextField(_("external ID"), default="", blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=255, blank=True)
    regions = ArrayField(models.CharField(max_length=64), verbose_name=_("regions"))
    reads = ArrayField(models.CharField(max_length=16, choices=Reads.choices), verbose_name=_("what is read"))
    every = models.DurationField(_("how often"), default=timedelta(minutes=5))
    calls_per_second = models.PositiveSmallIntegerField(_("calls a second"), default=25)
    teller = models.CharField(_("who tells"), max_length=8, choices=Teller.choices, default=Teller.CONSOLE)
    teller_since = models.DateTimeField()
    created_at = models.DateTimeField(_("connected"))
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    next_at = models.DateTimeField(_("next reading"))
    begun_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(_("last success"), null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(_("error"), max_length=512, default="", blank=True)
    error_code = models.CharField(max_length=128, default="", blank=True)
    error_at = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=36, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked = models.JSONField(default=list, blank=True)
    check_asked_at = models.DateTimeField(null=True, blank=True)
    check_left = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    check_lease_until = models.DateTimeField(null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_source_per_name")]
        indexes = [models.Index(fields=["next_at"], condition=Q(paused_at=None), name="sources_to_read")]

    def __str__(self) -> str:
        return self.name

    @property
    def silent_after(self) -> timedelta:
        """After how long without a whole reading it is silent: three turns, at least a quarter of an hour."""
        return max(3 * self.every, timedelta(minutes=15))


class Cursor(models.Model):
    """How far one thing of one region has been read in the reading that began at `begun_at`.

    For events, `start` and `end` are what is left to read of the range of time up to `goal`, and `through` is the
    moment up to which all have been imported.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="cursors")
    region = models.CharField(max_length=64, blank=True)
    what = models.CharField(max_length=16, choices=Reads.choices)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_whole_at = models.DateTimeField(null=True)
    page = models.PositiveIntegerField(default=1)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    goal = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=512, default="", blank=True)
    error_code = models.CharField(max_length=128, default="", blank=True)
    through = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "region", "what"], name="one_cursor_per_reading")]

    def __str__(self) -> str:
        return f"{self.source} {self.region} {self.what}"
