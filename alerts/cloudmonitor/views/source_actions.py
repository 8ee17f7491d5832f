"""Access Center › Sources: what a button does to a source at once: check, read now, pause, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import tasks
from alerts.accounts.audit import note
from alerts.accounts.models import Role
from alerts.cloudmonitor.views.sources import OfSource
from alerts.mirrors import book
from alerts.mirrors.check import ask_for_check

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.mirrors.models import Source


class SourceAction(OfSource):
    """POST does it, and leads back to the page of the source."""

    needs = Role.ADMINISTRATOR
    http_method_names: ClassVar[list[str]] = ["post"]  # type: ignore[misc]
    verb: ClassVar[str]

    def act(self, source: Source, *, now: datetime) -> str:
        """Do it; return the sentence that says so."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Do it, and note that it was done."""
        now, source = timezone.now(), self.found()
        with transaction.atomic():
            said = self.act(source, now=now)
            note(self.account, actor=self.actor, verb=f"source.{self.verb}", subject=source.name, now=now)
        messages.success(request, said)
        return HttpResponseRedirect(reverse("cloudmonitor:source", args=[source.pk]))


class SourceCheck(SourceAction):
    """Try each permission that it needs; the page shows what came of it as it comes."""

    verb = "check"

    def act(self, source: Source, *, now: datetime) -> str:
        """Ask for it."""
        ask_for_check(source, now=now)
        tasks.ring(tasks.poll)
        return _("Each permission is being tried.")


class SourceRead(SourceAction):
    """Read it now, whenever it would be its turn."""

    verb = "poll"

    def act(self, source: Source, *, now: datetime) -> str:
        """Make it due."""
        book.poll_soon(source, now=now)
        tasks.ring(tasks.poll)
        if source.paused_at:
            return _("It is read as soon as it is resumed.")
        return _("It is being read.")


class SourcePause(SourceAction):
    """Read it no more until it is resumed."""

    verb = "pause"

    def act(self, source: Source, *, now: datetime) -> str:
        """Pause it."""
        book.pause(source, now=now)
        return _("It is read no more until it is resumed. What was read stays.")


class SourceResume(SourceAction):
    """Read it again."""

    verb = "resume"

    def act(self, source: Source, *, now: datetime) -> str:
        """Resume it."""
        book.resume(source, now=now)
        tasks.ring(tasks.poll)
        return _("It is read again, from where it stopped.")
