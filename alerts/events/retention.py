"""Retention: what is older than it is kept for goes, partitions whole and everything else in small batches."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from alerts.events import partitions
from alerts.events.course import forget_samples
from alerts.events.models import EventCount
from alerts.facts.models import Fact

log = logging.getLogger(__name__)

KEEP_FACTS = partitions.RETENTION + timedelta(days=10)
BATCH = 5_000


def retain(*, now: datetime) -> None:
    """Make coming partitions, drop old ones, and delete facts, counts and samples that nobody can ask for any more."""
    with transaction.atomic():
        partitions.ensure(now=now)
    for name in partitions.drop(now=now):
        log.info("dropped the partition %s", name)
    while _delete_facts(now=now):
        pass
    EventCount.objects.filter(hour__lt=now - KEEP_FACTS).delete()
    forget_samples(now=now)


def _delete_facts(*, now: datetime) -> int:
    # Facts outlive the 90 days for which a repeat is accepted: until then their key is what a repeat is known by.
    aged = Fact.objects.aged(before=now - KEEP_FACTS).values("pk")[:BATCH]
    return Fact.objects.filter(pk__in=aged).delete()[0]
