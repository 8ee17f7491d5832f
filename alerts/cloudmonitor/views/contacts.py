"""Alerts › Alert Contacts › Alert Contacts: who can be told, by which address, and how the last message went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.cloudmonitor.views.cells import row_actions, select_cell, state_cell
from alerts.contacts.filters import ContactFilter
from alerts.contacts.models import Contact, ContactGroup
from alerts.notifications.models import Notification
from alerts.ui.pages import PAGE_SIZE, ListPage, Page
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

BULK = "add-to-group"


def masked_addresses(contact: Contact) -> list[str]:
    """Return the contact's addresses as pages may show them."""
    return [BY_KIND[each.kind].mask(each.fields) for each in contact.addresses.all() if each.kind in BY_KIND]


def address_cell(contact: Contact) -> SafeString:
    """Draw the masked addresses, one under the other."""
    lines = format_html_join("", "<span>{}</span>", ([each] for each in masked_addresses(contact)))
    return format_html('<span class="stacked mono">{}</span>', lines)


def name_cell(contact: Contact) -> SafeString:
    """Draw the name over the description."""
    below = format_html("<small>{}</small>", contact.description) if contact.description else ""
    return format_html('<span class="stacked"><strong>{}</strong>{}</span>', contact.name, below)


def groups_cell(contact: Contact) -> SafeString | str:
    """Draw the groups that the contact is in."""
    tags = format_html_join(" ", '<span class="tag">{}</span>', ([group.name] for group in contact.groups.all()))
    return tags or format_html('<span class="muted">{}</span>', _("none: is told of nothing"))


def last_cell(contact: Contact) -> SafeString | str:
    """Draw the outcome of the last message to the contact, and when it was."""
    last = getattr(contact, "last", None)
    if last is None:
        return format_html('<span class="muted">{}</span>', _("nothing sent yet"))
    when = ui.moment(last.finished_at or last.created_at, relative=True)
    link = format_html('<a href="{}">{}</a>', reverse("cloudmonitor:notification", args=[last.pk]), when)
    return format_html('<span class="stacked">{}<small>{}</small></span>', state_cell(last), link)


def tabs(active: str) -> list[dict[str, object]]:
    """Return the two tabs of the menu entry."""
    pages = (("contacts", _("Alert Contacts")), ("contact_groups", _("Alert Contact Group")))
    return [{"label": label, "url": reverse(f"cloudmonitor:{name}"), "active": name == active} for name, label in pages]


class Contacts(ListPage):
    """The list of contacts."""

    template = "cloudmonitor/contacts.html"
    collection = "contacts"
    columns = (
        Column("Name", gettext_lazy("Name"), name_cell),
        Column("Address", gettext_lazy("Address"), address_cell),
        Column("Groups", gettext_lazy("Contact groups"), groups_cell),
        Column("Last", gettext_lazy("Last message"), last_cell),
        Column("Language", gettext_lazy("Language"), attribute("get_language_display"), minor=True),
        Column("TimeZone", gettext_lazy("Time zone"), attribute("time_zone"), minor=True),
    )
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Address", "Address", masked_addresses),
        Column("Groups", "Groups", lambda contact: [group.name for group in contact.groups.all()]),
        Column("Description", "Description", attribute("description")),
        Column("Language", "Language", attribute("language")),
        Column("TimeZone", "TimeZone", attribute("time_zone")),
    )

    def rows(self) -> QuerySet[Contact]:
        """Return the account's contacts with their groups."""
        groups = Prefetch("groups", ContactGroup.objects.order_by("name"))
        return Contact.objects.filter(account=self.account).prefetch_related(groups, "addresses")

    def make_search(self) -> ContactFilter:
        """Return the filter with the account's groups to choose from."""
        return ContactFilter(self.request.GET, queryset=self.rows(), groups=self.groups())

    def groups(self) -> QuerySet[ContactGroup]:
        """Return the account's groups, by name."""
        return ContactGroup.objects.filter(account=self.account).order_by("name")

    def page(self, found: QuerySet[Contact], size: int = PAGE_SIZE) -> Page:
        """Return the page, each contact with its `last` notification."""
        page = super().page(found, size)
        newest = Notification.objects.filter(contact=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        shown = Contact.objects.filter(pk__in=[contact.pk for contact in page.rows])
        last = Notification.objects.filter(pk__in=shown.annotate(last=Subquery(newest)).values("last"))
        by_contact = {each.contact_id: each for each in last.defer("address", "text")}
        for contact in page.rows:
            contact.last = by_contact.get(contact.pk)
        return page

    def shown(self) -> Sequence[Column]:
        """Return the columns, with boxes and actions for who may change something."""
        if not self.may_change:
            return self.columns
        box = Column("Select", _("Select"), select_cell(BULK, "contact"))
        actions = row_actions("cloudmonitor:contact_modify", "cloudmonitor:contact_delete")
        return (box, *self.columns, Column("Actions", _("Actions"), actions))

    def context(self) -> dict[str, Any]:
        """Return title, tabs, the way to a new contact and the groups to add to."""
        create = {"label": _("Create Alert Contact"), "url": reverse("cloudmonitor:contact_create"), "icon": "plus",
                  "kind": "primary"}  # fmt: skip
        return {
            "title": _("Alert Contacts"),
            "lead": _("People and systems that alert rules can tell. A contact is told through its groups."),
            "tabs": tabs("contacts"),
            "actions": [create] if self.may_change else [],
            "bulk": BULK,
            "groups": self.groups() if self.may_change else (),
            "empty": {
                "title": _("No contacts yet"),
                "text": _("Create one with an e-mail address or a webhook, and put it into a contact group."),
                "icon": "contact",
                "url": create["url"] if self.may_change else "",
                "action": create["label"],
            },
        }
