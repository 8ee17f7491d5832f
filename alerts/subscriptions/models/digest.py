"""Digests: a contact group that takes INFO events as one message a day or a week, at a time in a zone of its own."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.contacts.models import ContactGroup
from alerts.subscriptions.models.bundle import Batch


class GroupDigest(models.Model):
    """When a contact group gets what rules and policies would have told it of INFO events.

    `weekday`: 1 Monday … 7 Sunday.
    """

    class Every(models.TextChoices):
        DAY = "DAY", _("Daily")
        WEEK = "WEEK", _("Weekly")

    group = models.OneToOneField(ContactGroup, on_delete=models.CASCADE, related_name="digest")
    enabled = models.BooleanField(_("enabled"), default=True)
    every = models.CharField(_("every"), max_length=4, choices=Every.choices, default=Every.DAY)
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), default=1, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    at = models.TimeField(_("time of day"), default=time(9))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    due_at = models.DateTimeField(_("next digest"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="digests_due")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.every}"

    def moment_after(self, now: datetime) -> datetime:
        """Return the first moment after `now` at which the clock in the group's zone shows the time of the digest.

        A time that the start of summer time leaves out comes as much later as the gap is long; of one that its end
        brings twice, the first counts.
        """
        zone = ZoneInfo(self.time_zone)
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=number) for number in range(9))
        moments = (
            datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            for day in days
            if self.every == self.Every.DAY or day.isoweekday() == self.weekday
        )
        return next(moment for moment in moments if moment > now)


class DigestItem(models.Model):
    """A batch, of a policy or of what a rule told, that a group will find in its next digest.

    `told_in` is the digest in which it found it.
    """

    digest = models.ForeignKey(GroupDigest, on_delete=models.CASCADE, related_name="items")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="digest_items")
    told_in = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="told_items")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "batch"], name="a_digest_has_a_batch_once")]
        indexes = [models.Index(fields=["digest"], condition=Q(told_in=None), name="digest_items_waiting")]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.digest_id}"
