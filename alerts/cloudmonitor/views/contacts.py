"""Alerts › Alert Contacts › Alert Contacts: who can be told, by which address, and how the last message went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.audit import note
from alerts.accounts.models import Role
from alerts.cloudmonitor.views.cells import row_actions, select_cell
from alerts.cloudmonitor.views.contact_cells import (
    address_cell,
    exported_addresses,
    groups_cell,
    last_cell,
    mark_of,
    name_cell,
)
from alerts.contacts.filters import ContactFilter
from alerts.contacts.models import Address, Contact, ContactGroup
from alerts.notifications.addresses import health_of, recipients_at
from alerts.notifications.models import Notification
from alerts.rules.models import AlertRule, RuleTarget
from alerts.subscriptions.dependents import policies_telling
from alerts.ui.pages import PAGE_SIZE, ListPage, Page
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase

BULK = "add-to-group"


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
        Column("Address", "Address", exported_addresses),
        Column("Groups", "Groups", lambda contact: [group.name for group in contact.groups.all()]),
        Column("Description", "Description", attribute("description")),
        Column("Language", "Language", attribute("language")),
        Column("TimeZone", "TimeZone", attribute("time_zone")),
    )

    def rows(self) -> QuerySet[Contact]:
        """Return the account's contacts with their groups and addresses."""
        rules = RuleTarget.objects.filter(group=OuterRef("pk"), rule__in=AlertRule.objects.saved())
        policies = policies_telling(OuterRef("pk"))
        groups = Prefetch(
            "groups", ContactGroup.objects.annotate(told=Exists(rules) | Exists(policies)).order_by("name")
        )
        addresses = Prefetch("addresses", Address.objects.select_related("contact").order_by("pk"))
        found = Contact.objects.filter(account=self.account).prefetch_related(groups, addresses)
        return found.annotate(as_is=Value(self.as_is))

    @property
    def as_is(self) -> bool:
        """Whether somebody who may asked for addresses as they are."""
        return self.asks_as_is and self.request.role is not None and self.request.role.allows(Role.ADMINISTRATOR)

    @property
    def asks_as_is(self) -> bool:
        """Whether an export with addresses as they are is asked for."""
        return "format" in self.request.GET and self.request.GET.get("secrets") == "1"

    def make_search(self) -> ContactFilter:
        """Return the filter with the account's groups to choose from."""
        return ContactFilter(self.request.GET, queryset=self.rows(), groups=self.groups())

    def groups(self) -> QuerySet[ContactGroup]:
        """Return the account's groups, by name."""
        return ContactGroup.objects.filter(account=self.account).order_by("name")

    def page(self, found: QuerySet[Contact], size: int = PAGE_SIZE) -> Page:
        """Return the page, each contact with its `last` notification and the `marks` of its addresses."""
        page = super().page(found, size)
        newest = Notification.objects.filter(contact=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        shown = Contact.objects.filter(pk__in=[contact.pk for contact in page.rows])
        last = Notification.objects.filter(pk__in=shown.annotate(last=Subquery(newest)).values("last"))
        by_contact = {each.contact_id: each for each in last.defer("address", "text")}
        addresses = [address for contact in page.rows for address in contact.addresses.all()]
        health = health_of(self.account, (each for address in addresses for each in recipients_at(address)))
        for contact in page.rows:
            contact.last = by_contact.get(contact.pk)
            contact.marks = {each.pk: mark_of(each, health, now=self.now) for each in contact.addresses.all()}
        return page

    def export(self, kind: str) -> HttpResponseBase:
        """Export masked addresses; with `secrets=1`, for administrators, as they are: the audit trail notes it."""
        if self.asks_as_is:
            if not self.as_is:
                raise PermissionDenied(_("Only an administrator may export addresses as they are."))
            note(self.account, actor=self.actor, verb="contact.export_addresses", subject=kind, now=self.now)
        return super().export(kind)

    def shown(self) -> Sequence[Column]:
        """Return the columns, with boxes and actions for who may change something."""
        if not self.may_change:
            return self.columns
        box = Column("Select", _("Select"), select_cell(BULK, "contact"))
        actions = row_actions("cloudmonitor:contact_modify", "cloudmonitor:contact_delete")
        return (box, *self.columns, Column("Actions", _("Actions"), actions))

    def context(self) -> dict[str, Any]:
        """Return title, tabs, the ways to new contacts and the groups to add to."""
        create = {"label": _("Create Alert Contact"), "url": reverse("cloudmonitor:contact_create"), "icon": "plus",
                  "kind": "primary"}  # fmt: skip
        several = {
            "label": _("Create Several"),
            "url": reverse("cloudmonitor:contacts_create_several"),
            "icon": "list-plus",
        }
        role = self.request.role
        return {
            "title": _("Alert Contacts"),
            "lead": _("People and systems that alert rules can tell. A contact is told through its groups."),
            "tabs": tabs("contacts"),
            "actions": [several, create] if self.may_change else [],
            "bulk": BULK,
            "groups": self.groups() if self.may_change else (),
            "open_export": self.address(format="csv", secrets=1) if role and role.allows(Role.ADMINISTRATOR) else "",
            "empty": {
                "title": _("No contacts yet"),
                "text": _("Create one with an address of any kind, and put it into a contact group."),
                "icon": "contact",
                "url": create["url"] if self.may_change else "",
                "action": create["label"],
            },
        }
