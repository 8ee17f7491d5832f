"""Alerts › Alert Contacts › Alert Contact Group: contacts who are told together, and the rules that tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.cells import row_actions
from alerts.cloudmonitor.views.contacts import tabs
from alerts.contacts.directory import keep_group
from alerts.contacts.filters import ContactGroupFilter
from alerts.contacts.forms import ContactGroupForm
from alerts.contacts.models import Contact, ContactGroup
from alerts.rules.models import AlertRule, RuleTarget
from alerts.subscriptions.dependents import configurations_of, delete_group
from alerts.ui.forms import FormPage
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

MOST_NAMED = 8


def rule_names(group: ContactGroup) -> list[str]:
    """Return the alert rules that tell the group, each once."""
    return sorted({target.rule.name for target in group.rule_targets.all()})


def name_cell(group: ContactGroup) -> SafeString:
    """Draw the name over the description."""
    below = format_html("<small>{}</small>", group.description) if group.description else ""
    return format_html('<span class="stacked"><strong>{}</strong>{}</span>', group.name, below)


def contacts_cell(group: ContactGroup) -> SafeString:
    """Draw the first contacts, and how many more there are."""
    return _tags([contact.name for contact in group.contacts.all()], _("nobody"))


def rules_cell(group: ContactGroup) -> SafeString:
    """Draw the first alert rules, and how many more there are."""
    return _tags(rule_names(group), _("none"))


def configurations_cell(group: Any) -> SafeString:
    """Draw the first notification configurations that tell the group."""
    return _tags(group.configurations, _("none"))


def _tags(names: Sequence[str], nothing: str) -> SafeString:
    if not names:
        return format_html('<span class="muted">{}</span>', nothing)
    tags = format_html_join(" ", '<span class="tag">{}</span>', ([name] for name in names[:MOST_NAMED]))
    rest = len(names) - MOST_NAMED
    return format_html("{} {}", tags, _("and %(count)s more") % {"count": rest} if rest > 0 else "")


class ContactGroups(ListPage):
    """The list of contact groups."""

    collection = "contact_groups"
    filterset = ContactGroupFilter
    columns = (
        Column("Name", gettext_lazy("Group name"), name_cell),
        Column("Contacts", gettext_lazy("Contacts"), contacts_cell),
        Column("Rules", gettext_lazy("Told by alert rules"), rules_cell),
        Column("Configurations", gettext_lazy("Told by notification configurations"), configurations_cell),
    )
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Description", "Description", attribute("description")),
        Column("Contacts", "Contacts", lambda group: [contact.name for contact in group.contacts.all()]),
        Column("Rules", "Rules", rule_names),
        Column("Configurations", "Configurations", attribute("configurations")),
    )

    def rows(self) -> QuerySet[ContactGroup]:
        """Return the account's groups with their contacts and rules."""
        contacts = Prefetch("contacts", Contact.objects.only("name", "account").order_by("name"))
        told = RuleTarget.objects.filter(rule__in=AlertRule.objects.saved()).select_related("rule")
        targets = Prefetch("rule_targets", told.defer("address"))
        named = ArraySubquery(configurations_of(OuterRef("pk")).values("name"))
        found = ContactGroup.objects.filter(account=self.account).annotate(configurations=named)
        return found.prefetch_related(contacts, targets)

    def shown(self) -> Sequence[Column]:
        """Return the columns, with actions for who may change something."""
        if not self.may_change:
            return self.columns
        digest = (_("Digest"), "cloudmonitor:contact_group_digest")
        actions = row_actions("cloudmonitor:contact_group_modify", "cloudmonitor:contact_group_delete", digest)
        return (*self.columns, Column("Actions", _("Actions"), actions))

    def context(self) -> dict[str, Any]:
        """Return title, tabs and the way to a new group."""
        create = {"label": _("Create Alert Contact Group"), "url": reverse("cloudmonitor:contact_group_create"),
                  "icon": "plus", "kind": "primary"}  # fmt: skip
        return {
            "title": _("Alert Contact Group"),
            "lead": _("Alert rules tell groups, so that people can come and go without changing a rule."),
            "tabs": tabs("contact_groups"),
            "actions": [create] if self.may_change else [],
            "empty": {"title": _("No contact groups yet"), "icon": "users", "text": _("An alert rule tells a group.")},
        }


class ContactGroupPage(FormPage):
    """What creating, modifying and deleting a group have in common."""

    needs = Role.OPERATOR

    def group(self) -> ContactGroup:
        """Return the group that the address names, if it is one of this account."""
        return get_object_or_404(ContactGroup, account=self.account, pk=self.kwargs["pk"])

    def framed(self, title: str, step: str = "") -> dict[str, Any]:
        """Return title, trail and the way back."""
        back = reverse("cloudmonitor:contact_groups")
        trail = [{"label": _("Alert Contact Group"), "url": back}, {"label": step or title, "url": ""}]
        return {"title": title, "trail": trail, "back": back}


class ContactGroupCreate(ContactGroupPage):
    """A new group."""

    verb = "contact_group.create"

    def form(self, data: Any = None) -> ContactGroupForm:
        """Return the empty form."""
        return ContactGroupForm(data, instance=ContactGroup(account=self.account))

    def act(self, form: ContactGroupForm, *, now: datetime) -> str:
        """Store the group."""
        self.subject = keep_group(form.instance, form.cleaned_data["contacts"], now=now).name
        return reverse("cloudmonitor:contact_groups")

    def done(self) -> str:
        """Say so."""
        return _("The contact group “%(name)s” is stored.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Create Alert Contact Group"))


class ContactGroupModify(ContactGroupCreate):
    """Another name, description or other contacts."""

    verb = "contact_group.modify"

    def form(self, data: Any = None) -> ContactGroupForm:
        """Return the form with what is stored."""
        return ContactGroupForm(data, instance=self.group())

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Modify Alert Contact Group"))


class ContactGroupDelete(ContactGroupPage):
    """Asks, and deletes a group unless an alert rule tells it."""

    template = "pages/confirm.html"
    verb = "contact_group.delete"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.subject = self.group().name
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        delete_group(self.group())
        return reverse("cloudmonitor:contact_groups")

    def done(self) -> str:
        """Say so."""
        return _("The contact group “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        question = _("Delete the contact group “%(name)s”?") % {"name": self.subject}
        return {**self.framed(question, _("Delete")), "text": _("Its contacts stay.")}
