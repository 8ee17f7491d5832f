"""Push channels in the file of rules: a document goes through the form that the page has.

Without secrets a file holds masks. Brought in again, a mask keeps what is stored, as long as the URL leads to the
server for which it was stored: a secret is for whom it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alerts.channels import BY_KIND
from alerts.channels.base import DeliveryError
from alerts.channels.webhook import own_headers
from alerts.rules.document import is_mask
from alerts.rules.files.mistaken import Mistaken
from alerts.subscriptions.document import SECRETS, push_document
from alerts.subscriptions.models import PushChannel
from alerts.subscriptions.push_form import PushChannelForm
from alerts.subscriptions.save import save_push_channel

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.subscriptions.document import Document
    from alerts.subscriptions.push_form import Check

WEBHOOK = PushChannel.Kind.WEBHOOK.value
FORM_NAMES = {"method": "http_method", "format": "data_format"}
"""Fields of an address that the form calls otherwise."""


def unmasked(document: Document, stored: PushChannel | None) -> Document:
    """Return a document with what is stored in the place of its masks. Raises Mistaken for a mask of nothing."""
    given = {name: value for name, value in (document.get("address") or {}).items() if value}
    known = dict(stored.fields) if stored and stored.kind == document["kind"] == WEBHOOK else {}
    mask = BY_KIND[WEBHOOK].mask
    if is_mask(given.get("url", "")) and given["url"] == mask(known):
        given["url"] = known.get("url", "")
    kept = known if mask(given) == mask(known) else {}
    address = {name: kept.get(name, value) if is_mask(value) else value for name, value in given.items()}
    if any(is_mask(value) for name, value in address.items() if name in SECRETS):
        raise Mistaken(
            _(
                "This URL, secret or header is masked, and this push channel has none like it stored for this server:"
                " write it in full, or bring in a file made by “Export with secrets”."
            )
        )
    return {**document, "address": address}


def push_form_of(
    document: Document, *, account: CloudAccount, channel: PushChannel | None, check: Check
) -> PushChannelForm:
    """Return the form, filled with a document without masks. Raises Mistaken for what the form has no place for."""
    kind, address = document["kind"], document["address"]
    if kind not in PushChannel.Kind.values:
        raise Mistaken(_("The kind is one of: %(kinds)s.") % {"kinds": ", ".join(PushChannel.Kind.values)})
    if unknown := sorted(address.keys() - set(BY_KIND[kind].fields)):
        raise Mistaken(_("An address of this kind has no “%(name)s”.") % {"name": unknown[0]})
    data = {name: document[name] for name in ("name", "description", "kind", "template")}
    data |= {f"{kind}-{FORM_NAMES.get(name, name)}": value for name, value in address.items() if name != "headers"}
    return PushChannelForm(
        data | _header_rows(address.get("headers", "")), account=account, channel=channel, check=check
    )


def _header_rows(text: str) -> dict[str, Any]:
    try:
        found = own_headers(text)
    except DeliveryError as error:
        raise Mistaken(error.reason) from None
    data = {"headers-TOTAL_FORMS": str(len(found)), "headers-INITIAL_FORMS": "0"}
    for number, (name, value) in enumerate(found.items()):
        data |= {f"headers-{number}-name": name, f"headers-{number}-value": value}
    return data


def bring_in(
    document: Document, *, account: CloudAccount, channel: PushChannel | None, now: datetime, check: Check
) -> Document:
    """Store what a document without masks describes, and return the stored one's. Raises Mistaken and Refused."""
    form = push_form_of(document, account=account, channel=channel, check=check)
    if not form.is_valid():
        raise Mistaken(*(f"{label}: {sentence}" if label else sentence for _id, label, sentence in form.mistakes()))
    wanted, address = form.wanted()
    return push_document(save_push_channel(wanted, address=address, now=now), secrets=True)
