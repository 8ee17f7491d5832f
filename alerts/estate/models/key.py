"""Keys and their states."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.models.instance import Instance
from alerts.estate.models.resource import LivingQuerySet, Origin, Resource


class Key(Resource):
    """A key's metadata and its place in the state machine."""

    class State(models.TextChoices):
        ENABLED = "Enabled", _("Enabled")
        DISABLED = "Disabled", _("Disabled")
        PENDING_DELETION = "PendingDeletion", _("Pending deletion")
        DELETED = "Deleted", _("Deleted")

    kind = "key"

    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, null=True, blank=True, related_name="keys")
    key_id = models.CharField(_("key ID"), max_length=255)
    alias = models.CharField(_("alias"), max_length=255, blank=True)
    spec = models.CharField(_("key spec"), max_length=32, default="Aliyun_AES_256")
    usage = models.CharField(_("usage"), max_length=32, default="ENCRYPT/DECRYPT")
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ENABLED)
    state_before = models.CharField(max_length=16, default="", blank=True)
    versions = models.PositiveIntegerField(_("versions"), default=1)
    deletion_protection = models.BooleanField(_("deletion protection"), default=False)
    delete_at = models.DateTimeField(_("planned deletion"), null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    state_by = models.CharField(max_length=16, choices=Origin.choices, default=Origin.CONSOLE)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "key_id"], name="one_key_per_id")]
        indexes = [models.Index(fields=["delete_at"], condition=Q(state="PendingDeletion"), name="keys_to_delete")]

    def __str__(self) -> str:
        return self.alias or self.key_id

    def local_id(self) -> str:
        return self.key_id
