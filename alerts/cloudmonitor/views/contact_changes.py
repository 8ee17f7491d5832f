"""Alerts › Alert Contacts: creating, modifying and deleting a contact, and adding several to a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.accounts.models import Role
from alerts.contacts.directory import add_to_group, keep_contact
from alerts.contacts.forms import AddToGroupForm, ContactForm
from alerts.contacts.models import Contact
from alerts.notifications.addresses import ask_unasked
from alerts.rules.dependents import quoted, reaches_anybody, told_by
from alerts.subscriptions.dependents import delete_contact, reached_through
from alerts.tasks import deliver, ring
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime


class ContactPage(FormPage):
    """What creating, modifying and deleting a contact have in common."""

    needs = Role.OPERATOR

    def contact(self) -> Contact:
        """Return the contact that the address names, if it is one of this account."""
        return get_object_or_404(Contact, account=self.account, pk=self.kwargs["pk"])

    def trail(self, label: str) -> list[dict[str, str]]:
        """Return the way here."""
        return [{"label": _("Alert Contacts"), "url": reverse("cloudmonitor:contacts")}, {"label": label, "url": ""}]


class ContactCreate(ContactPage):
    """Set Alert Contact: a new one."""

    template = "cloudmonitor/contact_form.html"
    verb = "contact.create"
    asked = 0

    def form(self, data: Any = None) -> ContactForm:
        """Return the empty form."""
        return ContactForm(data, instance=Contact(account=self.account))

    def act(self, form: ContactForm, *, now: datetime) -> str:
        """Store the contact, and ask whether its e-mail address is the right one."""
        contact = keep_contact(form.instance, addresses=form.addresses(), now=now)
        self.asked = ask_unasked(self.account, now=now)
        self.subject = contact.name
        return reverse("cloudmonitor:contact", args=[contact.pk])

    def after(self) -> None:
        """Let the question go out."""
        if self.asked:
            ring(deliver)

    def done(self) -> str:
        """Say so, and what is still missing."""
        said = _("The contact “%(name)s” is stored. It is told of events once it is in a contact group.")
        return " ".join(filter(None, (said % {"name": self.subject}, self.to_confirm())))

    def to_confirm(self) -> str:
        """Say that an address waits for its confirmation, if one was asked for."""
        if not self.asked:
            return ""
        return _("Nothing else is sent to the e-mail address before the link in the mail sent there is opened.")

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title = _("Create Alert Contact")
        lead = _("Who or what can be told, and where. At least one address.")
        return {"title": title, "lead": lead, "trail": self.trail(title), "back": reverse("cloudmonitor:contacts")}


class ContactModify(ContactCreate):
    """Set Alert Contact: change one. What is secret stays where it is unless it is replaced or removed."""

    verb = "contact.modify"

    def form(self, data: Any = None) -> ContactForm:
        """Return the form with what is stored, the secrets aside."""
        return ContactForm(data, instance=self.contact())

    def act(self, form: ContactForm, *, now: datetime) -> str:
        """Store the changes, and warn of the alert rules and policies that have nobody to tell any more."""
        before = {rule.pk for rule in told_by(form.instance) if reaches_anybody(rule)}
        levels = reached_through(form.instance)
        address = super().act(form, now=now)
        silent = [rule.name for rule in told_by(form.instance) if rule.pk in before and not reaches_anybody(rule)]
        if silent:
            said = _("Nobody is left to tell for the alert rule %(names)s, as long as this stays so.")
            messages.warning(self.request, said % {"names": quoted(silent)})
        if less := [name for name, now_told in reached_through(form.instance).items() if levels[name] - now_told]:
            said = _("Nobody is left to tell for the subscription policy %(names)s, as long as this stays so.")
            messages.warning(self.request, said % {"names": quoted(less)})
        return address

    def done(self) -> str:
        """Say so."""
        said = _("The contact “%(name)s” is changed.") % {"name": self.subject}
        return " ".join(filter(None, (said, self.to_confirm())))

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title, back = _("Modify Alert Contact"), reverse("cloudmonitor:contact", args=[self.kwargs["pk"]])
        return {**super().context(), "title": title, "trail": self.trail(title), "back": back}


class ContactDelete(ContactPage):
    """Asks, and deletes a contact unless somebody counts on it."""

    template = "pages/confirm.html"
    verb = "contact.delete"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries the refusal."""
        self.subject = self.contact().name
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        delete_contact(self.contact())
        return reverse("cloudmonitor:contacts")

    def done(self) -> str:
        """Say so."""
        return _("The contact “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        title = _("Delete the contact “%(name)s”?") % {"name": self.subject}
        text = _("It is told of nothing any more. What it was told stays in the alert history.")
        back = reverse("cloudmonitor:contacts")
        return {"title": title, "text": text, "trail": self.trail(_("Delete")), "back": back}


class ContactsAddToGroup(ContactPage):
    """Add to Contact Group, for the contacts that are marked in the list."""

    template = "pages/form.html"
    verb = "contact_group.add"

    def form(self, data: Any = None) -> AddToGroupForm:
        """Return the form; the contacts of the address are marked."""
        initial = {"contact": self.request.GET.getlist("contact")}
        return AddToGroupForm(data, account=self.account, initial=initial)

    def act(self, form: AddToGroupForm, *, now: datetime) -> str:
        """Add them."""
        group = form.cleaned_data["group"]
        self.added = add_to_group(group, form.cleaned_data["contact"])
        self.subject = group.name
        return reverse("cloudmonitor:contacts")

    def done(self) -> str:
        """Say how many were added."""
        said = ngettext("%(count)s contact added to “%(name)s”.", "%(count)s contacts added to “%(name)s”.", self.added)
        return said % {"count": self.added, "name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title = _("Add to Contact Group")
        return {"title": title, "trail": self.trail(title), "back": reverse("cloudmonitor:contacts")}
