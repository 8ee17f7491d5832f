"""One system event: what it says, what it means, what else happened to its resource, and what became of it.

The same address answers with a whole page, or with the drawer when htmx asks for it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from alerts.events.models import SystemEvent
from alerts.ui import event_cells as cells
from alerts.ui.access import ConsoleView
from alerts.ui.event_story import story_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.events.models import SystemEventQuerySet

NEIGHBOURS = 5
MOST_PAIRS = 200


class EventDetails(ConsoleView):
    """An event's page. A subclass names its own address (`page`) and that of the list (`list_page`)."""

    page: ClassVar[str] = ""
    list_page: ClassVar[str] = ""

    def scope(self) -> SystemEventQuerySet:
        """Return the events that may be looked at here."""
        return SystemEvent.objects.filter(account=self.account)

    def get(self, request: HttpRequest, event_id: UUID, **_kwargs: object) -> HttpResponseBase:
        """Answer with the page or the drawer; 404 for what does not exist in this account."""
        event = self.scope().filter(pk=event_id).first()
        if event is None:
            raise Http404(_("There is no such event here, or it is older than 90 days."))
        drawer = self.request.htmx and not self.request.htmx.history_restore_request
        template = "pages/_event_drawer.html" if drawer else "pages/event.html"
        response = render(request, template, self.context(event))
        patch_vary_headers(response, ("HX-Request",))
        return response

    def context(self, event: SystemEvent) -> dict[str, Any]:
        """Return everything that there is to tell."""
        near = self.scope().filter(resource=event.resource)
        later = list(near.filter(pk__gt=event.pk).order_by("pk")[:NEIGHBOURS])[::-1]
        earlier = list(near.filter(pk__lt=event.pk).order_by("-pk")[:NEIGHBOURS])
        story = story_of(event)
        return {
            "event": event,
            "title": cells.title_of(event),
            "product": cells.product_of(event),
            "resource_name": cells.resource_name(event),
            "record": event.record,
            "pairs": list(pairs_of(event.content)),
            "neighbours": [self.neighbour(each, event) for each in (*later, event, *earlier)],
            "all_url": f"{self.list_url()}?{urlencode({'resource': event.resource, 'period': '90d'})}",
            "steps": story.steps,
            "asked": story.asked,
            "told": story.told,
            "rule_url": rule_url(event) if self.may_change else "",
            "silence_url": silence_url(event) if self.may_change and event.test_of is None else "",
            "here": self.request.get_full_path(),
            "back": self.back(),
            "trail": [*self.trail(), {"label": cells.title_of(event)}],
        }

    def neighbour(self, each: SystemEvent, event: SystemEvent) -> dict[str, Any]:
        """Return a line of the resource's history."""
        url = reverse(self.page, kwargs={**self.kwargs, "event_id": each.pk})
        return {"event": each, "title": cells.title_of(each), "url": url, "this": each.pk == event.pk}

    def list_url(self) -> str:
        """Return the address of the list."""
        return reverse(self.list_page, kwargs={name: kept for name, kept in self.kwargs.items() if name != "event_id"})

    def back(self) -> str:
        """Return the address of the search that led here."""
        query = self.request.GET.urlencode()
        return f"{self.list_url()}?{query}" if query else self.list_url()

    def trail(self, *_steps: Any) -> list[dict[str, Any]]:
        """Return the breadcrumbs above this page."""
        return []


def rule_url(event: SystemEvent) -> str:
    """Return the address that makes an alert rule for events such as this one."""
    wanted = {"product": event.product, "event_type": event.event_type, "level": event.level, "name": event.name}
    return f"{reverse('cloudmonitor:alert_rule_create')}?{urlencode({k: v for k, v in wanted.items() if v})}"


def silence_url(event: SystemEvent) -> str:
    """Return the address that makes a silence for events of this kind on this resource."""
    wanted = {"product": event.product, "name": event.name, "resource": event.resource}
    return f"{reverse('cloudmonitor:silence_create')}?{urlencode({k: v for k, v in wanted.items() if v})}"


def pairs_of(content: object, *, name: str = "", depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the content as lines of key and value. What is nested deeper than once is named by its path from there."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in islice(items, MOST_PAIRS):
        path = f"{name}.{key}" if name else str(key)
        nested = isinstance(value, dict | list) and bool(value)
        if depth == 0 or not nested:
            yield {"key": path, "value": "" if nested else said(value), "depth": min(depth, 1)}
        if nested:
            yield from pairs_of(value, name=path if depth else "", depth=depth + 1)


def said(value: object) -> str:
    """Return a value of the content in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None or value in ("", {}, []) else str(value)
