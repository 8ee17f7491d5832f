"""Silences, what each of their windows hid, and the edition by which compiled silences are known to be current."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.rules.models import ResourceGroup, Selection
from alerts.silences.schedule import Once, Recurring

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.silences.schedule import Schedule


class SilenceQuerySet(models.QuerySet["Silence"]):
    """Silences by what they do at a moment."""

    def ended(self, now: datetime) -> SilenceQuerySet:
        """Return those that are over."""
        return self.filter(ends_at__lte=now)

    def current(self, now: datetime) -> SilenceQuerySet:
        """Return those that have begun and are not over; a recurring one may be between two of its windows."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)

    def coming(self, now: datetime) -> SilenceQuerySet:
        """Return those that have not begun."""
        return self.filter(starts_at__gt=now).exclude(ends_at__lte=now)

    def untold(self, *, before: datetime) -> SilenceQuerySet:
        """Return those with a window that ended by then, of which nobody has said yet what it hid."""
        return self.filter(untold_end__lte=before).order_by("untold_end", "pk")


class Silence(Selection):
    """Events that nobody is told of for a while: from `starts_at` to `ends_at`, or in the windows that `rule` makes.

    A recurring silence has an RRULE, and a duration and a zone for the windows; `starts_at` is the first possible
    start, and `ends_at` may be empty. `untold_end` is when the window ends of which is to be said next what it hid.
    """

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="silences")
    name = models.CharField(_("silence name"), max_length=128)
    reason = models.CharField(_("reason"), max_length=512)
    resources = ArrayField(models.CharField(max_length=1024), default=list, blank=True)
    resource_group = models.ForeignKey(
        ResourceGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="silences"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    rule = models.CharField(_("recurrence"), max_length=200, default="", blank=True)
    lasts_for = models.DurationField(_("duration"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    author = models.CharField(_("author"), max_length=150)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.CharField(_("changed by"), max_length=150)
    version = models.PositiveIntegerField(_("version"), default=1)
    untold_end = models.DateTimeField(null=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="one_silence_per_name"),
            models.CheckConstraint(
                condition=Q(rule="", ends_at__isnull=False, lasts_for__isnull=True)
                | (~Q(rule="") & Q(lasts_for__gt=timedelta(0))),
                name="a_silence_ends_or_recurs",
            ),
        ]
        indexes = [
            models.Index(F("account"), F("id").desc(), name="silences_newest"),
            models.Index(fields=["untold_end"], condition=Q(untold_end__isnull=False), name="silences_untold"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recurring(self) -> bool:
        """Whether it comes again."""
        return bool(self.rule)

    def selected_resources(self) -> tuple[str, ...]:
        """Return the resources that are meant: its own, or those of its resource group."""
        return tuple(self.resource_group.patterns) if self.resource_group else tuple(self.resources)

    def schedule(self) -> Schedule:
        """Return when it hides."""
        if self.lasts_for is None or not self.rule:
            assert self.ends_at is not None
            return Once(self.starts_at, self.ends_at)
        first = self.starts_at.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)
        return Recurring(self.rule, first, self.lasts_for, self.time_zone, self.ends_at)


class SilenceWindow(models.Model):
    """One window that is over: how many events it hid, by their names. Written once, when it is said."""

    silence = models.ForeignKey(Silence, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField(_("started"))
    ends_at = models.DateTimeField(_("ended"))
    hidden = models.PositiveIntegerField(_("events hidden"))
    names = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["silence", "ends_at"], name="a_window_is_told_once")]

    def __str__(self) -> str:
        return f"{self.silence_id} {self.ends_at:%Y-%m-%d %H:%M}"


class SilenceBook(models.Model):
    """The edition of an account's silences; every change makes a new one in its own transaction."""

    account = models.OneToOneField(CloudAccount, on_delete=models.CASCADE, primary_key=True, related_name="+")
    edition = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.edition}"
