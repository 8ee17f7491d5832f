"""Threads: what is known of each cause on each resource, from before a batch and through it.

A thread is the newest incident of one cause on one resource and what the events of a batch make of it. It is read and
written for all events of a batch at once, in a number of statements that does not grow with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from alerts.events.catalog import BY_NAME, CATALOG
from alerts.events.identity import first_id
from alerts.events.models import SystemEvent
from alerts.incidents import follow
from alerts.incidents.follow import End, Kind
from alerts.incidents.models import Incident, IncidentEntry, IncidentTerms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Key = tuple[str, str, str]
"""Account, resource and cause."""
NEWEST = """
    SELECT newest.id FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (account_id, resource, cause)
    CROSS JOIN LATERAL (
        SELECT id FROM incidents_incident AS one WHERE one.account_id = wanted.account_id
            AND one.resource = wanted.resource AND one.cause = wanted.cause
        ORDER BY one.state = 'CLOSED', one.opened_at DESC LIMIT 1
    ) AS newest
"""
CLOSERS = {
    record.opens: [other.name for other in CATALOG if record.opens in other.closes]
    for record in CATALOG
    if record.opens
}


@dataclass(slots=True)
class Thread:
    """One cause on one resource. `ends` are the closing events that are known to have happened, oldest first."""

    cause: str
    terms: IncidentTerms
    incident: Incident | None = None
    ends: Sequence[End] = ()
    entries: list[tuple[Incident, IncidentEntry]] = field(default_factory=list)
    changed: list[Incident] = field(default_factory=list)

    def take(self, event: SystemEvent) -> Incident | None:
        """Let one event open or close; return the incident that it belongs to."""
        record = BY_NAME[event.name]
        return self._open(event) if record.opens == self.cause else self._close(event)

    def _open(self, event: SystemEvent) -> Incident:
        current, at = self.incident, event.occurred_at
        if current is not None and (current.lasts or (current.closed_at and at <= current.closed_at)):
            if at < current.opened_at and (end := self._end_after(event)) and end.at < current.opened_at:
                return self._apart(event, end)
            return self._repeat(current, event)
        end = self._end_after(event)
        found = self._reopen_or_new(event)
        if end:
            self._end(found, end)
        return found

    def _repeat(self, incident: Incident, event: SystemEvent) -> Incident:
        follow.repeat(incident, event)
        if incident.state == Incident.State.UNKNOWN:
            incident.state = Incident.State.OPEN
        self._note(incident, Kind.REPEATED, event)
        return incident

    def _reopen_or_new(self, event: SystemEvent) -> Incident:
        current = self.incident
        if current is None or not follow.may_reopen(current, event, self.terms):
            self.incident = follow.opened(event, self.cause)
            self._note(self.incident, Kind.OPENED, event)
            return self.incident
        began = follow.reopen(current, event, self.terms)
        if began:
            self._note(current, Kind.REOPENED, event)
        self._note(current, Kind.FLAPPING if current.flapping_since else Kind.REOPENED, event)
        return current

    def _apart(self, event: SystemEvent, end: End) -> Incident:
        """Return the incident of an event that came so late that another one began and ended since."""
        at = event.occurred_at
        older = next((each for each in self.changed if each.closed_at and each.opened_at <= at <= each.closed_at), None)
        stored = Incident.objects.filter(account=event.account_id, resource=event.resource, cause=self.cause)
        if older := older or stored.filter(opened_at__lte=at, closed_at__gte=at).first():
            return self._repeat(older, event)
        alone = follow.opened(event, self.cause)
        self._note(alone, Kind.OPENED, event)
        self._end(alone, end)
        return alone

    def _close(self, event: SystemEvent) -> Incident | None:
        end = _end_of(event)
        self.ends = sorted((*self.ends, end), key=lambda each: (each.at, each.place))
        current = self.incident
        if current is None or end.at < current.opened_at:
            return None
        if not current.lasts:
            return current if current.closed_at and end.at < current.closed_at else None
        if end.at < current.last_at:
            self._note(current, Kind.LATE, event)
            return current
        self._end(current, end)
        return current

    def _end(self, incident: Incident, end: End) -> None:
        flapping = incident.flapping_since is not None
        follow.close(incident, at=max(end.at, incident.last_at), closing=end.id)
        kind = Kind.FLAPPING if flapping else Kind.CLOSED
        line = IncidentEntry(kind=kind, at=end.at, last_at=end.at, event_id=end.id, event_name=end.name)
        self._add(incident, line)

    def _end_after(self, event: SystemEvent) -> End | None:
        place = follow.place_of(event)
        return next((end for end in self.ends if (end.at, end.place) > place), None)

    def _note(self, incident: Incident, kind: Kind, event: SystemEvent) -> None:
        at = event.occurred_at
        self._add(incident, IncidentEntry(kind=kind, at=at, last_at=at, event_id=event.id, event_name=event.name))

    def _add(self, incident: Incident, entry: IncidentEntry) -> None:
        self.entries.append((incident, entry))
        if not any(each is incident for each in self.changed):
            self.changed.append(incident)


def _end_of(event: SystemEvent) -> End:
    return End(event.occurred_at, event.fact_id or 0, event.id, event.name)


def keys_of(event: SystemEvent) -> list[Key]:
    """Return the threads that an event belongs to; none for one that opens and closes nothing."""
    record = BY_NAME[event.name]
    causes = (record.opens, *record.closes) if record.opens else record.closes
    return [(event.account_id, event.resource, cause) for cause in causes]


def threads_of(events: Sequence[SystemEvent]) -> dict[Key, Thread]:
    """Return the threads of these events, locked; to be called inside a transaction that correlates alone."""
    keys = sorted({key for event in events for key in keys_of(event)})
    accounts = {account for account, _, _ in keys}
    terms = {row.account_id: row for row in IncidentTerms.objects.filter(account__in=accounts)}
    rows = {(row.account_id, row.resource, row.cause): row for row in _newest(keys)}
    threads = {
        key: Thread(key[2], terms.get(key[0]) or IncidentTerms(account_id=key[0]), rows.get(key)) for key in keys
    }
    for key, ends in _ends(events, threads).items():
        threads[key].ends = ends
    return threads


def _newest(keys: Sequence[Key]) -> Iterable[Incident]:
    columns = [list(column) for column in zip(*keys, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, columns)
        found = [row[0] for row in cursor.fetchall()]
    return Incident.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk")


def _ends(events: Iterable[SystemEvent], threads: Mapping[Key, Thread]) -> dict[Key, list[End]]:
    """Return the closing events that were correlated before, from the first event on that they could matter to."""
    since: dict[Key, datetime] = {}
    for event in events:
        key = (event.account_id, event.resource, BY_NAME[event.name].opens)
        if key[2] and _asks_for_ends(event, threads[key].incident):
            since[key] = min(since.get(key, event.occurred_at), event.occurred_at)
    found: dict[Key, list[End]] = defaultdict(list)
    if not since:
        return found
    rows = SystemEvent.objects.real().filter(
        account__in={key[0] for key in since}, resource__in={key[1] for key in since}, correlated_at__isnull=False,
        name__in={name for key in since for name in CLOSERS[key[2]]}, id__gte=first_id(min(since.values())),
    )  # fmt: skip
    for event in rows.only("account_id", "resource", "name", "occurred_at", "fact_id").order_by("id"):
        for cause in BY_NAME[event.name].closes:
            found[event.account_id, event.resource, cause].append(_end_of(event))
    return {key: sorted(ends, key=lambda each: (each.at, each.place)) for key, ends in found.items() if key in threads}


def _asks_for_ends(event: SystemEvent, incident: Incident | None) -> bool:
    return incident is None or event.occurred_at < incident.opened_at or not incident.lasts
