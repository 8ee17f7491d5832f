"""Poll: the source whose turn it is gets read, one page a call, until each of its cursors has come to its end.

A lease says who reads a source, so that two beats or a restart never read it at once: the page is asked for outside any
transaction, and is written only if the lease is still held. What was not written is asked for again. The lease is short
and is renewed between the calls of a page, so that a source whose reader was killed is soon read on.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DataError, IntegrityError, transaction
from django.db.models import F

from alerts.mirrors import pages, system_events
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.looks import Look
from alerts.mirrors.models import Cursor, Reads, Source
from alerts.mirrors.silent import speak_again

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
"""Longer than a call can take and the writing of its page; renewed before a call once KEEP_EVERY is over."""
KEEP_EVERY = 5.0
LONGEST_WAIT = timedelta(minutes=10)
PASSING_WAIT = timedelta(minutes=5)
MOST_AWAY = 6
"""So often the same page is tried again when the cloud is away (two minutes in all), before the rest has its turn."""
_NOT_STORABLE = (ArithmeticError, DataError, IntegrityError, TypeError, ValueError)
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


@dataclass(slots=True)
class Hold:
    """A claim that is kept while its page is asked for. Time is counted from `now` on by `clock`, in seconds."""

    source: Source
    now: datetime
    clock: Callable[[], float] = time.monotonic
    begun: float = 0.0
    kept: float = 0.0

    def __post_init__(self) -> None:
        self.begun = self.kept = self.clock()

    def keep(self) -> None:
        """Renew the lease. Raises Trouble when somebody else has it by now: what is asked for would not be written."""
        at = self.clock()
        if at - self.kept < KEEP_EVERY:
            return
        until = self.now + timedelta(seconds=at - self.begun) + LEASE
        held = Source.objects.filter(pk=self.source.pk, lease=self.source.lease)
        if not held.update(lease_until=until):
            raise Trouble("Somebody else reads it by now.", code="LeaseLost")
        self.kept = at


def step(source: Source, *, now: datetime) -> None:
    """Do the next thing of a claimed source, and let it go."""
    cursor = _next_cursor(source, now=now)
    if cursor is None:
        _finish(source, now=now)
        return
    before = cursor.last_whole_at
    keep = Hold(source, now).keep
    look = Look(source=source, region=cursor.region, begun_at=cursor.begun_at, before=before, now=now, keep=keep)
    try:
        written = _read(look, cursor)
    except Trouble as trouble:
        _fail(source, cursor, trouble, now=now)
    except Exception as error:
        log.exception("a page of the source %s could not be read", source.pk)
        text = f"Unexpected {type(error).__name__}; see the log."
        _fail(source, cursor, Trouble(text, code="Unexpected"), now=now)
    else:
        _write(source, cursor, written, now=now)


def _write(source: Source, cursor: Cursor, written: Callable[[], object], *, now: datetime) -> None:
    """Write what was read; what the database does not take is the answer's fault, and holds up nothing else."""
    try:
        _commit(source, cursor, written, now=now)
    except _NOT_STORABLE as error:
        log.exception("what was read of the source %s could not be stored", source.pk)
        text = f"The cloud told what cannot be stored ({type(error).__name__}); the log of the server says more."
        _fail(source, cursor, Trouble(text, code="AnswerInvalid"), now=now)


def _read(look: Look, cursor: Cursor) -> Callable[[], object]:
    """Ask the cloud for what comes next; return what writes it."""
    if cursor.what == Reads.EVENTS:
        events, last = system_events.read_page_of_events(look, cursor)
        return lambda: system_events.take_events(look, cursor, events, last=last)
    if cursor.page:
        page = pages.read(look, cursor)
        return lambda: pages.take(look, cursor, page)
    ids = pages.unseen(look, cursor)
    there = pages.still_there(look, cursor, ids)
    return lambda: pages.close(look, cursor, ids, there)


def _commit(source: Source, cursor: Cursor, write: Callable[[], object], *, now: datetime) -> None:
    with transaction.atomic():
        held = Source.objects.select_for_update().filter(pk=source.pk, lease=source.lease).first()
        if held is None:
            log.info("the source %s is read by somebody else by now", source.pk)
            return
        # Who tells may have changed while the page was asked for: from the moment that is written there.
        source.teller, source.teller_since = held.teller, held.teller_since
        write()
        cursor.failed_at = None
        cursor.save()
        if held.failures and _passed(held):
            held.failures = 0
        held.heard_at, held.next_at, held.lease_until = now, min(held.next_at, now), None
        held.save(update_fields=["heard_at", "next_at", "lease_until", "failures"])


def _passed(source: Source) -> bool:
    """Tell whether all that went wrong in this reading was passing: it has, for there is an answer again."""
    begun_at = source.begun_at
    if begun_at is None or source.error_at is None or source.error_at < begun_at:
        return False
    return not source.cursors.filter(failed_at__gte=begun_at).exists()


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
    events = source.cursors.filter(what=Reads.EVENTS).exclude(ended_at=None).first()
    if events:
        events.through = system_events.look_back(events, now=now)
        events.save(update_fields=["through"])
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
        speak_again(held, now=now)
    else:
        held.next_at = now + min(LONGEST_WAIT, held.every, timedelta(seconds=15) * 2 ** min(held.failures, 6))
    held.save()


@transaction.atomic
def _fail(source: Source, cursor: Cursor, trouble: Trouble, *, now: datetime) -> None:
    """Note what went wrong. What passes is waited for, at the same page; anything else is left for now."""
    log.warning("the source %s could not be read: %s", source.pk, trouble.code)
    held = Source.objects.select_for_update().filter(pk=source.pk, lease=source.lease).first()
    if held is None:
        return
    held.failures, held.error, held.error_at = held.failures + 1, trouble.message[:512], now
    held.error_code, held.lease_until = trouble.code[:128], None
    held.next_at = now
    if trouble.throttled or (trouble.away and held.failures <= MOST_AWAY):
        held.next_at = now + min(PASSING_WAIT, timedelta(seconds=2 ** min(held.failures, 9)))
    else:
        # Nobody knows from which page on an unusable answer leads astray: it is read from the first one again.
        anew = trouble.code == "AnswerInvalid" and cursor.what != Reads.EVENTS
        again = {"page": 1, "done": 0, "total": 0, "begun_at": now} if anew else {}
        Cursor.objects.filter(pk=cursor.pk).update(
            failed_at=now, error=trouble.message[:512], error_code=trouble.code[:128], **again
        )
    held.save()


def progress(source: Source) -> list[Cursor]:
    """Return how far each thing has been read, in the order in which it is read."""
    rows = list(source.cursors.order_by(F("region")))
    return sorted(rows, key=lambda row: ORDER.index(row.what))
