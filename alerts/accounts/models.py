"""Who owns what: every row of the product belongs to one cloud account, and people reach it as members."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField


class User(AbstractUser):
    """A person who signs in; what they may do is said by their membership in each account."""

    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")


class CloudAccount(models.Model):
    """A tenant, named by its 16-digit uid as in every resource ARN."""

    uid = models.CharField(
        max_length=16,
        primary_key=True,
        validators=[RegexValidator(r"^\d{16}$", _("An account uid has 16 digits."))],
    )
    name = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} ({self.uid})"


class Role(models.TextChoices):
    """What a member may do: look, look and change, or also manage people and tokens."""

    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    ADMINISTRATOR = "administrator", _("Administrator")

    def allows(self, needed: str) -> bool:
        """Tell whether this role may do what `needed` may do."""
        return ROLE_ORDER.index(self) >= ROLE_ORDER.index(Role(needed))


ROLE_ORDER = (Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR)


class Member(models.Model):
    """A user's role in one account."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="one_role_per_account")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.account_id}"


class Scope(models.TextChoices):
    """What an API token opens."""

    INGEST = "ingest", _("Send facts")
    READ = "read", _("Read events and history")


class ApiToken(models.Model):
    """A bearer token: only its SHA-256 digest is stored, so it can be shown once and never again."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices))
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    allowance = models.FloatField(default=0)
    allowance_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class AccessKey(models.Model):
    """An access key of the RPC API. Its secret signs, so it is needed in full: encrypted at rest, shown once.

    `actions` holds patterns such as `cms:Describe*`, and `networks` blocks such as 10.0.0.0/8; empty means any.
    """

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="access_keys")
    key_id = models.CharField(_("AccessKey ID"), max_length=128, unique=True)
    secret = EncryptedTextField()
    name = models.CharField(_("name"), max_length=64, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    actions = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    networks = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    region = models.CharField(_("default region"), max_length=64, default="cn-hangzhou")
    created_at = models.DateTimeField(_("created"))
    rotated_at = models.DateTimeField(_("rotated"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("disabled"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_used_for = models.CharField(_("last action"), max_length=128, default="", blank=True)

    def __str__(self) -> str:
        return self.key_id


class AuditEntry(models.Model):
    """Who did what to which thing, and when; never holds an address or a secret."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="audit")
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=512)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"
