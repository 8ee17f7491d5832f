"""The search over system events: the list page that both consoles show, each with its scope and its columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext

from alerts.events.counts import Tally, seen_in, slots, tally
from alerts.events.filters import SystemEventFilter
from alerts.events.forms import DEFAULT_PERIOD
from alerts.events.identity import milliseconds
from alerts.events.models import SystemEvent
from alerts.ui.charts import Bucket, histogram
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from alerts.events.models import SystemEventQuerySet
    from alerts.ui.pages import Pill

EXACT = "%Y-%m-%dT%H:%M:%S"
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
)
"""What exports carry: the fields of DescribeSystemEventAttribute, and the event type."""


def title_of(event: SystemEvent) -> str:
    """Return the event's title in the reader's language; one that is not in the catalogue has only its name."""
    return gettext(event.record.title) if event.record else event.name


class EventSearch(ListPage):
    """Search, histogram and list. A subclass gives `scope` (fixed parameters) and `details_url`."""

    collection = "events"
    exported = WIRE
    fragment = "pages/_events.html"

    def scope(self) -> SystemEventQuerySet:
        """Return the events that this console shows."""
        return SystemEvent.objects.filter(account=self.account)

    def rows(self) -> SystemEventQuerySet:
        """Return the events in scope."""
        return self.scope()

    def make_search(self) -> SystemEventFilter:
        """Return the filter, with the choices that this account's events offer."""
        data = self.request.GET.copy()
        if not any(data.get(name) for name in ("period", "start", "end")):
            data["period"] = DEFAULT_PERIOD
        for name, value in self.fixed().items():
            data[name] = value
        self.tallied: Tally | None = None
        return SystemEventFilter(data, queryset=self.rows(), now=self.now, seen=seen_in(self.account))

    def fixed(self) -> dict[str, str]:
        """Return the parameters that this console sets by itself, such as its region."""
        return {}

    def count(self, _found: SystemEventQuerySet) -> int:
        """Return the total from the hourly counts."""
        self.tallied = tally(self.search, self.account)
        return self.tallied.total + (1 if self.tallied.capped else 0)

    def context(self) -> dict[str, Any]:
        """Return the histogram, and the range as a sentence."""
        return {
            "chart": self.chart() if self.tallied else "",
            "oldest": self.now,
            "zone_now": timezone.localtime(self.now),
        }

    def chart(self) -> SafeString:
        """Draw the histogram; each bar leads to the search narrowed to it."""
        assert self.tallied is not None
        found = slots(self.search.period_asked(), now=self.now)
        counts: list[dict[str, int]] = [{} for _slot in found]
        first, width = found[0][0], found[0][1] - found[0][0]
        for (moment, level), count in self.tallied.by_moment.items():
            index = min(max(0, (moment - first) // width), len(found) - 1)
            counts[index][level] = counts[index].get(level, 0) + count
        buckets = [Bucket(start, end, counts[at]) for at, (start, end) in enumerate(found)]
        return histogram(buckets, link=self.narrowed)

    def narrowed(self, bucket: Bucket) -> str:
        """Return the address of this search within one bar."""
        start, end = (timezone.localtime(moment).strftime(EXACT) for moment in (bucket.start, bucket.end))
        return self.address(period="", start=start, end=end).replace("period=&", "")

    def pills(self) -> Sequence[Pill]:
        """Return the filters in force, without the preset range, which is always there."""
        kept = {str(self.search.form.fields[name].label) for name in self.fixed()}
        kept.add(str(self.search.form.fields["period"].label))
        return [pill for pill in super().pills() if pill.label not in kept]


def event_cell(event: SystemEvent) -> SafeString:
    """Draw title over code."""
    return format_html('<span class="stacked"><strong>{}</strong><code>{}</code></span>', title_of(event), event.name)


def resource_cell(event: SystemEvent) -> SafeString:
    """Draw the resource's name over its ARN."""
    name = event.instance_name or event.resource.rpartition("/")[2]
    return format_html('<span class="stacked"><span>{}</span><code>{}</code></span>', name, event.resource)


def level_cell(event: SystemEvent) -> SafeString:
    """Draw the level's badge."""
    return ui.level(event.level)


def time_cell(event: SystemEvent) -> SafeString:
    """Draw the time in the reader's zone."""
    return ui.moment(event.occurred_at)
