"""Alerts › Silences: the list, and the page of one silence with what it hid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from alerts.cloudmonitor.views import silence_cells as cells
from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision
from alerts.silences.breadth import critical_types, whole
from alerts.silences.filters import SilenceFilter
from alerts.silences.models import Silence
from alerts.ui import formats
from alerts.ui.access import ConsoleView
from alerts.ui.pages import ListPage
from alerts.ui.rule_checks import event_line
from alerts.ui.tables import Column
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString

    from alerts.rules.pattern import Pattern

SHOWN = 20


class Silences(ListPage):
    """The list."""

    collection = "silences"
    filterset = SilenceFilter
    exported = cells.EXPORTED

    def rows(self) -> QuerySet[Silence]:
        """Return the account's silences with how many events each has hidden."""
        silences = Silence.objects.filter(account=self.account).select_related("resource_group")
        return cells.with_hidden(silences)

    def make_search(self) -> SilenceFilter:
        """Return the filter, which asks what a silence does now."""
        return SilenceFilter(self.request.GET, queryset=self.rows(), now=self.now)

    def shown(self) -> Sequence[Column]:
        """Return the columns; who may change something sees actions."""
        columns = (
            Column("Name", _("Silence"), cells.name_cell),
            Column("State", _("State now"), cells.state_cell(self.now)),
            Column("When", _("When"), cells.when_cell),
            Column("Hides", _("Hides"), cells.hides_cell),
            Column("Hidden", _("Events hidden"), hidden_cell, numeric=True),
            Column("Author", _("Author"), lambda silence: silence.author),
        )
        return (*columns, Column("Actions", _("Actions"), self.actions_cell)) if self.may_change else columns

    def actions_cell(self, silence: Silence) -> SafeString:
        """Draw what can be done with a silence: one that is over can be copied only."""
        links = [
            (_("Modify"), reverse("cloudmonitor:silence_modify", args=[silence.pk]), ""),
            (_("End now"), reverse("cloudmonitor:silence_end", args=[silence.pk]), "danger-quiet"),
        ]
        if cells.state_of(silence, now=self.now)[0] == "ENDED":
            links = [(_("Copy"), copy_url(silence), "")]
        drawn = format_html_join("", "{}", (
            [ui.button(label, href=url, size="small", kind=kind, aria_label=f"{label} {silence}")]
            for label, url, kind in links
        ))  # fmt: skip
        return format_html('<span class="row nowrap">{}</span>', drawn)

    def context(self) -> dict[str, Any]:
        """Return the words of the page."""
        create, label = reverse("cloudmonitor:silence_create"), _("Create Silence")
        action = {"label": label, "url": create, "icon": "plus", "kind": "primary"}
        return {
            "title": _("Silences"),
            "lead": _("What is known and must not be told for a while. A silence hides messages, never events."),
            "trail": [{"label": _("Alerts")}, {"label": _("Silences")}],
            "actions": [action] if self.may_change else [],
            "empty": {
                "title": _("No silences"),
                "text": _("Every event is told as alert rules and subscriptions say."),
                "icon": "volume-x",
                "url": create if self.may_change else "",
                "action": label,
            },
        }


def hidden_cell(silence: Any) -> str:
    """Return how many events it has hidden."""
    return formats.number(silence.hidden)


def copy_url(silence: Silence) -> str:
    """Return the address of the form that begins with this silence."""
    return f"{reverse('cloudmonitor:silence_create')}?copy={silence.pk}"


class SilenceDetails(ConsoleView):
    """One silence: what it hides and when, what its windows hid, and the newest of that."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, if it is of this account."""
        silences = Silence.objects.filter(account=self.account).select_related("resource_group")
        silence = get_object_or_404(cells.with_hidden(silences), pk=pk)
        now = timezone.now()
        code, tone, word = cells.state_of(silence, now=now)
        pattern, schedule = silence.pattern(), silence.schedule()
        context = {
            "silence": silence, "title": silence.name, "code": code, "tone": tone, "word": word,
            "warnings": warnings_of(pattern), "selected": cells.selected(silence),
            "hidden": getattr(silence, "hidden", 0),
            "recurs": cells.recurs_in_words(silence) if silence.recurring else "",
            "coming": cells.windows_said(schedule, now=now) if code != "ENDED" else [],
            "clocks": cells.clocks_said(schedule, now=now) if code != "ENDED" else [],
            "windows": silence.windows.filter(hidden__gt=0).order_by("-ends_at")[:SHOWN],
            "newest": newest_hidden(silence),
            "may_change": self.may_change, "ended": code == "ENDED", "copy_url": copy_url(silence),
            "extendable": bool(silence.ends_at) and code != "ENDED",
            "trail": [{"label": _("Silences"), "url": reverse("cloudmonitor:silences")}, {"label": silence.name}],
        }  # fmt: skip
        return render(request, "cloudmonitor/silence.html", context)


def warnings_of(pattern: Pattern) -> list[str]:
    """Return what somebody should think about twice, as sentences."""
    said = []
    if whole(pattern):
        said.append(_("It takes everything of a product: narrow it to event names or resources if you can."))
    if critical := critical_types(pattern):
        named = ", ".join(_(record.title) for record in critical[:3])
        more = len(critical) - 3
        named += _(" and %(count)s more") % {"count": more} if more > 0 else ""
        said.append(_("It covers critical events, of which nobody will be told: %(names)s.") % {"names": named})
    return said


def newest_hidden(silence: Silence) -> list[dict[str, Any]]:
    """Return the newest events that it hid, as lines."""
    decisions = Decision.objects.filter(silence_id=silence.pk, verdict=Decision.Verdict.SILENCED).order_by("-pk")
    ids = list(dict.fromkeys(decisions.values_list("event_id", flat=True)[: SHOWN * 3]))[:SHOWN]
    events = SystemEvent.objects.in_bulk(ids)
    return [event_line(events[pk]) for pk in ids if pk in events]
