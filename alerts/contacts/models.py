"""Alert contacts, their addresses, and contact groups. An address is a secret: encrypted at rest and shown masked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_GROUP = "Default Contact Group"


class Contact(models.Model):
    """Somebody who can be told. Name rule: "Create an alert contact", 2 to 40 characters, starting with a letter."""

    class Language(models.TextChoices):
        AUTOMATIC = "auto", _("Automatic")
        ENGLISH = "en", _("English")
        CHINESE = "zh-hans", _("Chinese")

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(
        _("name"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[^\W\d_][\w.]{1,39}$",
                _("A name starts with a letter and has 2 to 40 letters, digits, dots and underscores."),
            )
        ],
    )
    description = models.CharField(_("description"), max_length=256, blank=True)
    language = models.CharField(
        _("language of notifications"), max_length=8, choices=Language.choices, default=Language.AUTOMATIC
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_contact_per_name")]

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """One way to reach a contact, at most one of a kind. An e-mail address counts once it is confirmed."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        DINGTALK = "dingtalk", _("DingTalk robot")
        LARK = "lark", _("Lark bot")
        WECOM = "wecom", _("WeCom robot")
        SLACK = "slack", _("Slack webhook")
        TEAMS = "teams", _("Teams webhook")
        WEBHOOK = "webhook", _("Webhook")

    CONFIRMED_KINDS = frozenset({Kind.EMAIL})
    """What must be confirmed before it counts."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    value = EncryptedTextField(help_text=_("JSON of the channel's fields"))
    asked_at = models.DateTimeField(_("asked to confirm"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    code_digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "kind"], name="one_address_of_a_kind")]

    def __str__(self) -> str:
        return self.kind

    @property
    def fields(self) -> Mapping[str, str]:
        """What a channel needs to reach it, such as `url` and `secret`."""
        found: Mapping[str, str] = json.loads(self.value)
        return found

    @property
    def usable(self) -> bool:
        """Whether messages may be sent to it."""
        return self.kind not in self.CONFIRMED_KINDS or self.confirmed_at is not None


class ContactGroup(models.Model):
    """Contacts who are told together; a contact can be in several groups."""

    account = models.ForeignKey(CloudAccount, on_delete=models.CASCADE, related_name="contact_groups")
    name = models.CharField(_("group name"), max_length=64)
    description = models.CharField(_("description"), max_length=256, blank=True)
    contacts = models.ManyToManyField(Contact, related_name="groups", verbose_name=_("contacts"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_contact_group_per_name")]

    def __str__(self) -> str:
        return self.name
