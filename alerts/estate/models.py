"""The estate: metadata of everything that events speak of. No key material and no secret value has a column here."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount


class Origin(models.TextChoices):
    """Where a row came from: made in this console, or made known by a fact from outside."""

    CONSOLE = "console", _("Console")
    OBSERVED = "observed", _("Observed")


class Resource(models.Model):
    """What every resource has: an owner, a region, an ARN, and the moment it ended if it has."""

    kind: ClassVar[str]

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    region = models.CharField(_("region"), max_length=64)
    origin = models.CharField(max_length=16, choices=Origin.choices, default=Origin.CONSOLE)
    created_at = models.DateTimeField(_("created"))
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def local_id(self) -> str:
        """Return the last part of the ARN."""
        raise NotImplementedError

    @property
    def arn(self) -> str:
        """The resource's name in events: `acs:kms:<region>:<uid>:<kind>/<id>`."""
        return f"acs:kms:{self.region}:{self.account_id}:{self.kind}/{self.local_id()}"


_Resource = TypeVar("_Resource", bound=Resource)


class LivingQuerySet(models.QuerySet[_Resource]):
    """Resources by whether they still exist."""

    def living(self) -> Self:
        """Return what has not been deleted."""
        return self.filter(deleted_at=None)


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


class AccessPoint(Resource):
    """An application access point (AAP): what an application signs in to."""

    kind = "applicationaccesspoint"

    name = models.CharField(_("name"), max_length=255)
    policies = ArrayField(models.CharField(max_length=128), verbose_name=_("policies"), default=list, blank=True)
    description = models.CharField(_("description"), max_length=256, blank=True)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "region", "name"], condition=Q(deleted_at=None), name="one_living_aap_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def local_id(self) -> str:
        return self.name


class ClientKey(Resource):
    """A client key of an access point: its id and validity. The key itself is never here."""

    kind = "clientkey"

    access_point = models.ForeignKey(
        AccessPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="client_keys"
    )
    client_key_id = models.CharField(_("client key ID"), max_length=255)
    not_before = models.DateTimeField(_("valid from"), null=True, blank=True)
    not_after = models.DateTimeField(_("valid until"), null=True, blank=True)
    observed_at = models.DateTimeField(null=True, blank=True)

    objects = LivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "client_key_id"], name="one_client_key_per_id"),
        ]

    def __str__(self) -> str:
        return self.client_key_id

    def local_id(self) -> str:
        return self.client_key_id


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
