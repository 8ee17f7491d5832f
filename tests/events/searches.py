"""Searches for tests: some events of every kind, and a search for them as an address would say it."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.http import urlencode

from alerts.events.catalog import CATALOG
from alerts.events.counts import seen_in
from alerts.events.filters import SystemEventFilter
from alerts.events.models import SystemEvent
from tests.builders import NOW, a_draft, an_account, some_events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

REGIONS = ("cn-hangzhou", "cn-shanghai", "eu-central-1")
WORDS = ("apple", "banana", "cherry", "damson")


def a_search(query: Mapping[str, str | list[str]], *, now: datetime = NOW) -> SystemEventFilter:
    """Return a valid search of the first account for what an address says."""
    account = an_account()
    data = QueryDict(urlencode(query, doseq=True))
    rows = SystemEvent.objects.filter(account=account)
    search = SystemEventFilter(data, queryset=rows, now=now, seen=seen_in(account))
    assert search.is_valid(), search.form.errors
    return search


def events_of_every_kind(count: int = 160) -> list[SystemEvent]:
    """Return events of all names, in three regions, some of a minute and some of other months, newest first."""
    chance = Random(20261122)
    drafts = []
    for number in range(count):
        record = chance.choice(CATALOG)
        back = chance.choice((timedelta(minutes=5), timedelta(days=1), timedelta(days=89))) * chance.random()
        content = {"word": chance.choice(WORDS), "number": number}
        region = chance.choice(REGIONS)
        drafts.append(a_draft(record.name, at=NOW - back, region=region, content=content))
    return sorted(some_events(drafts), key=lambda event: event.id, reverse=True)
