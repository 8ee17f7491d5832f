"""Secrets, their states, their rotation and the ids of their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.models.instance import Instance
from alerts.estate.models.resource import LivingQuerySet, Origin, Resource

if TYPE_CHECKING:
    from datetime import datetime


class Secret(Resource):
    """A secret's metadata: its type, rotation settings and state. There is no column for its value."""

    class Type(models.TextChoices):
        GENERIC = "Generic", _("Generic")
        RDS = "Rds", _("ApsaraDB RDS")
        POLARDB = "PolarDB", _("PolarDB")
        REDIS = "Redis", _("Redis/Tair")
        RAM = "RAMCredentials", _("RAM")
        ECS = "ECS", _("ECS")

    class State(models.TextChoices):
        ENABLED = "Enabled", _("Enabled")
        PENDING_DELETION = "PendingDeletion", _("Pending deletion")
        DELETED = "Deleted", _("Deleted")

    class Rotation(models.TextChoices):
        ENABLED = "Enabled", _("Enabled")
        DISABLED = "Disabled", _("Disabled")
        INVALID = "Invalid", _("Invalid")

    kind = "secret"

    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, null=True, blank=True, related_name="secrets")
    name = models.CharField(_("secret name"), max_length=255)
    type = models.CharField(_("type"), max_length=16, choices=Type.choices, default=Type.GENERIC)
    sub_type = models.CharField(_("sub-type"), max_length=32, blank=True)
    description = models.CharField(_("description"), max_length=8192, blank=True)
    encryption_key_id = models.CharField(_("encryption key ID"), max_length=255, blank=True)
    extended_config = models.JSONField(_("extended configuration"), default=dict, blank=True)
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ENABLED)
    rotation = models.CharField(
        _("automatic rotation"), max_length=16, choices=Rotation.choices, default=Rotation.DISABLED
    )
    rotation_interval = models.DurationField(_("rotation interval"), null=True, blank=True)
    rotation_at = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField(_("last rotation"), null=True, blank=True)
    rotate_at = models.DateTimeField(_("next rotation"), null=True, blank=True)
    delete_at = models.DateTimeField(_("planned deletion"), null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    state_by = models.CharField(max_length=16, choices=Origin.choices, default=Origin.CONSOLE)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "region", "name"], condition=Q(deleted_at=None), name="one_living_secret_per_name"
            ),
        ]
        indexes = [models.Index(fields=["delete_at"], condition=Q(state="PendingDeletion"), name="secrets_to_delete")]

    def __str__(self) -> str:
        return self.name

    def local_id(self) -> str:
        return self.name

    @property
    def managed(self) -> bool:
        """Whether the service rotates it; generic secrets are not managed."""
        return self.type != self.Type.GENERIC

    @property
    def changed_at(self) -> datetime:
        """When it last changed its state, was rotated or was made."""
        return max(moment for moment in (self.created_at, self.state_at, self.rotation_at) if moment)


class SecretVersion(models.Model):
    """A version of a secret: its id and its stages. There is no column for its value."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="versions")
    version_id = models.CharField(_("version ID"), max_length=64)
    stages = ArrayField(models.CharField(max_length=64), verbose_name=_("stages"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["secret", "version_id"], name="one_secret_version_per_id")]

    def __str__(self) -> str:
        return self.version_id
