"""Keys, their states, and the names by which people call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.estate.models.instance import Instance
from alerts.estate.models.resource import LivingQuerySet, Origin, Resource

if TYPE_CHECKING:
    from datetime import datetime


class Key(Resource):
    """A key's metadata and its place in the state machine."""

    class State(models.TextChoices):
        ENABLED = "Enabled", _("Enabled")
        DISABLED = "Disabled", _("Disabled")
        PENDING_IMPORT = "PendingImport", _("Pending import")
        PENDING_DELETION = "PendingDeletion", _("Pending deletion")
        DELETED = "Deleted", _("Deleted")

    class Material(models.TextChoices):
        """Where its material comes from; the material itself is never here."""

        SERVICE = "Aliyun_KMS", _("Made by the service")
        EXTERNAL = "EXTERNAL", _("Imported")

    class Protection(models.TextChoices):
        SOFTWARE = "SOFTWARE", _("Software")
        HSM = "HSM", _("Hardware")

    kind = "key"

    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, null=True, blank=True, related_name="keys")
    key_id = models.CharField(_("key ID"), max_length=255)
    alias = models.CharField(_("alias"), max_length=255, blank=True)
    description = models.CharField(_("description"), max_length=8192, blank=True)
    spec = models.CharField(_("key spec"), max_length=32, default="Aliyun_AES_256")
    usage = models.CharField(_("usage"), max_length=32, default="ENCRYPT/DECRYPT")
    material = models.CharField(_("key material"), max_length=16, choices=Material.choices, default=Material.SERVICE)
    protection_level = models.CharField(
        _("protection level"), max_length=16, choices=Protection.choices, default=Protection.SOFTWARE
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ENABLED)
    state_before = models.CharField(max_length=16, default="", blank=True)
    versions = models.PositiveIntegerField(_("versions"), default=1)
    primary_version = models.CharField(_("primary version"), max_length=64, blank=True)
    rotation_interval = models.DurationField(_("rotation interval"), null=True, blank=True)
    rotated_at = models.DateTimeField(_("last rotation"), null=True, blank=True)
    rotate_at = models.DateTimeField(_("next rotation"), null=True, blank=True)
    deletion_protection = models.BooleanField(_("deletion protection"), default=False)
    protection_note = models.CharField(_("why it is protected"), max_length=256, blank=True)
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    delete_at = models.DateTimeField(_("planned deletion"), null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    state_by = models.CharField(max_length=16, choices=Origin.choices, default=Origin.CONSOLE)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "key_id"], name="one_key_per_id")]
        indexes = [
            models.Index(fields=["delete_at"], condition=Q(state="PendingDeletion"), name="keys_to_delete"),
            models.Index(fields=["rotate_at"], condition=Q(state="Enabled"), name="keys_to_rotate"),
        ]

    def __str__(self) -> str:
        return self.alias or self.key_id

    def local_id(self) -> str:
        return self.key_id

    @property
    def rotation(self) -> str:
        """Whether a new version is made from time to time: Enabled, Disabled, or Suspended while it cannot be used."""
        if self.rotation_interval is None:
            return "Disabled"
        return "Enabled" if self.state == self.State.ENABLED else "Suspended"

    @property
    def last_rotation(self) -> datetime:
        """When its newest version was made; that of a new key is the moment of its creation."""
        return self.rotated_at or self.created_at


class Alias(models.Model):
    """A name of a key. A key may have several; `Key.alias` is the one that people see."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    region = models.CharField(max_length=64)
    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "name"], name="one_alias_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        """The name in full: `acs:kms:<region>:<uid>:alias/<name>`."""
        return f"acs:kms:{self.region}:{self.account_id}:{self.name}"
