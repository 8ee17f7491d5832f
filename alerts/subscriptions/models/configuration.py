"""Notification configurations: who is told, who comes next when nobody answers, and whether the end is told too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.contacts.models import ContactGroup

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise

MOST_STEPS = 5
MOST_ROUNDS = 10
LONGEST_STEP = 7 * 24 * 60
"""Minutes."""


def _group(label: Promise) -> models.ForeignKey[ContactGroup | None, ContactGroup | None]:
    return models.ForeignKey(
        ContactGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class NotificationConfiguration(models.Model):
    """Whom policies tell: one group, or one for each event level. A name is unique in the account.

    `rounds`: how many times the escalation goes through its steps; 1 means that it does not repeat.
    `recovery`: whether people hear that what they were told of is over.
    """

    class Mode(models.TextChoices):
        DIRECT = "DIRECT", _("Directly set notification group")
        BY_LEVEL = "BY_LEVEL", _("By event level")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="notification_configurations")
    name = models.CharField(_("configuration name"), max_length=128)
    description = models.CharField(_("description"), max_length=256, blank=True)
    mode = models.CharField(_("notification settings"), max_length=8, choices=Mode.choices, default=Mode.DIRECT)
    group = _group(_("contact group"))
    critical_group = _group(_("contact group of CRITICAL events"))
    warn_group = _group(_("contact group of WARN events"))
    info_group = _group(_("contact group of INFO events"))
    rounds = models.PositiveSmallIntegerField(
        _("rounds of escalation"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_ROUNDS)]
    )
    recovery = models.BooleanField(_("recovery notification"), default=True)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_configuration_per_name")]

    def __str__(self) -> str:
        return self.name

    def group_of(self, level: str) -> ContactGroup | None:
        """Return who is told of events of this level first; None for nobody."""
        if self.mode == self.Mode.DIRECT:
            return self.group
        return {"CRITICAL": self.critical_group, "WARN": self.warn_group}.get(level, self.info_group)


class EscalationStep(models.Model):
    """Who is told next, so many minutes after the step before when nothing is cleared and nobody has acknowledged."""

    configuration = models.ForeignKey(NotificationConfiguration, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_STEPS)])
    after = models.PositiveIntegerField(
        _("after (minutes)"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_STEP)]
    )
    group = models.ForeignKey(ContactGroup, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["configuration", "number"], name="escalation_steps_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_STEPS), name="at_most_five_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.after} min"
