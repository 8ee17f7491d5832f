"""Poll: the source whose turn it is gets read, one page a call, until each of its cursors has come to its end.

A lease says who reads a source, so that two beats or a restart never read it at once: the page is asked for outside any
transaction, and is written only if the lease is still held. What was not written is asked for again.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from alerts.incidents.unknown import known_again, mark_unknown
from alerts.mirrors import pages, system_events
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.looks import Look
from alerts.mirrors.models import Cursor, Reads, Source

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
"""Longer than the slowest page: 51 calls of 20 seconds would be given up long before."""
LONGEST_WAIT = timedelta(minutes=10)
THROTTLED_WAIT = timedelta(minutes=5)
ORDER = [str(what) for what in Reads]


def poll_batch(*, now: datetime) -> int:
    """Read one page of the source whose turn it is; return 1, or 0 when there is none."""
    source = _claim(Source.objects.due(now=now), now=now)
    if source is None:
        return 0
    step(source, now=now)
    return 1


def claim_one(source: Source, *, now: datetime) -> Source | None:
    """Claim this very source, whether it is its turn or not; None while somebody else reads it."""
    Source.objects.filter(pk=source.pk).update(next_at=now)
    return _claim(Source.objects.due(now=now).filter(pk=source.pk), now=now)


@transaction.atomic
def _claim(rows: object, *, now: datetime) -> Source | None:
    source: Source | None = rows.select_for_update(skip_locked=True).first()  # type: ignore[attr-defined]
    if source:
        source.lease, source.lease_until = str(uuid.uuid4()), now + LEASE
        source.save(update_fields=["lease", "lease_until"])
    return source


def step(source: Source, *, now: datetime) -> None:
    """Do the next thing of a claimed source, and let it go."""
    cursor = _next_cursor(source, now=now)
    if cursor is None:
        _finish(source, now=now)
        return
    before = cursor.last_whole_at
    look = Look(source=source, region=cursor.region, begun_at=cursor.begun_at, before=before, now=now)
    try:
        written = _read(look, cursor)
    except Trouble as trouble:
        _fail(source, cursor, trouble, now=now)
    except Exception as error:
        log.exception("a page of the source %s could not be read", source.pk)
        text = f"Unexpected {type(error).__name__}; see the log."
        _fail(source, cursor, Trouble(text, code="Unexpected"), now=now)
    else:
        _commit(source, cursor, written, now=now)


def _read(look: Look, cursor: Cursor) -> Callable[[], object]:
    """Ask the cloud for what comes next; return what writes it."""
    if cursor.what == Reads.EVENTS:
        events, last = system_events.read_page_of_events(look, cursor)
        return lambda: system_events.take_events(look, cursor, events, last=last)
    if cursor.page:
        page = pages.read(look, cursor)
        return lambda: pages.take(look, cursor, page)
    ids = pages.unseen(look, cursor)
    there = pages.still_there(look, cursor, ids) if ids else set()
    return lambda: pages.close(look, cursor, ids, there)


def _commit(source: Source, cursor: Cursor, write: Callable[[], object], *, now: datetime) -> None:
    with transaction.atomic():
        held = Source.objects.select_for_update().filter(pk=source.pk, lease=source.lease).first()
        if held is None:
            log.info("the source %s is read by somebody else by now", source.pk)
            return
        write()
        cursor.failed_at = None
        cursor.save()
        held.heard_at, held.next_at, held.lease_until = now, min(held.next_at, now), None
        held.save(update_fields=["heard_at", "next_at", "lease_until"])


@transaction.atomic
def _next_cursor(source: Source, *, now: datetime) -> Cursor | None:
    """Return what is to be read next; None when everything of this reading is read or has failed."""
    if source.begun_at is None:
        source.begun_at = now
        Source.objects.filter(pk=source.pk).update(begun_at=now)
        _begin(source, now=now)
    left = [
        row
        for row in Cursor.objects.filter(source=source, ended_at=None)
        if row.failed_at is None or row.failed_at < source.begun_at
    ]
    return min(left, key=lambda row: (ORDER.index(row.what), row.region), default=None)


def _begin(source: Source, *, now: datetime) -> None:
    """Set the cursors back to the start, but for those that were stopped on the way: they go on where they were."""
    wanted = {(region, what) for what in source.reads if what != Reads.EVENTS for region in source.regions}
    wanted |= {("", what) for what in source.reads if what == Reads.EVENTS}
    known = {(row.region, row.what): row for row in source.cursors.all()}
    source.cursors.filter(pk__in=[row.pk for place, row in known.items() if place not in wanted]).delete()
    Cursor.objects.bulk_create(
        [Cursor(source=source, region=region, what=what, begun_at=now) for region, what in wanted - known.keys()]
    )
    source.cursors.exclude(ended_at=None).update(begun_at=now, ended_at=None, page=1, done=0, total=0)


@transaction.atomic
def _finish(source: Source, *, now: datetime) -> None:
    """End a reading: whole, or with what failed left for the next one."""
    whole = not Cursor.objects.filter(source=source, ended_at=None).exists()
    begun_at = source.begun_at or now
    held = Source.objects.select_for_update().get(pk=source.pk)
    held.begun_at, held.lease_until = None, None
    if whole:
        held.polled_at, held.failures, held.error, held.error_code, held.error_at = now, 0, "", "", None
        held.next_at = max(now, begun_at + held.every)
        _speak_again(held, now=now)
    else:
        held.next_at = now + min(LONGEST_WAIT, timedelta(seconds=15) * 2 ** min(held.failures, 6))
    held.save()


@transaction.atomic
def _fail(source: Source, cursor: Cursor, trouble: Trouble, *, now: datetime) -> None:
    """Note what went wrong. A throttled reading waits and goes on at the same page; anything else is left for now."""
    log.warning("the source %s could not be read: %s", source.pk, trouble.code)
    held = Source.objects.select_for_update().filter(pk=source.pk, lease=source.lease).first()
    if held is None:
        return
    held.failures, held.error, held.error_at = held.failures + 1, trouble.message[:512], now
    held.error_code, held.lease_until = trouble.code[:128], None
    held.next_at = now
    if trouble.throttled:
        held.next_at = now + min(THROTTLED_WAIT, timedelta(seconds=2 ** min(held.failures, 9)))
    else:
        Cursor.objects.filter(pk=cursor.pk).update(
            failed_at=now, error=trouble.message[:512], error_code=trouble.code[:128]
        )
    held.save()


@dataclass(frozen=True, slots=True)
class _Silence:
    source: Source
    since: datetime


@transaction.atomic
def watch_silence(*, now: datetime) -> int:
    """Say of each source that has fallen silent that it has, and that its open incidents are unknown; return how many.

    Silent is what had no whole reading for three turns, at least a quarter of an hour, unless it is being read well.
    """
    waiting = Source.objects.filter(paused_at=None, silent_since=None).select_for_update(skip_locked=True)
    silent = [each for row in waiting.order_by("pk") if (each := _silence(row, now=now))]
    for each in silent:
        for region in each.source.regions:
            mark_unknown(each.source.account, _prefix(each.source, region), since=each.since, now=now)
        Source.objects.filter(pk=each.source.pk).update(silent_since=each.since)
    return len(silent)


def _silence(source: Source, *, now: datetime) -> _Silence | None:
    since = source.polled_at or source.created_at
    if source.failures == 0 and source.heard_at:
        since = max(since, source.heard_at)
    return _Silence(source, since) if now - since > source.silent_after else None


def _speak_again(source: Source, *, now: datetime) -> None:
    if source.silent_since:
        for region in source.regions:
            known_again(source.account, _prefix(source, region), since=source.silent_since, now=now)
        source.silent_since = None


def _prefix(source: Source, region: str) -> str:
    return f"acs:kms:{region}:{source.account_id}"


def progress(source: Source) -> list[Cursor]:
    """Return how far each thing has been read, in the order in which it is read."""
    rows = list(source.cursors.order_by(F("region")))
    return sorted(rows, key=lambda row: ORDER.index(row.what))
