"""Evaluate: facts become system events. The second verb of the line.

A batch of facts is claimed, what comes from outside is applied to the estate, the triggers of the catalogue are asked,
and the events are recorded: all in one transaction. A fact that breaks its batch is set aside with a time to try it
again, so that it never stops the ones behind it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.estate.observe import observe
from alerts.events import partitions
from alerts.events.deadlines import follow_client_keys, remind
from alerts.events.drafts import IMPORTED, draft_import, draft_occurrences
from alerts.events.meters import USAGE, read_meters
from alerts.events.record import record
from alerts.facts.models import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

BATCH = 500
LONGEST_WAIT = timedelta(hours=1)
_ensured_for: set[datetime] = set()


def evaluate_batch(*, now: datetime) -> int:
    """Evaluate up to 500 pending facts and every due deadline; return how many rows were worked on."""
    ensure_partitions(now=now)
    try:
        with transaction.atomic():
            facts = list(Fact.objects.pending(now=now).select_for_update(skip_locked=True)[:BATCH])
            worked = _evaluate(facts, now=now)
    except Exception:
        log.exception("a batch of facts could not be evaluated; trying them one by one")
        worked = _one_by_one(now=now)
    return worked + send_reminders(now=now)


def ensure_partitions(*, now: datetime) -> None:
    """Make missing partitions once a week and process."""
    week = partitions.week_of(now)
    if week not in _ensured_for:
        with transaction.atomic():
            partitions.ensure(now=now)
            transaction.on_commit(partial(_ensured_for.add, week))


def _evaluate(facts: Sequence[Fact], *, now: datetime) -> int:
    # What was seen first is applied first, in whatever order it arrived.
    in_time = sorted(facts, key=lambda fact: (fact.occurred_at, fact.pk))
    observed = observe(in_time)
    follow_client_keys(observed.client_keys)
    drafts = read_meters((fact for fact in in_time if fact.type == USAGE), instances=observed.instances, now=now)
    for fact in in_time:
        drafts += draft_import(fact, now=now) if fact.type == IMPORTED else draft_occurrences(fact, observed, now=now)
    record(drafts, now=now)
    Fact.objects.filter(pk__in=[fact.pk for fact in facts]).update(evaluated_at=now, error="")
    return len(facts)


@transaction.atomic
def send_reminders(*, now: datetime) -> int:
    """Record the reminders of deadlines that are due; return how many."""
    return len(record(remind(now=now), now=now))


def _one_by_one(*, now: datetime) -> int:
    worked = 0
    for pk in list(Fact.objects.pending(now=now).values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                facts = list(Fact.objects.pending(now=now).filter(pk=pk).select_for_update(skip_locked=True))
                worked += _evaluate(facts, now=now)
        except Exception as error:
            log.exception("fact %s could not be evaluated", pk)
            _set_aside(pk, error, now=now)
    return worked


def _set_aside(pk: int, error: Exception, *, now: datetime) -> None:
    fact = Fact.objects.get(pk=pk)
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(fact.failures + 1, 12)))
    Fact.objects.filter(pk=pk).update(
        failures=fact.failures + 1, retry_at=now + wait, error=f"{type(error).__name__}: {error}"[:512]
    )
