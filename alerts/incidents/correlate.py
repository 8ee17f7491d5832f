"""Correlate: events open, repeat and close incidents. The verb between `evaluate` and `dispatch`.

A batch of events is claimed and worked through in the order of their own time, in one transaction; one batch at a time,
so that every event meets the incident that the one before it left. An event that breaks its batch is set aside.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from alerts.events.catalog import PARTAKING
from alerts.events.models import SystemEvent
from alerts.incidents.follow import due_of, place_of, summed
from alerts.incidents.models import Incident, IncidentEntry
from alerts.incidents.threads import keys_of, threads_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.incidents.threads import Thread

log = logging.getLogger(__name__)

BATCH = 1_000
LONGEST_WAIT = timedelta(hours=1)
TURN = "SELECT pg_advisory_xact_lock(hashtext('kmsconsole.correlate'))"
NEEDED = ("account_id", "product", "name", "level", "region", "resource", "instance_name", "occurred_at", "fact_id",
          "test_of")  # fmt: skip
MARK = """
    UPDATE events_systemevent AS event
    SET correlated_at = %s, incident_id = row.incident_id, failures = 0, retry_at = NULL
    FROM unnest(%s::uuid[], %s::bigint[]) AS row (id, incident_id)
    WHERE event.id = row.id AND event.id >= %s AND event.id <= %s
"""
CHANGING = [
    field.name
    for field in Incident._meta.concrete_fields
    if field.name not in {"id", "account", "cause", "product", "region", "resource", "event_name"}
]


def correlate_batch(*, now: datetime) -> int:
    """Correlate up to a thousand events; return how many were worked on."""
    try:
        with transaction.atomic():
            return _correlate(_claimed(now=now), now=now)
    except Exception:
        log.exception("a batch of events could not be correlated; trying them one by one")
        return _one_by_one(now=now)


def _claimed(*, now: datetime, **only: object) -> list[SystemEvent]:
    with connection.cursor() as cursor:
        cursor.execute(TURN)
    waiting = SystemEvent.objects.uncorrelated(now=now).filter(**only).only(*NEEDED)
    return list(waiting.select_for_update(skip_locked=True)[:BATCH])


def _correlate(events: Sequence[SystemEvent], *, now: datetime) -> int:
    if not events:
        return 0
    partaking = [event for event in events if event.test_of is None and event.name in PARTAKING]
    belongs: dict[UUID, Incident] = {}
    if partaking:
        threads = threads_of(partaking)
        for event in sorted(partaking, key=place_of):
            found = [incident for key in keys_of(event) if (incident := threads[key].take(event))]
            if found:
                belongs[event.id] = found[0]
        _write(threads.values(), now=now)
    _mark(events, belongs, now=now)
    return len(events)


def _write(threads: Iterable[Thread], *, now: datetime) -> None:
    """Store the incidents and the lines of their timelines; first what was there, so that what ended makes room."""
    touched = [thread for thread in threads if thread.changed]
    for thread in touched:
        for incident in thread.changed:
            incident.due_at = due_of(incident, thread.terms, now=now)
    incidents = [incident for thread in touched for incident in thread.changed]
    rewrite([incident for incident in incidents if incident.pk])
    Incident.objects.bulk_create([incident for incident in incidents if not incident.pk])
    add_entries([entry for thread in touched for entry in thread.entries])


def rewrite(incidents: Sequence[Incident]) -> None:
    """Store rows that are there: an upsert, many times faster than `bulk_update`."""
    Incident.objects.bulk_create(incidents, update_conflicts=True, unique_fields=["id"], update_fields=CHANGING)


def add_entries(entries: Iterable[tuple[Incident, IncidentEntry]]) -> None:
    """Add lines to the timelines of stored incidents; what repeats the last line makes that one longer."""
    by_incident: dict[int, list[IncidentEntry]] = defaultdict(list)
    for incident, entry in entries:
        entry.incident = incident
        by_incident[incident.pk].append(entry)
    last = _last_entries(by_incident)
    new: list[IncidentEntry] = []
    grown: list[IncidentEntry] = []
    for pk, added in by_incident.items():
        lines, grew = summed(added, last.get(pk))
        new += lines
        if grew:
            grown.append(last[pk])
    IncidentEntry.objects.bulk_create(
        grown, update_conflicts=True, unique_fields=["id"],
        update_fields=["at", "last_at", "count", "event_id", "event_name"],
    )  # fmt: skip
    IncidentEntry.objects.bulk_create(new)


def _last_entries(incidents: Iterable[int]) -> Mapping[int, IncidentEntry]:
    rows = IncidentEntry.objects.filter(incident__in=list(incidents)).order_by("incident_id", "-id")
    return {entry.incident_id: entry for entry in rows.distinct("incident_id")}


def _mark(events: Sequence[SystemEvent], belongs: Mapping[UUID, Incident], *, now: datetime) -> None:
    ids = [event.id for event in events]
    incidents = [belongs[pk].pk if pk in belongs else None for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(MARK, (now, ids, incidents, min(ids), max(ids)))


def _one_by_one(*, now: datetime) -> int:
    worked = 0
    for pk in list(SystemEvent.objects.uncorrelated(now=now).values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                worked += _correlate(_claimed(now=now, pk=pk), now=now)
        except Exception:
            log.exception("event %s could not be correlated", pk)
            failures = SystemEvent.objects.values_list("failures", flat=True).get(pk=pk)
            wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures + 1, 12)))
            SystemEvent.objects.filter(pk=pk).update(failures=failures + 1, retry_at=now + wait)
    return worked
