"""The cloud's own events, imported: a day at a time from 90 days ago, then followed with an overlap for late ones.

The service lists the newest first and counts pages, so that deep pages are slow and shift. Therefore the range shrinks
from above after each page: it then ends with the oldest event that was read, which is read again and is known by its
id. Where that does not shrink it, more than a page happened in one millisecond, and the next page follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from alerts.facts.collect import collect
from alerts.mirrors.cloud import CMS, Trouble, opened
from alerts.mirrors.looks import Look
from alerts.mirrors.models import Cursor
from alerts.mirrors.tellers import to_import
from alerts.sources.alibaba_cloud.system_events import read_events
from alerts.sources.base import RETENTION, Observation
from alerts.sources.cloudmonitor import HISTORY, READ

WINDOW = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""How late an event of the cloud may come and is still found by the next reading."""
FURTHER_BACK = ("%Y%m%d", timedelta(days=7)), ("%Y%m%d%H", timedelta(days=1))
"""How far the first reading of a new day and of a new hour looks back, for what came later than that."""
MOST_PAGES = 1_000
MILLISECOND = timedelta(milliseconds=1)


def look_back(cursor: Cursor, *, now: datetime) -> datetime | None:
    """Return the moment up to which all may be taken as imported when a new reading begins.

    A cloud that was away itself tells of what happened meanwhile only afterwards, with the old times.
    """
    if cursor.through is None or cursor.last_whole_at is None:
        return cursor.through
    for unit, span in FURTHER_BACK:
        if cursor.last_whole_at.strftime(unit) != now.strftime(unit):
            return cursor.through - span + OVERLAP
    return cursor.through


def read_page_of_events(look: Look, cursor: Cursor) -> tuple[list[Observation], bool]:
    """Ask for the cursor's page, opening the next range of time where none is open; nothing is written."""
    if cursor.end is None:
        start = cursor.through - OVERLAP if cursor.through else look.now - RETENTION
        cursor.start, cursor.page = start, 1
        cursor.end = cursor.goal = min(max(start, cursor.through or start) + WINDOW, look.now)
    assert cursor.start is not None
    with opened(look.source, CMS, region=look.source.regions[0], before=look.keep) as client:
        events, last = read_events(client, start=cursor.start, end=cursor.end, number=cursor.page)
    _check(look, cursor, events)
    return events, last


def _check(look: Look, cursor: Cursor, events: Sequence[Observation]) -> None:
    """Refuse events of another account, and a list that has no end."""
    ours = look.source.account_id
    other = next((uid for each in events if (uid := _account_of(each.resource)) not in {"", ours}), None)
    if other:
        raise Trouble(f"The access key belongs to account {other[:20]}: connect it where that account is the current "
                      "one.", code="OtherAccount", answered=True)  # fmt: skip
    if cursor.page > MOST_PAGES:
        text = f"The list of events has no end: {MOST_PAGES:,} pages are of the same moment."
        raise Trouble(text, code="AnswerInvalid", answered=True)


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if arn.startswith("acs:") and len(parts) > 4 else ""


def take_events(look: Look, cursor: Cursor, events: Sequence[Observation], *, last: bool) -> None:
    """Keep a page of events and move the cursor on; the caller's transaction holds both."""
    wanted = to_import(look.source, events)
    for origin in (READ, HISTORY):
        found = [each for each in wanted if (each.occurred_at < look.source.created_at) == (origin == HISTORY)]
        cursor.done += collect(look.source.account, found, origin=origin, now=look.now).accepted
    if last:
        cursor.through, cursor.start, cursor.end = cursor.goal, None, None
        if cursor.through and cursor.through >= cursor.begun_at:
            cursor.ended_at = cursor.last_whole_at = look.now
        return
    oldest = _oldest(events)
    if oldest and cursor.end and oldest + MILLISECOND < cursor.end:
        cursor.end, cursor.page = oldest + MILLISECOND, 1
    else:
        cursor.page += 1


def _oldest(events: Sequence[Observation]) -> datetime | None:
    """Return the time of the oldest event where they come newest first, as is not documented; else None."""
    in_order = all(one.occurred_at >= next_one.occurred_at for one, next_one in pairwise(events))
    return events[-1].occurred_at if events and in_order else None
