"""The search over system events: the list page that both consoles show, each with its scope and its columns."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from alerts.events.counts import Tally, seen_in, slots, tally
from alerts.events.filters import SystemEventFilter
from alerts.events.find import around, newest, oldest
from alerts.events.forms import DEFAULT_PERIOD
from alerts.events.identity import milliseconds
from alerts.events.models import SystemEvent
from alerts.notifications.batches import batch_of, events_of
from alerts.ui import event_cells as cells
from alerts.ui import formats
from alerts.ui.charts import Bucket, histogram
from alerts.ui.pages import PAGE_SIZE, PAGING, ListPage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from alerts.events.models import SystemEventQuerySet
    from alerts.ui.pages import Page, Pill

WIRE = (
    Column("Id", "Id", lambda event: str(event.id)),
    Column("Time", "Time", lambda event: milliseconds(event.occurred_at)),
    Column("Product", "Product", attribute("product")),
    Column("Name", "Name", attribute("name")),
    Column("EventType", "EventType", attribute("event_type")),
    Column("Level", "Level", attribute("level")),
    Column("Status", "Status", attribute("status")),
    Column("RegionId", "RegionId", attribute("region")),
    Column("ResourceId", "ResourceId", attribute("resource")),
    Column("InstanceName", "InstanceName", attribute("instance_name")),
    Column("GroupId", "GroupId", attribute("group_id")),
    Column("Content", "Content", lambda event: json.dumps(event.content, ensure_ascii=False)),
    Column("Test", "Test", lambda event: event.test_of is not None),
)
"""What exports carry: the fields of DescribeSystemEventAttribute, the event type, and whether it is a test."""
ALWAYS = ("period", "start", "end", "resource", "batch")


class EventSearch(ListPage):
    """Search, histogram and list.

    A subclass gives `fields` (what is offered to search by), `fixed` (the parameters that it sets by itself), the
    columns, and the name of the address at which one event is shown (`details`).
    """

    template = "pages/events.html"
    fragment = "pages/_events.html"
    collection = "events"
    exported = WIRE
    fields: ClassVar[Sequence[str]] = ()
    details: ClassVar[str] = ""
    search: SystemEventFilter

    def rows(self) -> SystemEventQuerySet:
        """Return the events of the account; of one message of a policy, where its batch is asked for."""
        found = SystemEvent.objects.filter(account=self.account)
        asked = self.request.GET.get("batch", "")
        batch = batch_of(self.account, asked) if asked else None
        return found.filter(pk__in=events_of(batch)) if batch else found.none() if asked else found

    def shown(self) -> Sequence[Column]:
        """Return the columns, their titles as links to the details, and one more that opens these."""
        linked = (replace(each, cell=self.event_cell) if each is cells.EVENT else each for each in self.columns)
        return (*linked, Column("Details", _("Actions"), self.details_cell))

    def event_cell(self, event: SystemEvent) -> SafeString:
        """Draw the title as a link to the details, over the code."""
        return cells.named(event, url=self.event_url(event))

    def details_cell(self, event: SystemEvent) -> SafeString:
        """Draw the link that opens the details: a page of its own, and a drawer where scripts run."""
        return cells.details(event, url=self.event_url(event))

    def fixed(self) -> Mapping[str, str]:
        """Return the parameters that this console sets by itself, such as its region."""
        return {}

    def make_search(self) -> SystemEventFilter:
        """Return the filter, with the choices that this account's events offer."""
        data = self.request.GET.copy()
        if not any(data.get(name) for name in ("period", "start", "end")):
            data["period"] = DEFAULT_PERIOD
        for name, value in self.fixed().items():
            data[name] = value
        search = SystemEventFilter(data, queryset=self.rows(), now=self.now, seen=seen_in(self.account))
        for name in set(search.form.fields) - {*self.fields, *self.fixed(), *ALWAYS}:
            del search.form.fields[name]
        return search

    @cached_property
    def tallied(self) -> Tally:
        """The counts of this search, which must be valid."""
        return tally(self.search, self.account)

    def count(self, _found: QuerySet[Any]) -> int:
        """Return the total, one more than was looked at where there are more."""
        return self.tallied.total + (1 if self.tallied.capped else 0)

    def page(self, found: QuerySet[Any], size: int = PAGE_SIZE) -> Page:
        """Return the page that the cursors ask for, told beforehand where its rows are."""
        if not self.search.is_valid():
            return super().page(found, size)
        before, after = (self.cursor(name, SystemEvent) for name in ("before", "after"))
        if self.search.counted_by_rollup():
            near = around(self.tallied.by_hour(), wanted=size + 1, before=before, after=after)
            return super().page(found.filter(near), size)
        return super().page(found.filter(pk__in=self.matches(size + 1, before, after)), size)

    def matches(self, wanted: int, before: UUID | None, after: UUID | None) -> Sequence[UUID]:
        """Return the ids of the matches of a text next to a cursor; most often the counting has found them already."""
        known = self.tallied.ids
        if after is not None:
            if self.tallied.capped:
                return oldest(self.search, limit=wanted, after=after)
            return [identity for identity in known if identity > after][-wanted:]
        older = known if before is None else [identity for identity in known if identity < before]
        if self.tallied.capped and len(older) < wanted:
            return [identity for identity, _level in newest(self.search, limit=wanted, before=before)]
        return older[:wanted]

    def context(self) -> dict[str, Any]:
        """Return the histogram, and what a viewer cannot do."""
        valid = self.search.is_valid()
        return {
            "chart": self.chart() if valid else "",
            "save_url": self.save_url("alert_rule_create") if valid and self.may_change else "",
            "subscribe_url": self.save_url("subscription_policy_create") if valid and self.may_change else "",
            "filters": [self.search.form[name] for name in self.fields],
        }

    def save_url(self, page: str) -> str:
        """Return the address that makes an alert rule or a subscription policy of this search."""
        query = self.request.GET.copy()
        for name in PAGING:
            query.pop(name, None)
        for name, value in self.fixed().items():
            query[name] = value
        return f"{reverse(f'cloudmonitor:{page}')}?{query.urlencode()}"

    def event_url(self, event: SystemEvent) -> str:
        """Return the address of an event's page, which knows the way back to this search."""
        before, after = self.around_id
        return f"{before}{event.id}{after}"

    @cached_property
    def around_id(self) -> tuple[str, str]:
        """What stands before and after the id in an event's address: the same for each row, so worked out once."""
        nobody = UUID(int=0)
        before, after = reverse(self.details, kwargs={**self.kwargs, "event_id": nobody}).split(str(nobody))
        query = self.address().partition("?")[2]
        return before, f"{after}?{query}" if query else after

    def chart(self) -> SafeString:
        """Draw the histogram; each bar leads to the search narrowed to it."""
        found = slots(self.search.period_asked(), now=self.now)
        counts: list[dict[str, int]] = [{} for _slot in found]
        first, width = found[0][0], found[0][1] - found[0][0]
        for (moment, level), count in self.tallied.by_moment.items():
            index = min(max(0, (moment - first) // width), len(found) - 1)
            counts[index][level] = counts[index].get(level, 0) + count
        buckets = [Bucket(start, end, counts[at]) for at, (start, end) in enumerate(found)]
        return histogram(buckets, link=self.narrowed)

    def narrowed(self, bucket: Bucket) -> str:
        """Return the address of this search within one bar. Moments carry their offset: a link is for others too."""
        start = max(bucket.start, self.search.period_asked().start)
        return self.address(period="", start=localtime(start).isoformat(), end=localtime(bucket.end).isoformat())

    def pill_value(self, name: str, value: str) -> str:
        """Return a moment in the reader's zone, anything else as ever."""
        if name in {"start", "end"}:
            return formats.moment(self.search.form.cleaned_data[name]).text
        return super().pill_value(name, value)

    def pills(self) -> list[Pill]:
        """Return the filters in force, without the preset range, which is always there."""
        form = self.search.form
        kept = {str(form.fields[name].label) for name in (*self.fixed(), "period") if name in form.fields}
        return [pill for pill in super().pills() if pill.label not in kept]
