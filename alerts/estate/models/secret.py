"""Secrets, their states and their rotation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.models.instance import Instance
from alerts.estate.models.resource import LivingQuerySet, Origin, Resource


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
