"""Retention: an incident outlives its events, so that a late one still finds its end; over a year later it goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.incidents.models import Incident

KEEP = timedelta(days=400)
BATCH = 1_000


def forget_incidents(*, now: datetime) -> int:
    """Delete incidents that were over more than 400 days ago, and return how many; what lasts is never forgotten."""
    old = Incident.objects.filter(state=Incident.State.CLOSED, closed_at__lt=now - KEEP)
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        Incident.objects.filter(pk__in=keys).delete()
        gone += len(keys)
    return gone
