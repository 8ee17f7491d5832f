"""Push channels: the systems to which subscription policies send their envelope. The address is a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount

if TYPE_CHECKING:
    from collections.abc import Mapping


class PushChannel(models.Model):
    """One system, by a name that is unique in the account.

    `address` holds the fields of the channel: of a webhook `url`, `method` (POST, GET), `format` (JSON, FORM),
    `headers` (JSON of name and value), `secret` and `previous_secret` (whsec_…); of a queue `region`, `queue`, `topic`;
    of a log `region`, `project`, `logstore`; of a function `region`, `service`, `function`.
    `template` is Liquid text that makes the JSON to send; empty for the documented envelope.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        QUEUE = "queue", _("Simple Message Queue")
        LOG = "log", _("Simple Log Service")
        FUNCTION = "function", _("Function Compute")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="push_channels")
    name = models.CharField(_("channel name"), max_length=128)
    description = models.CharField(_("description"), max_length=256, blank=True)
    kind = models.CharField(_("target type"), max_length=16, choices=Kind.choices, default=Kind.WEBHOOK)
    address = EncryptedTextField(help_text=_("JSON of the channel's fields"))
    template = models.TextField(_("notification template"), default="", blank=True)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_push_channel_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def fields(self) -> Mapping[str, str]:
        """What the channel needs to reach it."""
        found: Mapping[str, str] = json.loads(self.address or "{}")
        return found
