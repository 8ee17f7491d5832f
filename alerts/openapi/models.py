"""What the API remembers by itself: nonces that were used while Redis was away, and the ids of rule targets."""

from __future__ import annotations

from django.db import models

from alerts.rules.models import AlertRule


class Nonce(models.Model):
    """A nonce that must not come again until it expires, by the digest of the access key and itself."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class TargetId(models.Model):
    """The id that a program chose for a target of an alert rule; `destination` is a digest of what the target is."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="+")
    destination = models.CharField(max_length=64)
    target_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "destination"], name="one_id_per_target"),
            models.UniqueConstraint(fields=["rule", "target_id"], name="one_target_per_id"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.target_id}"
