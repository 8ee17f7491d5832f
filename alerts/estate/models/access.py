"""Application access points and client keys."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.estate.models.resource import LivingQuerySet, Resource


class AccessPoint(Resource):
    """An application access point (AAP): what an application signs in to."""

    class Authentication(models.TextChoices):
        """How an application proves who it is."""

        CLIENT_KEY = "ClientKey", _("Client key")
        ROLE = "RAMRole", _("RAM role")

    kind = "applicationaccesspoint"

    name = models.CharField(_("name"), max_length=255)
    authentication = models.CharField(
        _("authentication"), max_length=16, choices=Authentication.choices, default=Authentication.CLIENT_KEY
    )
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
