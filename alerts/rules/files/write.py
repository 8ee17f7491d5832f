"""Write: what an account has, as plain documents and as one YAML file.

Without secrets a file holds masks in the places of addresses, URLs and signing secrets; brought in again, a mask keeps
what is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from alerts.channels import BY_KIND
from alerts.channels.base import MASK
from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.rules.document import document_of, is_mask, masked, ordered
from alerts.rules.files.shape import DEFAULTS, FORMAT
from alerts.rules.models import AlertRule, ResourceGroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.accounts.models import CloudAccount
    from alerts.rules.files.shape import Section

HEAD = "# Contacts, groups, alert rules and what belongs to them, of KMS Console.\n"
PLAIN = (Address.Kind.EMAIL, Address.Kind.PHONE)
PHONE_CHANNEL = "sms"


def exported(account: CloudAccount, *, secrets: bool, more: Sequence[Section] = ()) -> str:
    """Return the file of an account; secrets only when they are asked for. `more` are sections of later stages."""
    file: dict[str, Any] = {"format": int(FORMAT)}
    for section, documents in sections_of(account, secrets=secrets).items():
        if found := [_short(document, DEFAULTS.get(section, {})) for document in documents]:
            file[section] = found
    for each in more:
        if found := [_short(document, each.defaults) for document in each.documents(account, secrets=secrets)]:
            file[each.name] = found
    return HEAD + yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=120)


def sections_of(account: CloudAccount, *, secrets: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the documents of everything, by section and in the order of the names."""
    contacts = Contact.objects.filter(account=account).prefetch_related("addresses").order_by("name")
    groups = ContactGroup.objects.filter(account=account).prefetch_related("contacts").order_by("name")
    resources = ResourceGroup.objects.filter(account=account).order_by("name")
    rules = AlertRule.objects.saved().filter(account=account).select_related("resource_group").order_by("name")
    return {
        "contacts": [contact_document(each, secrets=secrets) for each in contacts],
        "contact_groups": [group_document(each) for each in groups],
        "resource_groups": [resources_document(each) for each in resources],
        "rules": [
            document_of(each, targets=sorted(each.targets.all(), key=lambda target: target.pk), secrets=secrets)
            for each in rules.prefetch_related("targets__group")
        ],
    }


def contact_document(contact: Contact, *, secrets: bool) -> dict[str, Any]:
    """Return a contact as a document, addresses by kind."""
    found = {each.kind: each.fields for each in contact.addresses.all()}
    about = {name: getattr(contact, name) for name in ("name", "description", "language", "time_zone")}
    plain = {kind.value: _plain(kind, found.get(kind, {}), secrets=secrets) for kind in PLAIN}
    hooks = {kind: ordered(fields) if secrets else masked(kind, fields)
             for kind, fields in sorted(found.items()) if kind not in PLAIN}  # fmt: skip
    return {**about, **plain, **hooks}


def _plain(kind: Address.Kind, fields: Mapping[str, str], *, secrets: bool) -> str:
    text = fields.get(kind.value, "")
    if secrets or not text:
        return text
    channel = PHONE_CHANNEL if kind == Address.Kind.PHONE else kind.value
    shown = BY_KIND[channel].mask(fields)
    return shown if is_mask(shown) else MASK


def group_document(group: ContactGroup) -> dict[str, Any]:
    """Return a contact group as a document."""
    names = sorted(contact.name for contact in group.contacts.all())
    return {"name": group.name, "description": group.description, "contacts": names}


def resources_document(group: ResourceGroup) -> dict[str, Any]:
    """Return a resource group as a document."""
    return {"name": group.name, "description": group.description, "patterns": list(group.patterns)}


def _short(document: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without what is empty or as an empty panel has it."""
    usual = {name: value for name, value in defaults.items() if name != "mute_for"}
    return {
        name: str(value) if not isinstance(value, list | dict | int) else value
        for name, value in document.items()
        if value not in ("", [], {}) and usual.get(name) != value
    }
