"""Alerts › Silences: end now, extend, delete. Each asks first; opening a page changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.models import Role
from alerts.silences.keep import delete_silence, end_silence, extend_silence
from alerts.silences.models import Silence
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

LENGTHS = (
    ("30", gettext_lazy("30 minutes")),
    ("60", gettext_lazy("1 hour")),
    ("240", gettext_lazy("4 hours")),
    ("1440", gettext_lazy("1 day")),
    ("10080", gettext_lazy("7 days")),
)


class SilencePage(FormPage):
    """What ending, extending and deleting have in common."""

    needs = Role.OPERATOR

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields: it only carries a refusal."""
        self.found = get_object_or_404(Silence, account=self.account, pk=self.kwargs["pk"])
        self.subject = self.found.name
        return forms.Form(data)

    def page(self) -> str:
        """Return the address of the silence's page."""
        return reverse("cloudmonitor:silence", args=[self.found.pk])

    def framed(self, title: str, step: str) -> dict[str, Any]:
        """Return title, trail and the way back."""
        silences = {"label": _("Silences"), "url": reverse("cloudmonitor:silences")}
        trail = [silences, {"label": self.found.name, "url": self.page()}, {"label": step}]
        return {"title": title, "trail": trail, "back": self.page()}


class SilenceEnd(SilencePage):
    """Asks, and lets it hide nothing from now on."""

    template = "pages/confirm.html"
    verb = "silence.end"

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """End it."""
        end_silence(self.found, now=now, by=self.actor)
        return self.page()

    def done(self) -> str:
        """Say so."""
        return _("The silence “%(name)s” is over.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        return {
            **self.framed(_("End the silence “%(name)s” now?") % {"name": self.found.name}, _("End now")),
            "text": _("What happens from now on is told again. What it hid is not sent later."),
            "accept": _("End now"),
        }


class ExtendForm(forms.Form):
    """By how much a silence is to last longer."""

    length = forms.ChoiceField(
        label=gettext_lazy("Let it last longer by"), choices=LENGTHS, widget=forms.RadioSelect, initial="60"
    )


class SilenceExtend(SilencePage):
    """Lets a silence end later."""

    verb = "silence.extend"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with the lengths to choose from."""
        super().form()
        return ExtendForm(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Move the end."""
        length = timedelta(minutes=int(form.cleaned_data["length"]))
        extend_silence(self.found, length=length, now=now, by=self.actor)
        return self.page()

    def done(self) -> str:
        """Say so."""
        return _("The silence “%(name)s” lasts longer.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Extend the silence “%(name)s”") % {"name": self.found.name}, _("Extend"))


class SilenceDelete(SilencePage):
    """Asks, and deletes it."""

    template = "pages/confirm.html"
    verb = "silence.delete"

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        delete_silence(self.found)
        return reverse("cloudmonitor:silences")

    def done(self) -> str:
        """Say so."""
        return _("The silence “%(name)s” is deleted.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        return {
            **self.framed(_("Delete the silence “%(name)s”?") % {"name": self.found.name}, _("Delete")),
            "text": _(
                "It hides nothing any more, and what it hid cannot be looked at here. End it to keep that for 90 days."
            ),
        }
