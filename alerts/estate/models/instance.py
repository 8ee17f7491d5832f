"""KMS instances and what they use of their quotas."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.models.resource import LivingQuerySet, Resource


class Instance(Resource):
    """A KMS instance (dedicated gateway) with its four quotas."""

    class Kind(models.TextChoices):
        SOFTWARE = "software", _("Software key management")
        HARDWARE = "hardware", _("Hardware key management")
        EXTERNAL = "external", _("External key management")

    kind = "keystore"

    instance_id = models.CharField(_("instance ID"), max_length=255)
    name = models.CharField(_("name"), max_length=128, blank=True)
    management = models.CharField(_("type"), max_length=16, choices=Kind.choices, default=Kind.SOFTWARE)
    qps_quota = models.PositiveIntegerField(_("QPS quota"), default=1000)
    key_quota = models.PositiveIntegerField(_("key quota"), default=1000)
    secret_quota = models.PositiveIntegerField(_("secret quota"), default=0)
    vpc_quota = models.PositiveIntegerField(_("access management quota"), default=1)
    deletion_protection = models.BooleanField(_("deletion protection"), default=False)
    protection_note = models.CharField(_("why it is protected"), max_length=256, blank=True)
    rearm_margin = models.PositiveSmallIntegerField(_("re-arm margin"), default=5)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "instance_id"], name="one_instance_per_id"),
            models.CheckConstraint(condition=Q(rearm_margin__lte=50), name="rearm_margin_up_to_50_points"),
        ]

    def __str__(self) -> str:
        return self.name or self.instance_id

    def local_id(self) -> str:
        return self.instance_id


class Usage(models.Model):
    """The newest sample of what an instance uses of one quota."""

    class Of(models.TextChoices):
        QPS = "qps", _("QPS")
        KEY = "key", _("Keys")
        SECRET = "secret", _("Secrets")
        VPC = "vpc", _("Access management")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="usages")
    resource_type = models.CharField(_("quota"), max_length=8, choices=Of.choices)
    used = models.FloatField(_("used"))
    quota = models.FloatField(_("quota"))
    sampled_at = models.DateTimeField(_("sampled"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "resource_type"], name="one_usage_per_quota")]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.used:g}/{self.quota:g}"
