"""Evaluate: facts become system events. The second verb of the line.

A batch of facts is claimed, what comes from outside is applied to the estate, the triggers of the catalogue are asked,
and the events are recorded: all in one transaction. A fact that breaks its batch is set aside with a time to try it
again, so that it never stops the ones behind it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.estate.observe import observe
from alerts.events import partitions
from alerts.events.catalog import BY_NAME, EventType, occurring
from alerts.events.deadlines import follow_client_key, remind
from alerts.events.meters import USAGE, read_meters
from alerts.events.record import Draft, listed_at, record
from alerts.facts.models import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.estate.observe import Observed

log = logging.getLogger(__name__)

BATCH = 500
IMPORTED = "cloudmonitor.system-event"
LONGEST_WAIT = timedelta(hours=1)
NAMING_FIELDS = {"key": "keyId", "secret": "secretName"}
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
        _ensured_for.add(week)


def _evaluate(facts: Sequence[Fact], *, now: datetime) -> int:
    # What was seen first is applied first, in whatever order it arrived.
    in_time = sorted(facts, key=lambda fact: (fact.occurred_at, fact.pk))
    observed = observe(in_time)
    for key in observed.client_keys:
        follow_client_key(key)
    drafts = read_meters((fact for fact in in_time if fact.type == USAGE), instances=observed.instances, now=now)
    for fact in in_time:
        drafts += draft_import(fact) if fact.type == IMPORTED else draft_occurrences(fact, observed, now=now)
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


def draft_occurrences(fact: Fact, observed: Observed, *, now: datetime) -> list[Draft]:
    """Return one draft for each event type that this fact raises by having happened."""
    return [_occurrence(fact, event_type, observed, now=now) for event_type in occurring(fact.type)]


def _occurrence(fact: Fact, event_type: EventType, observed: Observed, *, now: datetime) -> Draft:
    occurred_at, note = listed_at(fact.occurred_at, now=now)
    named = fact.resource.rpartition(":")[2]
    kind, _, local_id = named.partition("/")
    naming = {NAMING_FIELDS[kind]: local_id} if kind in NAMING_FIELDS else {}
    return Draft(
        account=fact.account_id,
        product=event_type.product,
        name=event_type.name,
        event_type=event_type.event_type,
        level=event_type.level,
        status=event_type.status,
        region=fact.region,
        resource=fact.resource,
        instance_name=observed.names.get((fact.account_id, fact.resource), local_id)[:256],
        occurred_at=occurred_at,
        note=note,
        content={"eventId": fact.external_id, **naming, **fact.data},
        occurrence=f"{fact.source} {fact.external_id}",
        origin=fact.origin,
        titles=(event_type.title, event_type.title_zh),
        fact_id=fact.pk,
    )


def draft_import(fact: Fact) -> list[Draft]:
    """Return the event that CloudMonitor already made: stored as it is, content untouched, whatever its name."""
    said = fact.data
    text = {name: str(said.get(name) or "") for name in IMPORT_LENGTHS}
    cut = {name: value[: IMPORT_LENGTHS[name]] for name, value in text.items()}
    known = BY_NAME.get(cut["name"])
    return [
        Draft(
            account=fact.account_id,
            product=cut["product"] or "KMS",
            name=cut["name"],
            # The documented bare payload does not say its type: the catalogue does.
            event_type=cut["eventType"] or (known.event_type if known else ""),
            level=known.level if known and "originalLevel" in said else cut["level"],
            status=cut["status"],
            region=fact.region,
            resource=fact.resource,
            instance_name=cut["instanceName"],
            occurred_at=fact.occurred_at,
            content=said.get("content") or {},
            occurrence=f"{fact.source} {fact.external_id}",
            origin=fact.origin,
            group_id=cut["groupId"],
            original_id=cut["originalId"],
            fact_id=fact.pk,
            note=cut["timeNote"],
            titles=(known.title, known.title_zh) if known else (),
        )
    ]


IMPORT_LENGTHS = {
    "product": 64, "name": 256, "eventType": 64, "level": 16, "status": 64, "instanceName": 256, "groupId": 256,
    "originalId": 256, "timeNote": 32,
}  # fmt: skip
