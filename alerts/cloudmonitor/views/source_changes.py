"""Access Center › Sources: connecting an account, changing a source, who tells, and deleting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import tasks
from alerts.accounts.models import Role
from alerts.cloudmonitor.views.sources import OfSource, trail
from alerts.mirrors import book
from alerts.mirrors.check import ask_for_check
from alerts.mirrors.forms import SourceForm
from alerts.mirrors.models import Reads, Source
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import BaseForm
    from django.http.response import HttpResponseBase


class SourceFormPage(OfSource, FormPage):
    """A form about sources, for administrators."""

    needs = Role.ADMINISTRATOR
    heading = ""

    def show(self, form: BaseForm, *, status: int = 200) -> HttpResponseBase:
        """Show the form; a secret that was typed does not come back, and the form says that it must be typed again."""
        typed = form.is_bound and form.data.get("access_key_secret") and form.errors
        if typed and "access_key_secret" not in form.errors:
            form.add_error("access_key_secret", _("Type it again: it is not sent back to this page."))
        return super().show(form, status=status)

    def framed(self, title: str, source: Source | None, **more: object) -> dict[str, Any]:
        """Return title, trail and the way back."""
        back = address_of(source) if source else reverse("cloudmonitor:sources")
        steps = [(source.name, back)] if source else []
        return {"title": title, "trail": trail(*steps, (title, "")), "back": back, "source": source, **more}


def address_of(source: Source) -> str:
    """Return the address of its page."""
    return reverse("cloudmonitor:source", args=[source.pk])


class SourceCreate(SourceFormPage):
    """Connect an account; it is checked and read at once."""

    template = "cloudmonitor/source_form.html"
    verb = "source.add"

    def form(self, data: Any = None) -> SourceForm:
        """Return the form."""
        return SourceForm(data)

    def act(self, form: SourceForm, *, now: datetime) -> str:
        """Connect it."""
        source = book.connect(self.account, now=now, **form.given)
        ask_for_check(source, now=now)
        self.subject = source.name
        tasks.ring(tasks.poll)
        return address_of(source)

    def done(self) -> str:
        """Say so."""
        return _("The account is connected: its permissions are being tried, and it is being read.")

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Connect account"), None, submit=_("Connect"))


class SourceModify(SourceFormPage):
    """Change a source: everything but who tells, which is a decision of its own."""

    template = "cloudmonitor/source_form.html"
    verb = "source.change"

    def form(self, data: Any = None) -> SourceForm:
        """Return the form with what is stored, the secret aside."""
        self.source = self.found()
        return SourceForm(data, source=self.source)

    def act(self, form: SourceForm, *, now: datetime) -> str:
        """Store it; what an earlier check found may hold no more, and it is checked and read anew."""
        book.change(self.source, now=now, **form.given)
        self.source.refresh_from_db()
        ask_for_check(self.source, now=now)
        self.subject = form.given["name"]
        tasks.ring(tasks.poll)
        return address_of(self.source)

    def done(self) -> str:
        """Say so."""
        return _("The source “%(name)s” is changed.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Change source"), self.source, submit=_("OK"))


class TellerForm(forms.Form):
    """Who tells of happenings."""

    teller = forms.ChoiceField(
        label=gettext_lazy("Who tells"), choices=Source.Teller.choices, widget=forms.RadioSelect
    )  # fmt: skip


class SourceTeller(SourceFormPage):
    """Say who tells of happenings from now on."""

    template = "cloudmonitor/source_teller.html"
    verb = "source.teller"

    def form(self, data: Any = None) -> TellerForm:
        """Return the form with who tells now."""
        self.source = self.found()
        return TellerForm(data, initial={"teller": self.source.teller})

    def act(self, form: TellerForm, *, now: datetime) -> str:
        """Let them tell."""
        self.subject = self.source.name
        self.changed = form.cleaned_data["teller"] != self.source.teller
        book.let_tell(self.source, teller=form.cleaned_data["teller"], now=now)
        return address_of(self.source)

    def done(self) -> str:
        """Say so."""
        return _("That holds from this moment on.") if self.changed else ""

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Who tells"), self.source, submit=_("OK"))


class SourceDelete(SourceFormPage):
    """Ask, saying what becomes of everything, and delete a source."""

    template = "cloudmonitor/source_delete.html"
    verb = "source.delete"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.source = self.found()
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        self.subject = self.source.name
        book.delete(self.source)
        return reverse("cloudmonitor:sources")

    def done(self) -> str:
        """Say so."""
        return _("The source “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question, with what is mirrored."""
        counts = [(Reads(what).label, count) for what, count in book.mirrored(self.source).items() if count]
        title = _("Delete the source “%(name)s”?") % {"name": self.source.name}
        return self.framed(title, self.source, counts=counts, submit=_("Delete"), dangerous=True)
