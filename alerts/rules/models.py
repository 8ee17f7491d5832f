"""Event-triggered alert rules, their targets, the resource groups that they look at, and what they were before."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount
from alerts.contacts.models import ContactGroup
from alerts.events.models import SystemEvent
from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

MUTE_CHOICES = (
    (5 * 60, _("5 Minutes")),
    (15 * 60, _("15 Minutes")),
    (30 * 60, _("30 Minutes")),
    (60 * 60, _("60 Minutes")),
    (3 * 3600, _("3 Hours")),
    (6 * 3600, _("6 Hours")),
    (12 * 3600, _("12 Hours")),
    (24 * 3600, _("24 Hours")),
)
DEFAULT_MUTE = 24 * 3600


class ResourceGroup(models.Model):
    """Resources by name: ARNs, in which `*` stands for any text and `?` for one character."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="resource_groups")
    name = models.CharField(_("resource group name"), max_length=64)
    description = models.CharField(_("description"), max_length=256, blank=True)
    patterns = ArrayField(models.CharField(max_length=1024), default=list)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_resource_group_per_name")]

    def __str__(self) -> str:
        return self.name


class Selection(models.Model):
    """Which events somebody means: the columns that a pattern is made of. Nothing chosen means all."""

    class Keywords(models.TextChoices):
        ANY = "any", _("Contains any of the keywords")
        NONE = "none", _("Does not contain any of the keywords")

    product = models.CharField(_("product"), max_length=64, blank=True)
    event_types = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    levels = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    names = ArrayField(models.CharField(max_length=256), default=list, blank=True)
    keyword_mode = models.CharField(max_length=4, choices=Keywords.choices, default=Keywords.ANY)
    keywords = ArrayField(models.CharField(max_length=256), default=list, blank=True)
    statuses = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    sql_filter = models.CharField(_("SQL filter"), max_length=1000, default="", blank=True)

    class Meta:
        abstract = True

    def selected_resources(self) -> tuple[str, ...]:
        """Return the resources that are meant, as a pattern takes them; none for all."""
        return ()

    def pattern(self) -> Pattern:
        """Return the pure pattern that the matcher reads; may look up a resource group."""
        return Pattern(
            product=self.product,
            event_types=tuple(self.event_types),
            levels=tuple(self.levels),
            names=tuple(self.names),
            statuses=tuple(self.statuses),
            keywords=tuple(self.keywords),
            keywords_none=self.keyword_mode == self.Keywords.NONE,
            sql_filter=self.sql_filter,
            resources=self.selected_resources(),
        )

    def matches(self, event: SystemEvent) -> bool:
        """Tell whether the event is one of those that are meant."""
        return self.pattern().matches(event)


class AlertRuleQuerySet(models.QuerySet["AlertRule"]):
    """Alert rules by what they are."""

    def saved(self) -> AlertRuleQuerySet:
        """Return the rules that somebody saved: no trials."""
        return self.exclude(state=AlertRule.State.TRIAL)


class AlertRule(Selection):
    """Which events somebody wants to hear of, when, and how often at most. The name is unique in the account.

    A trial is a rule as a panel described it that nobody saved yet, made to test it; it sees test events only.
    """

    class State(models.TextChoices):
        ENABLED = "ENABLED", _("Enabled")
        DISABLED = "DISABLED", _("Disabled")
        TRIAL = "TRIAL", _("Trial")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="alert_rules")
    name = models.CharField(
        _("alert rule name"),
        max_length=128,
        validators=[
            RegexValidator(
                r"^[\w.:-][\w .:-]*$",
                _("Use letters, digits, blanks and . _ : - only."),
            )
        ],
    )
    description = models.CharField(_("description"), max_length=256, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ENABLED)
    resource_group = models.ForeignKey(
        ResourceGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="rules"
    )
    effective_start = models.TimeField(_("effective from"), null=True, blank=True)
    effective_end = models.TimeField(_("effective until"), null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    mute_for = models.PositiveIntegerField(_("mute for"), choices=MUTE_CHOICES, default=DEFAULT_MUTE)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = AlertRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=~Q(state="TRIAL"), name="one_alert_rule_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> Hours:
        """Return when the rule may tell anybody."""
        return Hours(self.effective_start, self.effective_end, tuple(self.weekdays), self.time_zone)

    def selected_resources(self) -> tuple[str, ...]:
        """Return the patterns of the resource group, if there is one."""
        return tuple(self.resource_group.patterns) if self.resource_group else ()


class RuleTarget(models.Model):
    """Where a rule's notifications go: a contact group with a notification method, or a system with its address."""

    class Kind(models.TextChoices):
        CONTACT_GROUP = "contact_group", _("Alert notification")
        QUEUE = "queue", _("Simple Message Queue")
        FUNCTION = "function", _("Function Compute")
        WEBHOOK = "webhook", _("URL callback")
        LOG = "log", _("Simple Log Service")

    class Method(models.TextChoices):
        CRITICAL = "CRITICAL", _("Critical (phone, text message, e-mail, webhooks)")
        WARN = "WARN", _("Warning (text message, e-mail, webhooks)")
        INFO = "INFO", _("Info (e-mail, webhooks)")

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    group = models.ForeignKey(
        ContactGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_targets"
    )
    method = models.CharField(_("notification method"), max_length=8, choices=Method.choices, default=Method.CRITICAL)
    address = EncryptedTextField(blank=True, default="", help_text=_("JSON of the channel's fields"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="contact_group", group__isnull=False)
                | (~Q(kind="contact_group") & Q(group__isnull=True)),
                name="a_target_has_what_its_kind_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.rule_id}"

    @property
    def fields(self) -> Mapping[str, str]:
        """What the channel needs to reach it; empty for a contact group."""
        found: Mapping[str, str] = json.loads(self.address or "{}")
        return found


class RuleVersion(models.Model):
    """What a rule was after one change, and who made it. The document is encrypted, for it holds addresses."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(AlertRule, on_delete=models.SET_NULL, null=True, related_name="versions")
    rule_name = models.CharField(_("alert rule"), max_length=128)
    number = models.PositiveIntegerField(_("version"))
    change = models.CharField(_("change"), max_length=16)
    made_at = models.DateTimeField(_("changed"))
    made_by = models.CharField(_("changed by"), max_length=150)
    document = EncryptedTextField(help_text=_("JSON of the whole rule"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.rule_name} {self.number}"


class RuleBook(models.Model):
    """The edition of the account's rules and resource groups: whoever keeps them compiled compares it.

    Every change makes a new one, in its own transaction. The row is locked by that, so that editions follow each other.
    """

    account = models.OneToOneField(CloudAccount, on_delete=models.CASCADE, primary_key=True, related_name="rule_book")
    edition = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.edition}"
