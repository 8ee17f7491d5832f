"""Batches in words, and the search that shows exactly the events of one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.ui import formats

if TYPE_CHECKING:
    from alerts.subscriptions.models import Batch


def events_of(batch: Batch) -> str:
    """Return how many events a batch tells of, and of how many causes where these are several."""
    events = ngettext("%(count)s event", "%(count)s events", batch.count) % {"count": formats.number(batch.count)}
    return events if batch.causes < 2 else _("%(events)s of %(causes)s causes") % {
        "events": events, "causes": formats.number(batch.causes),
    }  # fmt: skip


def events_url(batch: Batch) -> str:
    """Return the address of these events in Event Monitoring."""
    start, end = batch.since.replace(microsecond=0), batch.until.replace(microsecond=0) + timedelta(seconds=1)
    query = urlencode({"batch": str(batch.pk), "start": start.isoformat(), "end": end.isoformat()})
    return f"{reverse('cloudmonitor:system_events')}?{query}"
