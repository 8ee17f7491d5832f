"""A page with one form that calls one verb: what was typed stays, and a refusal stands at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from alerts.accounts.audit import note
from alerts.estate.refusal import Refused
from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import BaseForm
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class FormPage(ConsoleView):
    """GET shows the form; POST calls `act` once the form is valid, and leads to what `act` returns.

    A subclass gives `form()`, `act()` and the template; `verb` names the change in the audit trail, which holds none
    where `act` sets `changed` to False. `Refused` raised by a verb becomes an error of the form, at the field that it
    names.
    """

    template: ClassVar[str] = "pages/form.html"
    verb: ClassVar[str] = ""
    subject: str = ""
    changed: bool = True

    def form(self, data: Any = None) -> BaseForm:
        """Return the form, bound to `data` when there is any."""
        raise NotImplementedError

    def act(self, form: Any, *, now: datetime) -> str:
        """Do it, set `self.subject` and return the address to go to. May raise Refused."""
        raise NotImplementedError

    def done(self) -> str:
        """Return the sentence that says it was done; empty for none."""
        return ""

    def context(self) -> dict[str, Any]:
        """Return what the template needs besides the form."""
        return {}

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Show the form."""
        return self.show(self.form())

    def post(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Act, or show the form again with what was typed and what is wrong with it."""
        form = self.form(request.POST)
        if form.is_valid():
            now = timezone.now()
            try:
                with transaction.atomic():
                    address = self.act(form, now=now)
                    if self.changed:
                        note(self.account, actor=self.actor, verb=self.verb, subject=self.subject, now=now)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                self.after()
                if sentence := self.done():
                    messages.success(request, sentence)
                return HttpResponseRedirect(address)
        return self.show(form, status=422)

    def after(self) -> None:
        """Ring whom it concerns; the consoles know the bells."""

    def show(self, form: BaseForm, *, status: int = 200) -> HttpResponseBase:
        """Render the form; 422 when it was refused, so that programs and htmx can tell."""
        return render(self.request, self.template, {"form": form, **self.context()}, status=status)
