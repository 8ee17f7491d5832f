"""What every resource has, and the query that they share."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.models import CloudAccount


class Origin(models.TextChoices):
    """Where a row came from: made in this console, or made known by a fact from outside."""

    CONSOLE = "console", _("Console")
    OBSERVED = "observed", _("Observed")


class Resource(models.Model):
    """What every resource has: an owner, a region, an ARN, and the moment it ended if it has.

    `mirrored_by` is the number of the source that reads it from the cloud, and `mirrored_at` when it was last seen
    there: such a row is changed there and not here.
    """

    kind: ClassVar[str]

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="+")
    region = models.CharField(_("region"), max_length=64)
    origin = models.CharField(max_length=16, choices=Origin.choices, default=Origin.CONSOLE)
    created_at = models.DateTimeField(_("created"))
    deleted_at = models.DateTimeField(null=True, blank=True)
    mirrored_by = models.BigIntegerField(null=True, blank=True)
    mirrored_at = models.DateTimeField(null=True, blank=True)

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
