"""Replicas of instances in other regions, and how copying each key to them went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount
from alerts.estate.models.instance import Instance
from alerts.estate.models.key import Key


class Replica(models.Model):
    """A replica instance in another region, to which a primary instance copies keys."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    primary = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="replicas")
    replica = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="replica_of")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["replica"], name="a_replica_has_one_primary"),
            models.CheckConstraint(condition=~Q(primary=F("replica")), name="a_replica_is_another_instance"),
        ]

    def __str__(self) -> str:
        return f"{self.primary} → {self.replica}"


class Synchronization(models.Model):
    """The newest outcome of copying one key to one replica."""

    class Status(models.TextChoices):
        PENDING = "Pending", _("Pending")
        SUCCEEDED = "Succeeded", _("Succeeded")
        FAILED = "Failed", _("Failed")

    replica = models.ForeignKey(Replica, on_delete=models.CASCADE, related_name="synchronizations")
    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="synchronizations")
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.PENDING)
    error_code = models.CharField(_("error code"), max_length=128, blank=True)
    error_message = models.CharField(_("failure cause"), max_length=512, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["replica", "key"], name="one_synchronization_per_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
