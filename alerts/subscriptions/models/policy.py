"""Subscription policies: which events are told together, how often at most, to whom and by which ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount
from alerts.rules.hours import Hours
from alerts.rules.models import ResourceGroup
from alerts.subscriptions.models.configuration import NotificationConfiguration
from alerts.subscriptions.models.push import PushChannel

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise

SPAN = 7 * 24 * 3600
"""The longest wait, in seconds."""


def _words() -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=256), default=list, blank=True)


def _seconds(label: Promise, default: int, *, least: int = 0) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(
        label, default=default, validators=[MinValueValidator(least), MaxValueValidator(SPAN)]
    )


class SubscriptionPolicy(models.Model):
    """What somebody subscribes to. Defaults: "Manage event subscriptions". All spans are in seconds.

    Scope: an empty field means any. Event content and event resource are texts that may occur; in white mode one of
    them must, in black mode an event is dropped only when all of them do. `quotas` are those of threshold-based events
    (`qps`, `key`, `secret`, `vpc`); their severity is `levels`.
    `merge_by`: what events of one message have in common (`subscriptions.merge.DIMENSIONS`); empty means nothing.
    `methods`: {channel: {"levels": [...], "subject": "", "body": ""}}: of which levels a channel tells, and in which
    own words; a channel that is absent tells of the levels that an alert rule's would.
    """

    class State(models.TextChoices):
        ENABLED = "ENABLED", _("Enabled")
        DISABLED = "DISABLED", _("Disabled")

    class Kind(models.TextChoices):
        SYSTEM = "SYSTEM", _("System Event")
        THRESHOLD = "THRESHOLD", _("Threshold-based Event")

    class Words(models.TextChoices):
        WHITE = "white", _("Whitelist: any of these")
        BLACK = "black", _("Blacklist: not all of these")

    class Denoise(models.TextChoices):
        COUNT = "COUNT", _("Conditional trigger, suppress after trigger")
        DIRECT_MUTED = "DIRECT_MUTED", _("Direct trigger, suppress after trigger")
        ALWAYS = "ALWAYS", _("Direct trigger, no suppression")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="subscription_policies")
    name = models.CharField(
        _("policy name"),
        max_length=128,
        validators=[RegexValidator(r"^[\w.:-][\w .:-]*$", _("Use letters, digits, blanks and . _ : - only."))],
    )
    description = models.CharField(_("description"), max_length=256, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ENABLED)
    kind = models.CharField(_("subscription type"), max_length=9, choices=Kind.choices, default=Kind.SYSTEM)

    product = models.CharField(_("product"), max_length=64, blank=True)
    event_types = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    names = _words()
    levels = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    resource_group = models.ForeignKey(
        ResourceGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    content_words = _words()
    content_mode = models.CharField(max_length=5, choices=Words.choices, default=Words.WHITE)
    resource_words = ArrayField(models.CharField(max_length=1024), default=list, blank=True)
    resource_mode = models.CharField(max_length=5, choices=Words.choices, default=Words.WHITE)
    quotas = ArrayField(models.CharField(max_length=8), default=list, blank=True)

    merge_by = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    denoise = models.CharField(_("denoise"), max_length=12, choices=Denoise.choices, default=Denoise.DIRECT_MUTED)
    denoise_count = models.PositiveIntegerField(
        _("triggers"), default=5, validators=[MinValueValidator(1), MaxValueValidator(1_000)]
    )
    denoise_period = _seconds(_("within"), 300, least=1)
    denoise_mute = _seconds(_("mute for"), 300)
    group_wait = _seconds(_("group wait"), 0)
    group_interval = _seconds(_("group interval"), 0)
    repeat_interval = _seconds(_("repeat interval"), 0)
    repeat_most = models.PositiveSmallIntegerField(
        _("repeats at most"), default=10, validators=[MinValueValidator(1), MaxValueValidator(1_000)]
    )
    effective_start = models.TimeField(_("effective from"), null=True, blank=True)
    effective_end = models.TimeField(_("effective until"), null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")

    configuration = models.ForeignKey(
        NotificationConfiguration, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    methods = models.JSONField(_("custom notification methods"), default=dict, blank=True)
    push_channels = models.ManyToManyField(
        PushChannel, related_name="policies", blank=True, verbose_name=_("push channels")
    )

    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_policy_per_name")]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> Hours:
        """Return when the policy may tell anybody."""
        return Hours(self.effective_start, self.effective_end, tuple(self.weekdays), self.time_zone)


class PolicyVersion(models.Model):
    """What a policy was after one change, and who made it."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(SubscriptionPolicy, on_delete=models.SET_NULL, null=True, related_name="versions")
    policy_name = models.CharField(_("subscription policy"), max_length=128)
    number = models.PositiveIntegerField(_("version"))
    change = models.CharField(_("change"), max_length=16)
    made_at = models.DateTimeField(_("changed"))
    made_by = models.CharField(_("changed by"), max_length=150)
    document = EncryptedTextField(help_text=_("JSON of the whole policy"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.policy_name} {self.number}"
