"""Event Center › Incidents: what people do about them. Each is a form with one button; a look changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts import tasks
from alerts.accounts.models import Role, User
from alerts.cloudmonitor.views.incident_cells import title_of
from alerts.incidents import verbs
from alerts.incidents.models import Incident
from alerts.notifications import stop
from alerts.notifications.facts import name_of
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import BaseForm

    from alerts.notifications.stop import Stopped

MINUTES = ((15, gettext_lazy("15 minutes")), (60, gettext_lazy("1 hour")), (240, gettext_lazy("4 hours")),
           (480, gettext_lazy("8 hours")), (1440, gettext_lazy("1 day")), (4320, gettext_lazy("3 days")),
           (10080, gettext_lazy("7 days")))  # fmt: skip


def said_of(stopped: Stopped) -> str:
    """Return what became of the messages, as sentences."""
    said = [ngettext("%(count)s message is not sent any more.", "%(count)s messages are not sent any more.",
                     stopped.stopped) % {"count": stopped.stopped}]  # fmt: skip
    if not stopped.stopped:
        said = [_("No message was waiting.")]
    if stopped.under_way:
        way = ngettext("%(count)s was already on its way and may still arrive.",
                       "%(count)s were already on their way and may still arrive.", stopped.under_way)  # fmt: skip
        said.append(way % {"count": stopped.under_way})
    return " ".join(said)


class VersionForm(forms.Form):
    """A form that knows which state of the incident the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class DurationForm(VersionForm):
    """For how long."""

    minutes = forms.TypedChoiceField(label=gettext_lazy("For how long"), choices=MINUTES, coerce=int)


class NoteForm(VersionForm):
    """A text."""

    text = forms.CharField(label=gettext_lazy("Note"), max_length=1024, widget=forms.Textarea(attrs={"rows": 4}))


class CloseForm(VersionForm):
    """Why, and whether those who were told are to hear of it."""

    text = forms.CharField(
        label=gettext_lazy("Why it is over"), max_length=1024, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    tell = forms.BooleanField(label=gettext_lazy("Tell those who were told of it"), required=False)


class AssignForm(VersionForm):
    """To whom."""

    assignee = forms.ModelChoiceField(
        label=gettext_lazy("Assigned to"), queryset=User.objects.none(), required=False,
        empty_label=gettext_lazy("Nobody"),
    )  # fmt: skip


class IncidentAction(FormPage):
    """What all actions have in common: the incident, its version, and the way back."""

    needs = Role.OPERATOR
    label: Any = ""
    note: Any = ""
    form_class: type[VersionForm] = VersionForm
    said: str = ""

    def form(self, data: Any = None) -> BaseForm:
        """Return the form with the version that is looked at."""
        self.found = get_object_or_404(Incident, account=self.account, pk=self.kwargs["pk"])
        return self.form_class(data, initial={"version": self.found.version, **self.first()})

    def first(self) -> dict[str, Any]:
        """Return what the form begins with."""
        return {}

    def act(self, form: Any, *, now: datetime) -> str:
        """Do it to the locked row."""
        self.subject = f"{self.found.cause} {self.found.resource}"
        self.do(form.cleaned_data, now=now)
        return reverse("cloudmonitor:incident", args=[self.found.pk])

    def do(self, data: dict[str, Any], *, now: datetime) -> None:
        """Do the verb of the subclass to the incident."""
        with verbs.held(self.account, self.found.pk, version=data["version"], now=now) as incident:
            self.change(incident, data, now=now)

    def change(self, incident: Incident, data: dict[str, Any], *, now: datetime) -> None:
        """Change the row."""

    def done(self) -> str:
        """Say what was done."""
        return self.said

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        back = reverse("cloudmonitor:incident", args=[self.found.pk])
        name = f"{title_of(self.found)} · {name_of(self.found.resource, self.found.instance_name)}"
        return {
            "title": self.label, "lead": f"{name}. {self.note}", "accept": self.label, "submit": self.label,
            "back": back,
            "trail": [
                {"label": _("Incidents"), "url": reverse("cloudmonitor:incidents")},
                {"label": title_of(self.found), "url": back}, {"label": self.label},
            ],
        }  # fmt: skip


class Acknowledge(IncidentAction):
    """Takes an incident on."""

    verb = "incident.acknowledge"
    form_class = DurationForm
    label = gettext_lazy("Acknowledge")
    note = gettext_lazy(
        "Messages that are not sent yet stop, and so do repeats and escalations, until the time is over."
    )

    def first(self) -> dict[str, Any]:
        """Return the usual duration for the level."""
        usual = verbs.terms_of(self.account).acknowledgement_of(self.found.level)
        return {"minutes": int(usual.total_seconds() // 60)}

    def do(self, data: dict[str, Any], *, now: datetime) -> None:
        """Acknowledge it and stop what waits."""
        until = now + timedelta(minutes=data["minutes"])
        stopped = stop.acknowledge(
            self.account, self.found.pk, by=self.actor, until=until, now=now, version=data["version"]
        )
        self.said = f"{_('You have taken the incident on.')} {said_of(stopped)}"


class Unacknowledge(IncidentAction):
    """Gives it back."""

    verb = "incident.unacknowledge"
    label = gettext_lazy("Withdraw acknowledgement")
    note = gettext_lazy("Repeats and escalations go on as if nobody had taken it on.")

    def change(self, incident: Incident, data: dict[str, Any], *, now: datetime) -> None:
        """Withdraw it."""
        verbs.unacknowledge(incident, by=self.actor, now=now)
        self.said = _("The acknowledgement is withdrawn.")

    def after(self) -> None:
        """Let escalations begin again."""
        tasks.ring(tasks.watch_incidents)


class Assign(IncidentAction):
    """Says who sees to it."""

    verb = "incident.assign"
    form_class = AssignForm
    label = gettext_lazy("Assign")

    def members(self) -> QuerySet[User]:
        """Return whom it can be assigned to."""
        return User.objects.filter(memberships__account=self.account).order_by("username")

    def form(self, data: Any = None) -> BaseForm:
        """Return the form with the account's members."""
        form = super().form(data)
        field = form.fields["assignee"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.members()
        return form

    def first(self) -> dict[str, Any]:
        """Return who it is assigned to."""
        return {"assignee": self.found.assignee_id}

    def change(self, incident: Incident, data: dict[str, Any], *, now: datetime) -> None:
        """Assign it."""
        verbs.assign(incident, to=data["assignee"], by=self.actor, now=now)
        self.said = _("Assigned to %(name)s.") % {"name": data["assignee"] or _("nobody")}


class AddNote(IncidentAction):
    """Writes a note."""

    verb = "incident.note"
    form_class = NoteForm
    label = gettext_lazy("Add note")

    def change(self, incident: Incident, data: dict[str, Any], *, now: datetime) -> None:
        """Write it into the timeline."""
        verbs.add_note(incident, data["text"], by=self.actor, now=now)
        self.said = _("The note stands in the timeline.")


class Snooze(Acknowledge):
    """Keeps it quiet for a while."""

    verb = "incident.snooze"
    label = gettext_lazy("Snooze")
    note = gettext_lazy("Nobody is told of it until the time is over; nobody has taken it on either.")

    def first(self) -> dict[str, Any]:
        """Return an hour."""
        return {"minutes": 60}

    def do(self, data: dict[str, Any], *, now: datetime) -> None:
        """Snooze it and stop what waits."""
        until = now + timedelta(minutes=data["minutes"])
        stopped = stop.snooze(self.account, self.found.pk, by=self.actor, until=until, now=now, version=data["version"])
        self.said = f"{_('The incident is quiet for now.')} {said_of(stopped)}"


class Close(IncidentAction):
    """Ends it by hand."""

    verb = "incident.close"
    form_class = CloseForm
    label = gettext_lazy("Close")
    note = gettext_lazy("For what no event ends, such as a client key that was replaced.")

    def change(self, incident: Incident, data: dict[str, Any], *, now: datetime) -> None:
        """Close it."""
        verbs.close_by_hand(incident, by=self.actor, now=now, tell=data["tell"], text=data["text"])
        self.said = _("The incident is closed.")

    def after(self) -> None:
        """Let those who were told hear of it."""
        tasks.ring(tasks.watch_incidents)


class AcknowledgeMarked(FormPage):
    """Takes on all incidents that were marked in the list."""

    http_method_names = ["post"]
    verb = "incident.acknowledge"

    def form(self, data: Any = None) -> BaseForm:
        """Return the form with the account's incidents as choices."""
        form = forms.Form(data)
        found = Incident.objects.filter(account=self.account).lasting()
        form.fields["incident"] = forms.ModelMultipleChoiceField(
            found, required=False,
            error_messages={"invalid_choice": _("One of these incidents is over already: look at the list again.")},
        )  # fmt: skip
        return form

    def act(self, form: Any, *, now: datetime) -> str:
        """Acknowledge each for the usual time of its level; all or none."""
        found = sorted(form.cleaned_data["incident"], key=lambda each: each.pk)
        terms = verbs.terms_of(self.account)
        take = partial(stop.acknowledge, self.account, by=self.actor, now=now)
        stopped = [take(each.pk, until=now + terms.acknowledgement_of(each.level)) for each in found]
        self.subject = ", ".join(f"{each.cause} {each.resource}" for each in found)
        if not found:
            messages.warning(self.request, _("No incident was marked."))
        else:
            count = ngettext("%(count)s incident acknowledged.", "%(count)s incidents acknowledged.", len(found))
            total = stop.Stopped(sum(each.stopped for each in stopped), sum(each.under_way for each in stopped))
            messages.success(self.request, f"{count % {'count': len(found)}} {said_of(total)}")
        return reverse("cloudmonitor:incidents")

    def show(self, form: BaseForm, *, status: int = 200) -> Any:
        """Say why not on the list: there is no page of its own."""
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(self.request, said)
        return HttpResponseRedirect(reverse("cloudmonitor:incidents"))
