"""Retention, the whole of it: events and before them, decisions, messages, mutes, trials, silences, incidents."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.events import retention
from alerts.events.partitions import RETENTION
from alerts.incidents.retention import forget_incidents
from alerts.notifications.health import expire
from alerts.notifications.models import Decision, Mute, Notification
from alerts.rules.save import forget_trials
from alerts.silences.keep import forget_silences
from alerts.subscriptions.models import Batch, Bundle

KEEP = RETENTION + timedelta(days=10)
BATCH = 2_000


def retain(*, now: datetime) -> None:
    """Let go of everything that is older than it is kept for."""
    retention.retain(now=now)
    expire(now=now)
    forget(now=now)
    forget_trials(now=now)
    forget_silences(now=now)
    forget_incidents(now=now)


def forget(*, now: datetime) -> int:
    """Delete what was decided or written longer ago than events are kept; return how many decisions."""
    Mute.objects.filter(told_at__lt=now - KEEP).delete()
    Notification.objects.filter(decision=None, created_at__lt=now - KEEP).delete()
    gone = 0
    while deleted := _forget_oldest(now=now):
        gone += deleted
    forget_bundles(now=now)
    return gone


def forget_bundles(*, now: datetime) -> None:
    """Delete what policies said longer ago than events are kept, and the bundles that were closed before that."""
    Batch.objects.filter(made_at__lt=now - KEEP).delete()
    while old := list(Bundle.objects.filter(closed_at__lt=now - KEEP).values_list("pk", flat=True)[:BATCH]):
        Bundle.objects.filter(pk__in=old).delete()


def _forget_oldest(*, now: datetime) -> int:
    # Decisions are numbered as time goes on: the oldest are the first, and no index on their time is needed.
    oldest = Decision.objects.order_by("pk").values_list("pk", "decided_at")[:BATCH]
    old = [pk for pk, decided_at in oldest if decided_at < now - KEEP]
    Decision.objects.filter(pk__in=old).delete()
    return len(old)
