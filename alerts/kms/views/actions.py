"""Pages that change something: a form, one verb, and the way back to the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from alerts.estate.refusal import Refused
from alerts.kms.addresses import address_of
from alerts.kms.views.frame import OfOne, Regional
from alerts.tasks import evaluate, ring
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.kms.views.frame import Text

TICKET_SECONDS = 86_400


class RegionForm(Regional, FormPage):
    """A page with a form that makes one change, once: the same form sent again is refused.

    `warned` says what will be lost and until when that can be undone, `said` that it was done.
    """

    template: ClassVar[str] = "kms/form.html"
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title: ClassVar[Text]
    submit: ClassVar[Text]
    lead: ClassVar[Text] = ""
    warned: ClassVar[Sequence[Text]] = ()
    said: ClassVar[Text] = ""
    dangerous: ClassVar[bool] = False
    columns: ClassVar[str] = ""
    shown: forms.BaseForm | None = None

    def form(self, data: Any = None) -> forms.BaseForm:
        """Return the form."""
        self.shown = self.form_class(data, **self.arguments())
        return self.shown

    def arguments(self) -> dict[str, Any]:
        """Return the further arguments of the form."""
        return {}

    def do(self, form: Any, *, now: datetime) -> Any:
        """Call the verb with what the form says; return the row that it changed. May raise Refused."""
        raise NotImplementedError

    def idle(self, _form: Any) -> bool:
        """Tell whether the form asks for what is so already."""
        return False

    def act(self, form: Any, *, now: datetime) -> str:
        """Do it, unless this very form was already sent: a double click makes one change, not two."""
        with transaction.atomic():
            ticket = self.request.POST.get("ticket", "")[:64]
            if ticket and not cache.add(f"form:{ticket}", 1, TICKET_SECONDS):
                raise Refused(
                    _("This form was sent twice. It was done once; look at the result before you send it again.")
                )
            if self.idle(form):
                self.changed = False
                return self.back()
            row = self.do(form, now=now)
        self.subject = row.arn
        return self.leads_to(row)

    def leads_to(self, row: Any) -> str:
        """Return where to go when it is done."""
        return address_of(row)

    def further(self) -> Sequence[Text]:
        """Return further sentences above the form, which depend on the moment."""
        return ()

    def back(self) -> str:
        """Return where Cancel leads."""
        return self.list_address()

    def done(self) -> str:
        """Say that it was done, or that there was nothing to do."""
        return str(self.said) if self.changed else _("Nothing was changed: everything is like this already.")

    def context(self) -> dict[str, Any]:
        """Return the words of the page, and a ticket that is good for one change."""
        return {
            "title": self.title, "lead": self.lead, "submit": self.submit, "columns": self.columns, "back": self.back(),
            "trail": self.trail((self.title, "")), "warned": [*self.warned, *self.further()],
            "dangerous": self.dangerous, "ticket": get_random_string(32),
        }  # fmt: skip

    def after(self) -> None:
        """Ring the line: there may be a fact to evaluate."""
        ring(evaluate)


class Action(OfOne, RegionForm):
    """A form that changes one resource."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Show the form; of what is only read from the cloud there is none, and its page says so."""
        if self.row.mirrored_by is not None:
            return HttpResponseRedirect(self.back())
        return super().get(request, **kwargs)

    def back(self) -> str:
        """Return the resource's page."""
        return address_of(self.row)

    def context(self) -> dict[str, Any]:
        """Return the words of the page, with the resource in the trail and under the title."""
        trail = self.trail((str(self.row), self.back()), (self.title, ""))
        return {**super().context(), "trail": trail, "lead": self.lead or str(self.row), "row": self.row}
