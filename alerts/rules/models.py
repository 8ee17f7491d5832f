"""Event-triggered alert rules and their targets."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount
from alerts.contacts.models import ContactGroup
from alerts.events.models import SystemEvent
from alerts.rules.pattern import Pattern

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


class AlertRule(models.Model):
    """Which events somebody wants to hear of, and how often at most. The name is unique in the account."""

    class State(models.TextChoices):
        ENABLED = "ENABLED", _("Enabled")
        DISABLED = "DISABLED", _("Disabled")

    class Keywords(models.TextChoices):
        ANY = "any", _("Contains any of the keywords")
        NONE = "none", _("Does not contain any of the keywords")

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
    product = models.CharField(_("product"), max_length=64, blank=True)
    event_types = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    levels = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    names = ArrayField(models.CharField(max_length=256), default=list, blank=True)
    keyword_mode = models.CharField(max_length=4, choices=Keywords.choices, default=Keywords.ANY)
    keywords = ArrayField(models.CharField(max_length=256), default=list, blank=True)
    mute_for = models.PositiveIntegerField(_("mute for"), choices=MUTE_CHOICES, default=DEFAULT_MUTE)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_alert_rule_per_name")]

    def __str__(self) -> str:
        return self.name

    def pattern(self) -> Pattern:
        """Return the pure pattern that the matcher reads."""
        return Pattern(
            product=self.product,
            event_types=tuple(self.event_types),
            levels=tuple(self.levels),
            names=tuple(self.names),
            keywords=tuple(self.keywords),
            keywords_none=self.keyword_mode == self.Keywords.NONE,
        )

    def matches(self, event: SystemEvent) -> bool:
        """Tell whether this rule wants to hear of the event."""
        return self.pattern().matches(event)


class RuleTarget(models.Model):
    """Where a rule's notifications go: a contact group with a notification method, or a URL callback."""

    class Kind(models.TextChoices):
        CONTACT_GROUP = "contact_group", _("Alert notification")
        WEBHOOK = "webhook", _("URL callback")

    class Method(models.TextChoices):
        CRITICAL = "CRITICAL", _("Critical (E-mail + Webhook)")
        WARN = "WARN", _("Warning (E-mail + Webhook)")
        INFO = "INFO", _("Info (E-mail + Webhook)")

    class HttpMethod(models.TextChoices):
        POST = "POST", "POST"
        GET = "GET", "GET"

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    group = models.ForeignKey(
        ContactGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_targets"
    )
    method = models.CharField(_("notification method"), max_length=8, choices=Method.choices, default=Method.CRITICAL)
    url = EncryptedTextField(_("URL callback"), blank=True, default="")
    http_method = models.CharField(
        _("request method"), max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="contact_group", group__isnull=False) | Q(kind="webhook", group__isnull=True),
                name="a_target_has_what_its_kind_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.rule_id}"
