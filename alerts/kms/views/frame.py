"""What the pages of the KMS console have in common: a region, the breadcrumbs, a resource, its events and its actions.

A page of a resource shows `Deed`s: what can be done to it now. Harmless ones are done by their button, what can be
undone asks first, what cannot be undone has a page of its own that says what will be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import F
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from alerts.estate.regions import BY_ID, REGIONS, Region
from alerts.events.models import SystemEvent
from alerts.kms.addresses import address_of, events_of
from alerts.kms.incidents import incidents_of
from alerts.mirrors.models import Source
from alerts.ui.access import ConsoleView
from alerts.ui.event_cells import title_of
from alerts.ui.formats import duration
from alerts.ui.pages import ListPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.functional import Promise

    Text = str | Promise

KEPT = timedelta(days=90)
SHOWN_EVENTS = 8


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done. `way`: `link` (a page of its own), `post` (at once) or `ask` (after `text`)."""

    label: Text
    url: str
    icon: str
    way: str = "link"
    kind: str = ""
    text: Text = ""


class Regional(ConsoleView):
    """A page of one region. `entry` is the menu entry that it belongs to: its words, and the name of its address."""

    entry: ClassVar[tuple[Text, str]]
    region: Region

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Say so when there is no such region, and which ones there are."""
        wanted = str(kwargs["region"])
        if wanted not in BY_ID:
            context = {"wanted": wanted, "known": REGIONS}
            return render(request, "kms/unknown_region.html", context, status=404)
        self.region = BY_ID[wanted]
        return super().dispatch(request, *args, **kwargs)

    def list_address(self) -> str:
        """Return the address of the menu entry."""
        return reverse(self.entry[1], args=[self.region.id])

    def trail(self, *steps: tuple[Text, str]) -> list[dict[str, Any]]:
        """Return the breadcrumbs: region, menu entry, and the steps (words, address)."""
        start = (
            (self.region.name, reverse("kms:instances", args=[self.region.id])),
            (self.entry[0], self.list_address()),
        )
        return [{"label": label, "url": url} for label, url in (*start, *steps)]

    def rows_of(self, model: type[Any]) -> QuerySet[Any]:
        """Return the rows of this account and region."""
        rows: QuerySet[Any] = model.objects.filter(account=self.account, region=self.region.id)
        return rows


class ResourceList(Regional, ListPage):
    """A list of resources. `create` is what its button says and the name of the address that it leads to."""

    lead: ClassVar[Text] = ""
    create: ClassVar[tuple[Text, str] | None] = None
    empty: ClassVar[Mapping[str, Text]] = {}

    def context(self) -> dict[str, Any]:
        """Return title, trail, the button that creates, and what an empty list says."""
        actions, empty = [], dict(self.empty)
        if self.create and self.may_change:
            label, name = self.create
            url = reverse(name, args=[self.region.id])
            actions = [{"label": label, "url": url, "icon": "plus", "kind": "primary"}]
            empty |= {"url": url, "action": label}
        title, trail = self.entry[0], self.trail()[:1]
        return {"title": title, "lead": self.lead, "trail": trail, "actions": actions, "empty": empty}


class OfOne(Regional):
    """A page about one resource, found by the id in the address."""

    model: ClassVar[type[Any]]
    column: ClassVar[str]
    related: ClassVar[Sequence[str]] = ()
    fetched: ClassVar[Sequence[str]] = ()

    @cached_property
    def row(self) -> Any:
        """The resource. Of several that had this name one after the other: the living one, else the newest.

        `row` in the query names an older one. Raises Http404 when this account has none here.
        """
        rows = self.rows_of(self.model).select_related("account", *self.related).prefetch_related(*self.fetched)
        rows = rows.filter(**{self.column: self.kwargs["local_id"]})
        wanted = self.request.GET.get("row", "")
        if wanted.isascii() and wanted.isdigit():
            rows = rows.filter(pk=wanted[:18])
        row = rows.order_by(F("deleted_at").desc(nulls_first=True), "-pk").first()
        if row is None:
            raise Http404
        return row


def mirror_of(row: Any) -> dict[str, Any] | None:
    """Return which source the row is read from, and when it was last seen there; None for what is our own."""
    if row.mirrored_by is None:
        return None
    source = Source.objects.only("name").filter(pk=row.mirrored_by, account=row.account_id).first()
    url = reverse("cloudmonitor:source", args=[source.pk]) if source else ""
    return {"name": source.name if source else "–", "url": url, "at": row.mirrored_at}


class ResourcePage(OfOne):
    """A resource: what is known of it, what can be done, and its newest events."""

    template: ClassVar[str]

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Show it."""
        self.now = timezone.now()
        mirror = mirror_of(self.row)
        may_change = self.may_change and mirror is None
        deeds = list(self.deeds()) if may_change else []
        context = {
            "row": self.row, "title": str(self.row), "trail": self.trail((str(self.row), "")), "deeds": deeds,
            "events": [self.shown(event) for event in self.events()], "now": self.now, "rest": self.rest(),
            "all_events": self.all_events(), "may_change": may_change, "mirror": mirror,
            "incidents": incidents_of(self.row, self.arns(), now=self.now),
            **self.context(),
        }  # fmt: skip
        return render(request, self.template, context)

    def deeds(self) -> Iterable[Deed]:
        """Yield what can be done in the state that it is in."""
        return ()

    def context(self) -> dict[str, Any]:
        """Return what this kind of resource shows besides."""
        return {}

    def arns(self) -> list[str]:
        """Return the resources whose events are shown."""
        return [self.row.arn]

    def events(self) -> list[SystemEvent]:
        """Return its newest events."""
        found = SystemEvent.objects.filter(account=self.account, resource__in=self.arns())
        return list(found.between(self.now - KEPT, self.now + KEPT).newest_first()[:SHOWN_EVENTS])

    def all_events(self) -> str:
        """Return the address of all of them."""
        return events_of(self.row.arn, region=self.region.id)

    def shown(self, event: SystemEvent) -> dict[str, Any]:
        """Return what is shown of an event; its link leads to the events around it."""
        return {
            "title": title_of(event), "name": event.name, "level": event.level, "at": event.occurred_at,
            "url": reverse("kms:alertevents_event", args=[event.region, event.id]),
        }  # fmt: skip

    def rest(self) -> str:
        """Return how long it is until the planned deletion, if there is one."""
        planned = getattr(self.row, "delete_at", None)
        return duration(planned - self.now) if planned else ""

    def url(self, action: str) -> str:
        """Return the address of an action."""
        return address_of(self.row, action)
