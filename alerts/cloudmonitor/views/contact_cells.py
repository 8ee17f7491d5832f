"""Cells of the list of contacts: addresses and what keeps one from being used, groups, and the last message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views.cells import state_cell
from alerts.contacts.confirmation import standing
from alerts.notifications.addresses import recipients_at
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.safestring import SafeString

    from alerts.contacts.models import Address, Contact
    from alerts.notifications.models import Destination


def masked_addresses(contact: Contact) -> list[str]:
    """Return the contact's addresses as pages may show them."""
    return [recipients_at(each)[0].masked for each in contact.addresses.all()]


def exported_addresses(contact: Contact) -> object:
    """Return the masked addresses; of a contact that was read `as_is`, all their fields by kind."""
    if not getattr(contact, "as_is", False):
        return masked_addresses(contact)
    return {each.kind: each.fields for each in contact.addresses.all()}


def address_cell(contact: Contact) -> SafeString:
    """Draw the masked addresses, one under the other, with what keeps one from being used."""
    marks: Mapping[int, SafeString] = getattr(contact, "marks", {})
    addresses = contact.addresses.all()
    lines = [
        (masked, marks.get(each.pk, "")) for masked, each in zip(masked_addresses(contact), addresses, strict=True)
    ]
    drawn = format_html_join("", '<span><span class="mono">{}</span> {}</span>', lines)
    none = "" if any(each.usable for each in addresses) else _("no confirmed address: cannot be told")
    return format_html('<span class="stacked">{}{}</span>', drawn, hint(none))


def hint(text: str) -> SafeString | str:
    """Draw why a contact is told of nothing; nothing for no text."""
    return format_html('<small class="hint">{}</small>', text) if text else ""


def mark_of(address: Address, health: Mapping[str, Destination], *, now: datetime) -> SafeString | str:
    """Draw what keeps an address from being used: not confirmed, or paused since it failed for long."""
    words = {"pending": _("Pending Activation"), "unasked": _("Pending Activation"), "expired": _("Not confirmed")}
    if word := words.get(standing(address, now=now)):
        return ui.state("pending", tone="warn", label=word)
    paused = any(health[each.destination].paused_at for each in recipients_at(address) if each.destination in health)
    return ui.state("paused", tone="critical", label=_("Paused")) if paused else ""


def name_cell(contact: Contact) -> SafeString:
    """Draw the name, as a link to the contact, over the description."""
    below = format_html("<small>{}</small>", contact.description) if contact.description else ""
    url = reverse("cloudmonitor:contact", args=[contact.pk])
    return format_html('<span class="stacked"><a href="{}">{}</a>{}</span>', url, contact.name, below)


def groups_cell(contact: Contact) -> SafeString | str:
    """Draw the groups that the contact is in, and whether any alert rule tells one of them."""
    groups = contact.groups.all()
    if not groups:
        return format_html('<span class="muted">{}</span>', _("none: is told of nothing"))
    tags = format_html_join(" ", '<span class="tag">{}</span>', ([group.name] for group in groups))
    idle = (
        "" if any(getattr(group, "told", True) for group in groups) else _("told of nothing: no alert rule or policy")
    )
    return format_html('<span class="stacked"><span>{}</span>{}</span>', tags, hint(idle))


def last_cell(contact: Contact) -> SafeString | str:
    """Draw the outcome of the last message to the contact, and when it was."""
    last = getattr(contact, "last", None)
    if last is None:
        return format_html('<span class="muted">{}</span>', _("nothing sent yet"))
    when = ui.moment(last.finished_at or last.created_at, relative=True)
    link = format_html('<a href="{}">{}</a>', reverse("cloudmonitor:notification", args=[last.pk]), when)
    return format_html('<span class="stacked">{}<small>{}</small></span>', state_cell(last), link)
