"""Alerts › Message Texts: how messages are worded, by kind and language, with a preview on a real past event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.audit import note
from alerts.events.models import SystemEvent
from alerts.notifications.forms import MessageTextForm
from alerts.notifications.models import MessageTemplate
from alerts.notifications.own import example, forget_text, keep_text, render_preview
from alerts.notifications.texts import KINDS, LANGUAGES, default_source
from alerts.ui.access import ConsoleView
from alerts.ui.event_cells import title_of
from alerts.ui.forms import FormPage

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

KIND_LABELS = {
    "email": gettext_lazy("E-mail"),
    "robot": gettext_lazy("Chat robots"),
    "phone": gettext_lazy("Text messages and calls"),
}
LANGUAGE_LABELS = {"en": "English", "zh-hans": "中文"}
OFFERED = 10
"""Past events to choose from."""
KEPT = timedelta(days=90)
NAMES = (
    ("level, title, name, region, resource, account", gettext_lazy("What happened to what, and where")),
    ("time, utc_time", gettext_lazy("When, in the recipient's zone and in UTC")),
    ("cause, meaning, impact, remedy", gettext_lazy("What went wrong, and what the catalogue says of it")),
    ("rule, recipient, reason, muted", gettext_lazy("Which alert rule tells whom, and why")),
    ("url", gettext_lazy("The page of the event")),
    ("test, test_mark, test_note", gettext_lazy("Whether it is a test, and the words that say so")),
    ("event.id, event.name, event.type, event.status, event.product, event.instance", gettext_lazy("Its own fields")),
    ("rows, origin: label, value", gettext_lazy("The most important fields as a list")),
    ("details: path, value", gettext_lazy("The content of the event")),
    ("merged, merged_count, merged_more", gettext_lazy("The events that this message tells of as well")),
)


class MessageTexts(ConsoleView):
    """Every kind of text in every language, and whether it is the default."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show them."""
        own = {(each.channel, each.language): each for each in MessageTemplate.objects.filter(account=self.account)}
        rows = [
            {
                "kind": KIND_LABELS[kind],
                "language": LANGUAGE_LABELS[language],
                "own": own.get((kind, language)),
                "url": reverse("cloudmonitor:message_text", args=[kind, language]),
            }
            for kind in KINDS
            for language in LANGUAGES
        ]
        return render(request, "cloudmonitor/message_texts.html", {"title": _("Message Texts"), "rows": rows})


class MessageText(FormPage):
    """One text: edited beside what it makes of a past event. A viewer may look at it."""

    template = "cloudmonitor/message_text.html"
    verb = "message_text.modify"

    @property
    def kind(self) -> str:
        """The kind of text that the address names."""
        return str(self.kwargs["kind"])

    @property
    def language(self) -> str:
        """The language that the address names."""
        return str(self.kwargs["language"])

    def form(self, data: Any = None) -> MessageTextForm:
        """Return the form with the account's own text, or the default one to start from."""
        if self.kind not in KINDS or self.language not in LANGUAGES:
            raise Http404
        self.own = MessageTemplate.objects.filter(
            account=self.account, channel=self.kind, language=self.language
        ).first()
        start = self.own or default_source(self.kind, self.language)
        return MessageTextForm(data, initial={"subject": start.subject, "body": start.body})

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Preview, go back to the default, or save."""
        if "preview" in request.POST or self.request.htmx:
            form = self.form(request.POST)
            fragment = "cloudmonitor/_message_text_preview.html"
            template = fragment if self.request.htmx else self.template
            return render(request, template, {"form": form, **self.context(), **self.previewed(form)})
        if "default" in request.POST:
            self.form()
            if forget_text(self.account, self.kind, self.language):
                now = timezone.now()
                note(self.account, actor=self.actor, verb="message_text.reset", subject=self.named(), now=now)
            return HttpResponseRedirect(request.path)
        return super().post(request, **kwargs)

    def act(self, form: MessageTextForm, *, now: datetime) -> str:
        """Store it."""
        keep_text(self.account, self.kind, self.language, form.source(), by=self.actor, now=now)
        self.subject = self.named()
        return self.request.path

    def done(self) -> str:
        """Say so."""
        return _("Messages are worded so from now on.")

    def named(self) -> str:
        """Return kind and language as the audit trail names them."""
        return f"{self.kind} {self.language}"

    def show(self, form: Any, *, status: int = 200) -> HttpResponseBase:
        """Render the page with the preview of what stands in the form."""
        context = {"form": form, **self.context(), **self.previewed(form)}
        return render(self.request, self.template, context, status=status)

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        title = _("%(kind)s in %(language)s") % {
            "kind": KIND_LABELS[self.kind],
            "language": LANGUAGE_LABELS[self.language],
        }
        texts = reverse("cloudmonitor:message_texts")
        return {
            "title": title,
            "trail": [{"label": _("Message Texts"), "url": texts}, {"label": title}],
            "back": texts,
            "may": self.may_change,
            "own": self.own,
            "names": NAMES,
            "here": self.request.path,
        }

    def previewed(self, form: MessageTextForm) -> dict[str, Any]:
        """Return what the typed text makes of the chosen event, and the events to choose from."""
        now = timezone.now()
        recent = SystemEvent.objects.filter(account=self.account, test_of=None).between(now - KEPT, now)
        events = list(recent.newest_first()[:OFFERED])
        chosen = self.chosen(events)
        subject, body = (str(form[name].value() or "") for name in ("subject", "body"))
        template = MessageTemplate(channel=self.kind, language=self.language, subject=subject, body=body)
        zone = timezone.get_current_timezone_name()
        made = render_preview(template, chosen or example(), language=self.language, zone=zone)
        offered = [(each.pk, f"{each.occurred_at:%Y-%m-%d %H:%M} · {title_of(each)}") for each in events]
        mistakes = [form.spoken(each) for each in made.mistakes]
        return {"preview": made, "mistakes": mistakes, "events": offered, "chosen": chosen and chosen.pk}

    def chosen(self, events: list[SystemEvent]) -> SystemEvent | None:
        """Return the event that was asked for, if it is one of the account's, else the newest."""
        asked = self.request.POST.get("event") or self.request.GET.get("event") or ""
        try:
            key = UUID(asked)
        except ValueError:
            return events[0] if events else None
        asked_for = SystemEvent.objects.filter(account=self.account, pk=key).first()
        return asked_for or (events[0] if events else None)
