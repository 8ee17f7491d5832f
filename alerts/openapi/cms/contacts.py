"""Alert contacts, through the documents that files of an account consist of, and so through the contact's form.

The API knows four ways to tell a contact. What a contact has besides them stays as it is when a program puts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.notifications.addresses import ask_unasked
from alerts.openapi.cms.said import fine, pages, sent
from alerts.openapi.cms.writing import not_found
from alerts.openapi.errors import missing
from alerts.openapi.parameters import Parameters
from alerts.rules.files.mistaken import Mistaken
from alerts.rules.files.people import load_contact
from alerts.rules.files.write import contact_document
from alerts.subscriptions.dependents import delete_contact
from alerts.tasks import deliver, ring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from alerts.openapi.call import Call

WRONG = "InvalidParameterValue"
FIELDS = {"Name": "ContactName", "Description": "Describe"}
"""What the API calls the fields of a contact, by their labels in the form; what is wrong otherwise is an address."""

KINDS = {"Mail": Address.Kind.EMAIL, "SMS": Address.Kind.PHONE, "DingWebHook": Address.Kind.DINGTALK}
ALIIM = "AliIM"
LANGUAGES = {"zh-cn": Contact.Language.CHINESE, "en": Contact.Language.ENGLISH}
LANGUAGE_OF = {language.value: wire for wire, language in LANGUAGES.items()}


def put(call: Call) -> dict[str, object]:
    """PutContact: create the contact of this name or change it. An e-mail address counts once it is confirmed."""
    given = Parameters(call.parameters.flat, wrong=WRONG)
    name = given.required("ContactName")
    contact = Contact.objects.filter(account=call.account, name=name).first()
    usual = {"name": name, "language": Contact.Language.AUTOMATIC.value, "time_zone": "UTC"}
    stored: dict[str, Any] = contact_document(contact, secrets=True) if contact else usual
    document = {**stored, "description": given.required("Describe"), **_language(given)}
    channels = given.nested("Channels")
    if channels.text(ALIIM):
        raise channels.invalid(ALIIM, "TradeManager is none of the ways to tell somebody here.")
    if any(channels.text(wire) for wire in KINDS):
        document |= {kind.value: channels.text(wire) for wire, kind in KINDS.items()}
        document["dingtalk"] = _robot(stored.get("dingtalk") or {}, channels.text("DingWebHook"))
    elif contact is None:
        raise missing("Channels")
    try:
        load_contact(call.account, document, now=call.now, by=call.actor)
    except Mistaken as mistaken:
        first = str(mistaken.sentences[0]).partition(":")[0]
        raise given.invalid(FIELDS.get(first, "Channels"), " ".join(map(str, mistaken.sentences))) from mistaken
    if ask_unasked(call.account, now=call.now):
        ring(deliver)
    return fine()


def _language(given: Parameters) -> dict[str, str]:
    wanted = given.text("Lang")
    if wanted and wanted.lower() not in LANGUAGES:
        raise given.invalid("Lang", "It must be zh-cn or en.")
    return {"language": LANGUAGES[wanted.lower()].value} if wanted else {}


def _robot(stored: dict[str, str], url: str) -> dict[str, str]:
    """Return the fields of a DingTalk robot; the secret that signs stays while the URL does."""
    if not url:
        return {}
    return stored if stored.get("url") == url else {"url": url}


def delete(call: Call) -> dict[str, object]:
    """DeleteContact: refused while somebody would be left without anybody to tell."""
    name = call.parameters.required("ContactName")
    contact = Contact.objects.filter(account=call.account, name=name).first()
    if contact is None:
        raise not_found("contact")
    delete_contact(contact)
    return fine()


def contact_list(call: Call) -> dict[str, object]:
    """DescribeContactList: contacts by name, or by a kind of address or one address."""
    given = call.parameters
    number, size = pages(given, size=100, most=1000)
    found = _with_all(Contact.objects.filter(account=call.account))
    if name := given.text("ContactName"):
        found = found.filter(name=name)
    rows: Iterable[Contact] = found
    kind, value = given.text("ChanelType"), given.text("ChanelValue")
    if kind and kind not in {*KINDS, ALIIM}:
        raise given.invalid("ChanelType", f"It must be one of {', '.join((*KINDS, ALIIM))}.")
    if kind or value:  # addresses are encrypted: no database can look for one
        rows = [each for each in found if _has(each, kind, value)]
    listed = list(rows)
    shown = listed[(number - 1) * size : number * size]
    return fine(Total=len(listed), Contacts={"Contact": [written(each, call, listed=True) for each in shown]})


def _with_all(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    return contacts.prefetch_related("addresses", "groups").order_by("name")


def _has(contact: Contact, kind: str, value: str) -> bool:
    known = _channels(contact_document(contact, secrets=True))
    wanted = [known.get(kind, "")] if kind else list(known.values())
    return any(each == value if value else bool(each) for each in wanted)


def by_group(call: Call) -> dict[str, object]:
    """DescribeContactListByContactGroup: the contacts of one group."""
    name = call.parameters.required("ContactGroupName")
    group = ContactGroup.objects.filter(account=call.account, name=name).first()
    if group is None:
        raise not_found("contact group")
    rows = [written(each, call) for each in _with_all(group.contacts.all())]
    return fine(Contacts={"Contact": rows})


def written(contact: Contact, call: Call, *, listed: bool = False) -> dict[str, object]:
    """Return a contact as it is answered. Addresses in full only for administrators, as in exports."""
    moment = sent(contact.created_at)
    about: dict[str, object] = {
        "Name": contact.name, "Desc": contact.description, "CreateTime": moment, "UpdateTime": moment,
        "Channels": _channels(contact_document(contact, secrets=call.sees_addresses)),
    }  # fmt: skip
    if not listed:
        return about
    groups = sorted(group.name for group in contact.groups.all())
    return {**about, "Lang": LANGUAGE_OF.get(contact.language, "en"), "ChannelsState": _states(contact),
            "ContactGroups": {"ContactGroup": groups}}  # fmt: skip


def _channels(document: dict[str, Any]) -> dict[str, str]:
    found = {wire: document.get(kind.value) for wire, kind in KINDS.items()}
    return {wire: each["url"] if isinstance(each, dict) else str(each) for wire, each in found.items() if each}


def _states(contact: Contact) -> dict[str, str]:
    addresses = {each.kind: each for each in contact.addresses.all()}
    return {wire: "OK" if addresses[kind].usable else "PENDING" for wire, kind in KINDS.items() if kind in addresses}
