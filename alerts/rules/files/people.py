"""People and resources of a file: contacts, contact groups and resource groups, through their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels.base import DeliveryError
from alerts.channels.signature import read_secret
from alerts.channels.webhook import METHODS
from alerts.contacts.directory import keep_contact, keep_group
from alerts.contacts.forms import ContactForm, ContactGroupForm
from alerts.contacts.hooks import HOOKS
from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.rules.differences import Difference
from alerts.rules.document import is_mask
from alerts.rules.files.mistaken import Mistaken
from alerts.rules.files.write import PLAIN, contact_document, group_document, resources_document
from alerts.rules.models import ResourceGroup
from alerts.rules.resources import ResourceGroupForm, keep_resource_group

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.forms import BaseForm

    from alerts.accounts.models import CloudAccount

Loaded = tuple[bool, list[Difference]]
LABELS = {
    "description": gettext_lazy("Description"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "contacts": gettext_lazy("Contacts"),
    "patterns": gettext_lazy("Resources"),
    **{kind.value: kind.label for kind in Address.Kind},
}
HOOK_KINDS = {hook.kind for hook in HOOKS}


def load_contact(account: CloudAccount, document: dict[str, Any], *, now: datetime, by: str) -> Loaded:
    """Create or change a contact; return whether it is new, and what is different. Raises Mistaken and Refused."""
    contact = Contact.objects.filter(account=account, name=document["name"]).first()
    before = contact_document(contact, secrets=True) if contact else {}
    wanted = _unmasked(document, before, contact_document(contact, secrets=False) if contact else {})
    if contact and wanted == before:
        return False, []
    form = ContactForm(_contact_data(wanted), instance=contact or Contact(account=account))
    _check(form)
    addresses = _addresses(wanted, form.cleaned_data)
    if not addresses:
        raise Mistaken(_("Give at least one address."))
    kept = keep_contact(form.instance, addresses=addresses, now=now)
    return not before, changed(before, contact_document(kept, secrets=True)) if before else []


def _unmasked(document: Mapping[str, Any], before: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with what is stored (`before`) in the places of its masks (`shown`).

    Raises Mistaken for a mask that stands for nothing stored.
    """
    wanted: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            stored = before.get(name, {})
            masks = shown.get(name, {})
            wanted[name] = {
                key: _stored(name, text, stored.get(key, ""), masks.get(key, "")) for key, text in value.items() if text
            }
        elif name in set(PLAIN):
            wanted[name] = _stored(name, value, before.get(name, ""), shown.get(name, ""))
        else:
            wanted[name] = value
    return wanted


def _stored(kind: str, text: str, stored: str, mask: str) -> str:
    """Return what a text of a file stands for: itself, or what is stored when it is just the mask of that."""
    if not is_mask(text):
        return text
    if not stored or text != mask:
        said = _(
            "%(kind)s is masked, and nothing is stored that it could stand for: write it in full, or bring in a file"
            " made by “Export with secrets”."
        )
        raise Mistaken(said % {"kind": LABELS[kind]})
    return stored


def _contact_data(wanted: Mapping[str, Any]) -> dict[str, Any]:
    data = {name: value for name, value in wanted.items() if isinstance(value, str)}
    for hook in HOOKS:
        url, secret, remove, remove_secret, _end = hook.names
        fields = wanted.get(hook.kind, {})
        data |= {url: fields.get("url", ""), secret: fields.get("secret", "")}
        data |= {name: "on" for name, wish in ((remove, not fields), (remove_secret, not fields.get("secret"))) if wish}
    return data


def _addresses(wanted: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Return the addresses that a valid form and the document describe together."""
    found: dict[str, Mapping[str, str]] = {
        kind.value: {kind.value: cleaned[kind.value]} for kind in PLAIN if cleaned.get(kind.value)
    }
    for kind in HOOK_KINDS:
        if fields := wanted.get(kind):
            found[kind] = _hook(kind, fields)
    return found


def _hook(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    signs = next(bool(hook.signs) for hook in HOOKS if hook.kind == kind)
    allowed = {"url", *(("secret",) if signs else ())}
    if kind == Address.Kind.WEBHOOK:
        allowed |= {"method", "previous_secret"}
        fields = {"method": METHODS[0], **fields}
    if "url" not in fields:
        raise Mistaken(_("%(kind)s has no URL.") % {"kind": LABELS[kind]})
    if unknown := set(fields) - allowed:
        said = _("%(kind)s has no %(names)s.") % {"kind": LABELS[kind], "names": ", ".join(sorted(unknown))}
        raise Mistaken(said)
    if fields.get("method", METHODS[0]) not in METHODS:
        raise Mistaken(_("The request method is POST or GET."))
    try:
        read_secret(fields["previous_secret"]) if fields.get("previous_secret") else None
    except DeliveryError as error:
        raise Mistaken(error.reason) from error
    return dict(fields)


def load_contact_group(account: CloudAccount, document: dict[str, Any], *, now: datetime, by: str) -> Loaded:
    """Create or change a contact group; return whether it is new, and what is different."""
    group = ContactGroup.objects.filter(account=account, name=document["name"]).first()
    before = group_document(group) if group else {}
    names = sorted(set(document["contacts"]))
    if before == {**document, "contacts": names}:
        return False, []
    contacts = dict(Contact.objects.filter(account=account, name__in=names).values_list("name", "pk"))
    if missing := [name for name in names if name not in contacts]:
        raise Mistaken(*(_("There is no contact “%(name)s”.") % {"name": name} for name in missing))
    data = {**document, "contacts": [str(contacts[name]) for name in names]}
    form = ContactGroupForm(data, instance=group or ContactGroup(account=account))
    _check(form)
    kept = keep_group(form.instance, form.cleaned_data["contacts"], now=now)
    return not before, changed(before, group_document(kept)) if before else []


def load_resource_group(account: CloudAccount, document: dict[str, Any], *, now: datetime, by: str) -> Loaded:
    """Create or change a resource group; return whether it is new, and what is different."""
    group = ResourceGroup.objects.filter(account=account, name=document["name"]).first()
    before = resources_document(group) if group else {}
    if before == document:
        return False, []
    data = {**document, "patterns": "\n".join(document["patterns"])}
    form = ResourceGroupForm(data, instance=group or ResourceGroup(account=account))
    _check(form)
    kept = keep_resource_group(form.instance, now=now)
    return not before, changed(before, resources_document(kept)) if before else []


def _check(form: BaseForm) -> None:
    """Raise Mistaken with everything that is wrong with a form."""
    if not form.is_valid():
        raise Mistaken(
            *(
                f"{form[name].label}: {error}" if name in form.fields else str(error)
                for name, errors in form.errors.items()
                for error in errors
            )
        )


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between two documents of this module; of an address only that it changed."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [Difference(name, str(LABELS[name]), *_said(name, before.get(name), after.get(name))) for name in names]


def _said(name: str, before: Any, after: Any) -> tuple[str, str]:
    if name in Address.Kind.values:
        return (_("set") if before else "", (_("changed") if before else _("set")) if after else "")
    return tuple(", ".join(value) if isinstance(value, list) else str(value or "") for value in (before, after))  # type: ignore[return-value]
