"""Alert contacts and contact groups. An address is a secret: it is encrypted at rest and shown masked."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.accounts.encryption import EncryptedTextField
from alerts.accounts.models import CloudAccount

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
    email = EncryptedTextField(_("e-mail"), blank=True, default="")
    webhook = EncryptedTextField(_("webhook"), blank=True, default="")
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
