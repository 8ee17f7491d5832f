"""The search of the API over system events: its parameters, read by the one filter that the consoles have too."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.utils.datastructures import MultiValueDict

from alerts.events.counts import tally
from alerts.events.filters import Seen, SystemEventFilter
from alerts.events.find import around, newest
from alerts.events.forms import Period
from alerts.events.identity import EPOCH
from alerts.events.language.quoting import quoted
from alerts.events.models import SystemEvent
from alerts.events.partitions import RETENTION
from alerts.events.repeated import ACCOUNT, Question, written_out
from alerts.notifications.past import Slow, at_most
from alerts.openapi.cms.said import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.events.models import SystemEventQuerySet
    from alerts.openapi.call import Call

NAMES = {"product": "Product", "event_type": "EventType", "level": "Level", "name": "Name", "status": "Status"}
WIRE = {**NAMES, "keywords": "SearchKeywords", "start": "StartTime", "end": "EndTime"}
Ask = Callable[[Period], list[dict[str, Any]]]
SELECTIVE = ("event_type", "level", "name", "status")
"""Fields whose matches may be rare among the newest events."""
MILLISECOND = timedelta(milliseconds=1)
LATELY, NEAR = (timedelta(days=1), timedelta(days=7)), 1_000
"""How far back the newest events are looked for at first, and how many of them."""
FAR = 10_000
"""Beyond that many events there is no quicker way than to skip one after the other."""
PATIENCE = 0.15
"""Seconds for walking from the newest event on, before the hourly counts are asked where the matches are."""


def search_of(call: Call) -> SystemEventFilter:
    """Return the valid search of a call: what happened, without tests. Raises Fault.

    StartTime and EndTime both belong to the range. Without StartTime it begins with what is kept, 90 days ago.
    """
    given, data = call.parameters, MultiValueDict[str, str]()
    for field, wire in NAMES.items():
        if text := given.text(wire):
            data[field] = text
    data["keywords"] = _expression(call)
    start, end = _range(call)
    data["start"], data["end"] = start.isoformat(), end.isoformat()
    search = _filter(data, _events_of(call.account.pk), now=call.now)
    if not search.is_valid():
        field, errors = next(iter(search.errors.items()))
        raise given.invalid(WIRE.get(field, field), str(errors[0]))
    return search


@lru_cache(maxsize=64)
def _events_of(account: str) -> SystemEventQuerySet:
    """Return what happened in an account, without tests; not yet asked for."""
    return SystemEvent.objects.filter(account=account).real()


@cache
def _mould() -> SystemEventFilter:
    """Return a filter of which others are cast: to make one anew takes longer than all the rest of a call."""
    mould = SystemEventFilter(MultiValueDict(), queryset=SystemEvent.objects.none(), now=EPOCH, seen=Seen())
    mould.is_valid()
    return mould


def _filter(data: MultiValueDict[str, str], events: SystemEventQuerySet, *, now: datetime) -> SystemEventFilter:
    """Return the filter of one search. What its fields are made of is shared, for here nobody changes or shows it."""
    search, form = copy(_mould()), copy(_mould().form)
    form.data, form.now = data, now
    form.__dict__ |= {"_errors": None, "_bound_fields_cache": {}}
    search.data, search.queryset, search.now = data, events, now
    search.__dict__["_form"] = form
    search.__dict__.pop("_qs", None)
    return search


def _expression(call: Call) -> str:
    """Return SearchKeywords, and the application group as the language of the filter says it."""
    words, group = call.parameters.text("SearchKeywords").strip(), call.parameters.text("GroupId").strip()
    if not group:
        return words
    escaped = group.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    clause = f"groupId like {quoted(f'%{escaped}%')}"
    return f"({words}) and {clause}" if words else clause


def _range(call: Call) -> tuple[datetime, datetime]:
    oldest = call.now - RETENTION
    start, end = moment(call.parameters, "StartTime"), moment(call.parameters, "EndTime")
    if start and end and end < start:
        raise call.parameters.invalid("EndTime", "It must not be before StartTime.")
    end = end + MILLISECOND if end else call.now + timedelta(minutes=10)
    start = min(max(start or oldest, oldest), call.now)
    return start, max(end, start + MILLISECOND)


@lru_cache(maxsize=256)
def _question(fields: tuple[str, ...], asked: tuple[tuple[str, str], ...]) -> Question:
    """Return the question that a search of these fields is, whoever asks it and of whatever time."""
    search = _filter(MultiValueDict({name: [text] for name, text in asked}), _events_of(ACCOUNT), now=EPOCH)
    search.is_valid()
    return written_out(search, fields)


def page_of(
    search: SystemEventFilter, account: CloudAccount, *, number: int, size: int, fields: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one page of a search, newest first, with these fields."""
    first, last = (number - 1) * size, number * size
    if last > FAR:
        return _slice(search.qs, first, last, fields)
    if not search.counted_by_rollup():
        ids = [identity for identity, _level in newest(search, limit=last)][first:]
        return list(SystemEvent.objects.filter(pk__in=ids).newest_first().values(*fields)) if ids else []
    question = _question(tuple(fields), tuple((name, text) for name, text in search.data.items() if name in NAMES))
    ask = partial(question.page, account.pk, first=first, last=last)
    if (found := lately(ask, search.period_asked(), first, last)) is not None:
        return found
    if not any(search.form.cleaned_data.get(field) for field in SELECTIVE):
        return _slice(search.qs, first, last, fields)
    try:
        with at_most(PATIENCE, by_index=False):
            return _slice(search.qs, first, last, fields)
    except Slow:
        hours = tally(search, account).by_hour()
        near = around(hours, wanted=last, before=None, after=None)
        return _slice(search.qs.filter(near), first, last, fields)


def lately(ask: Ask, period: Period, first: int, last: int) -> list[dict[str, Any]] | None:
    """Return the newest events from the `first` to the `last` if they lie in the last days of the range, else None.

    `ask` returns those of a range. To plan a question to all weeks takes the database far longer than to answer it.
    """
    for length in LATELY if last <= NEAR else ():
        start = max(period.start, period.end - length)
        found = ask(Period(start, period.end))
        if len(found) == last - first or start == period.start:
            return found
    return None


def _slice(events: SystemEventQuerySet, first: int, last: int, fields: Sequence[str]) -> list[dict[str, Any]]:
    return list(events.newest_first().values(*fields)[first:last])
