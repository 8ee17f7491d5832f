"""Alerts › Silences: the form that creates and modifies a silence, with what it would hide while it is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views import silence_cells as cells
from alerts.cloudmonitor.views.incident_cells import title_of
from alerts.cloudmonitor.views.silences import warnings_of
from alerts.events.catalog import BY_NAME
from alerts.events.counts import seen_in
from alerts.notifications.past import Slow
from alerts.notifications.silence_past import would_hide
from alerts.rules.carry import carried
from alerts.silences.forms import ONCE, WHICH, SilenceForm, initial_of
from alerts.silences.keep import keep_silence
from alerts.silences.models import Silence
from alerts.silences.words import EXAMPLES
from alerts.ui.forms import FormPage
from alerts.ui.rule_checks import event_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.incidents.models import Incident
    from alerts.notifications.silence_past import Hiding

MOST_INCIDENTS = 5
NAME_LENGTH = 100


@dataclass(slots=True)
class Outlook:
    """What stands under the form. `stops` are the fields whose mistakes leave nothing to look for."""

    stops: Sequence[tuple[str, str, str]] = ()
    hiding: Hiding | None = None
    newest: Sequence[dict[str, Any]] = ()
    lasting: Sequence[tuple[Incident, str]] = ()
    slow: bool = False
    warnings: Sequence[str] = ()
    coming: Sequence[dict[str, Any]] = ()
    clocks: Sequence[str] = field(default_factory=list)
    zone: str = ""


class SilenceCreate(FormPage):
    """The form, filled from an event or incident (`resource`, `name`), from another silence (`copy`), or empty."""

    template = "cloudmonitor/silence_form.html"
    verb = "silence.create"
    needs = Role.OPERATOR

    def silence(self) -> Silence | None:
        """Return the silence that is modified; None for a new one."""
        return None

    def form(self, data: Any = None) -> SilenceForm:
        """Return the form."""
        silence, initial = self.silence(), {}
        if silence is None:
            initial = {"time_zone": timezone.get_current_timezone_name(), **(self.copied() or self.asked())}
        return SilenceForm(
            data, account=self.account, seen=seen_in(self.account), now=timezone.now(), silence=silence, initial=initial
        )

    def copied(self) -> dict[str, Any]:
        """Return what the silence named by `copy` has; when it hid once, it is to be said anew when."""
        wanted = self.request.GET.get("copy", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            return {}
        silence = get_object_or_404(Silence, account=self.account, pk=int(wanted))
        name = self.free_name(_("%(name)s copy") % {"name": silence.name[:NAME_LENGTH]})
        initial = {**initial_of(silence), "name": name, "opened": None, "ends_at": None}
        return {**initial, "starts_at": None} if initial["recurs"] == ONCE else {**initial, "first_on": None}

    def asked(self) -> dict[str, Any]:
        """Return what the address asks for: the kinds and resources of an event, an incident or a search."""
        query = QueryDict(mutable=True)
        for name, values in self.request.GET.lists():
            if name != "resource":
                query.setlist(name, values)
        initial, _lost = carried(query)
        resources = [each for each in self.request.GET.getlist("resource") if each][:10]
        record = BY_NAME.get(initial["names"][0]) if len(initial["names"]) == 1 else None
        about = _(record.title) if record else ", ".join(initial["names"])
        where = resources[0].rpartition("/")[2] if resources else ""
        name = " · ".join(part for part in (about, where) if part)[:NAME_LENGTH]
        # An address can hold what no name can, and what the database refuses to look for.
        fits = name and "\x00" not in name
        return {**initial, "resources": resources, "name": self.free_name(name) if fits else ""}

    def free_name(self, name: str) -> str:
        """Return the name, with a number where another silence has it."""
        taken = set(Silence.objects.filter(account=self.account, name__startswith=name).values_list("name", flat=True))
        numbered = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
        return next(each for each in numbered if each not in taken)

    def act(self, form: SilenceForm, *, now: datetime) -> str:
        """Save the silence."""
        kept = keep_silence(form.wanted(), now=now, by=self.actor, opened=form.cleaned_data["opened"])
        self.subject = kept.name
        return reverse("cloudmonitor:silence", args=[kept.pk])

    def done(self) -> str:
        """Say so."""
        return _("The silence “%(name)s” is saved, and holds from now on.") % {"name": self.subject}

    def title(self) -> str:
        """Return the heading."""
        return _("Create Silence")

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        silences, title, silence = reverse("cloudmonitor:silences"), self.title(), self.silence()
        return {
            "title": title,
            "trail": [{"label": _("Silences"), "url": silences}, {"label": title}],
            "here": self.here(silence),
            "preview_url": self.preview_url(silence),
            "back": reverse("cloudmonitor:silence", args=[silence.pk]) if silence else silences,
            "examples": EXAMPLES,
            "zone": timezone.get_current_timezone_name(),
        }

    def here(self, silence: Silence | None) -> str:
        """Return where the form is sent."""
        name = "cloudmonitor:silence_modify" if silence else "cloudmonitor:silence_create"
        return reverse(name, args=[silence.pk] if silence else [])

    def preview_url(self, silence: Silence | None) -> str:
        """Return where it is asked what the silence would hide."""
        name = "cloudmonitor:silence_preview_stored" if silence else "cloudmonitor:silence_preview"
        return reverse(name, args=[silence.pk] if silence else [])


class SilenceModify(SilenceCreate):
    """The form with a stored silence; one that is over stays as it was."""

    verb = "silence.modify"

    def silence(self) -> Silence:
        """Return the silence that the address names, if it is one of this account."""
        return get_object_or_404(
            Silence.objects.select_related("resource_group"), account=self.account, pk=self.kwargs["pk"]
        )

    def title(self) -> str:
        """Return the heading."""
        return _("Modify Silence")


class SilencePreview(SilenceCreate):
    """What the silence would hide as it is typed; whoever has no scripts gets the form back, with that under it."""

    http_method_names: Sequence[str] = ("post", "options")

    def post(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Look at what is typed, as far as it is right."""
        form = self.form(request.POST)
        form.outlook = self.outlook(form)  # type: ignore[attr-defined]
        if self.request.htmx:
            return render(request, "cloudmonitor/_silence_outlook.html", {"outlook": form.outlook})  # type: ignore[attr-defined]
        form.forget()
        return self.show(form)

    def outlook(self, form: SilenceForm) -> Outlook:
        """Return what the silence would do, or which fields stop that."""
        form.is_valid()
        if wrong := [name for name in WHICH if name in form.errors]:
            return Outlook(stops=[(form[name].id_for_label, str(form[name].label), str(error))
                                  for name in wrong for error in form[name].errors])  # fmt: skip
        pattern, schedule = form.wanted().pattern(), form.schedule()
        found = Outlook(warnings=warnings_of(pattern), stops=form.wrong_times())
        try:
            found.hiding = would_hide(pattern, schedule, account=self.account.pk, now=form.now)
            found.newest = [event_line(event) for event in found.hiding.newest]
            found.lasting = [(each, title_of(each)) for each in found.hiding.lasting[:MOST_INCIDENTS]]
        except Slow:
            found.slow = True
        if schedule:
            found.coming = cells.windows_said(schedule, now=form.now)
            found.clocks = cells.clocks_said(schedule, now=form.now)
            found.zone = form.cleaned_data["time_zone"]
        return found


class SilencePreviewStored(SilencePreview):
    """The same for a silence that is modified."""

    silence = SilenceModify.silence
    title = SilenceModify.title
