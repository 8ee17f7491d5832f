"""Silent: what is said of a source that cannot be read any more, and that it is read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from alerts.incidents.unknown import known_again, mark_unknown
from alerts.mirrors.models import Source


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


def speak_again(source: Source, *, now: datetime) -> None:
    """Say that a source which had fallen silent has had a whole reading; the caller saves it."""
    if source.silent_since:
        for region in source.regions:
            known_again(source.account, _prefix(source, region), since=source.silent_since, now=now)
        source.silent_since = None


def _prefix(source: Source, region: str) -> str:
    return f"acs:kms:{region}:{source.account_id}"
