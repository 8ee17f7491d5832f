"""Recovery: when an incident is over, those who were told of it by a rule are told so, once; and when it is flapping.

`watch_batch` is the verb: it looks at incidents of which something has ended. What subscription policies told, they
take back themselves. Who hears of the closing event anyway, or of the end by such a policy, gets no second message, and
what a silence hides stays so.
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts.events.models import SystemEvent
from alerts.incidents.ends import end_terms
from alerts.incidents.follow import due_of
from alerts.incidents.models import Incident, IncidentEntry
from alerts.incidents.verbs import terms_of
from alerts.notifications.hushes_of_silences import hushed_by_silences
from alerts.notifications.models import Notification
from alerts.notifications.recovery_words import flapping_letter, recovery_letter
from alerts.subscriptions.models import Bundle, BundleMember

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from alerts.notifications.direct import Letter

State = Notification.State
Recovery = Incident.Recovery
BATCH = 200
LOOK_AGAIN = timedelta(seconds=5)
"""How long to wait while events of an incident are not dispatched yet, or messages about it are still on their way."""
REACHED = (State.SENT, State.KEPT, State.UNKNOWN, State.MERGED)


def watch_batch(*, now: datetime) -> int:
    """Look at up to 200 incidents that are due; return how many were worked on."""
    due = list(Incident.objects.due(now=now).values_list("pk", flat=True)[:BATCH])
    return sum(_watch(pk, now=now) for pk in due)


@transaction.atomic
def _watch(pk: int, *, now: datetime) -> bool:
    rows = Incident.objects.due(now=now).filter(pk=pk).select_related("account")
    incident = rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if incident is None:
        return False
    terms = terms_of(incident.account)
    lines = end_terms(incident, terms, now=now)
    waits = False
    if incident.recovery in {Recovery.DUE, Recovery.FLAPPING}:
        waits = is_unsettled(incident)
        lines += [] if waits else _tell(incident, now=now)
    IncidentEntry.objects.bulk_create(lines)
    due_at = due_of(incident, terms, now=now)
    incident.due_at = max(due_at, now + LOOK_AGAIN) if due_at and waits else due_at
    incident.save()
    return True


def is_unsettled(incident: Incident) -> bool:
    """Tell whether it is not known yet who was told: an event is to be dispatched, or a message is on its way."""
    if SystemEvent.objects.filter(incident_id=incident.pk, dispatched_at=None).exists():
        return True
    if incident.recovery == Recovery.DUE and is_recovering(incident):
        return True
    waiting = Notification.objects.filter(incident_id=incident.pk, state=State.PENDING, recovery=False)
    return waiting.filter(batch=None).exists()


def is_recovering(incident: Incident) -> bool:
    """Tell whether a policy is about to say that the incident is over: it told of it, and nothing else there lasts."""
    members = BundleMember.objects.filter(bundle=OuterRef("pk"))
    lasting = Incident.objects.exclude(state=Incident.State.CLOSED).values("pk")
    told = Bundle.objects.filter(closed_at=None, failures=0, state__told_at__isnull=False)
    holding = told.filter(Exists(members.filter(incident_id=incident.pk)))
    return holding.exclude(Exists(members.filter(incident_id__in=lasting))).exists()


def _tell(incident: Incident, *, now: datetime) -> list[IncidentEntry]:
    """Put the message on its way, and return the line that tells of it."""
    over = incident.recovery == Recovery.DUE
    incident.recovery = Recovery.NONE
    told = told_of(incident) if over else told_ever(incident)
    if not told:
        return []
    if over and is_hidden(incident):
        incident.recovery = Recovery.HIDDEN
        return [_line(incident, "hidden", now=now)]
    write = recovery_letter if over else flapping_letter
    Notification.objects.bulk_create(
        [_message(incident, each, write(incident, each), over=over, now=now) for each in told]
    )
    if not over:
        return []
    incident.recovery = Recovery.TOLD
    return [_line(incident, f"told:{len(told)}", now=now)]


def _line(incident: Incident, text: str, *, now: datetime) -> IncidentEntry:
    return IncidentEntry(incident=incident, kind=IncidentEntry.Kind.RECOVERY, at=now, last_at=now, text=text)


def told_ever(incident: Incident) -> Collection[Notification]:
    """Return the latest message to each destination that was ever told of the incident by a rule."""
    reached = Notification.objects.filter(incident_id=incident.pk, batch=None, state__in=REACHED, recovery=False)
    return {message.destination: message for message in reached.order_by("pk")}.values()


def told_of(incident: Incident) -> Collection[Notification]:
    """Return one message for each destination that knows of the incident, and does not hear that it is over."""
    latest = {message.destination: message for message in told_ever(incident)}
    bundles = BundleMember.objects.filter(incident_id=incident.pk).values("bundle")
    by_policy = Q(batch__over=True, batch__bundle__in=bundles)
    over = Notification.objects.filter(Q(incident_id=incident.pk, recovery=True) | by_policy)
    for destination, pk in over.order_by("pk").values_list("destination", "pk"):
        if destination in latest and latest[destination].pk < pk:
            del latest[destination]
    if incident.closing:
        tells = Q(decision__event_id=incident.closing) | Q(batch__newest_event_id=incident.closing)
        hears = Notification.objects.filter(tells).exclude(state__in=(State.FAILED, State.STOPPED))
        for destination in hears.values_list("destination", flat=True):
            latest.pop(destination, None)
    return latest.values()


def is_hidden(incident: Incident) -> bool:
    """Tell whether a silence hides it: whether the newest event that told of it would be hidden at its end."""
    event = SystemEvent.objects.filter(pk=incident.last_event_id).first()
    if event is None or incident.closed_at is None:
        return False
    then = copy(event)
    then.occurred_at = incident.closed_at
    return bool(hushed_by_silences([then], now=incident.closed_at))


def _message(incident: Incident, told: Notification, letter: Letter, *, over: bool, now: datetime) -> Notification:
    return Notification(
        account_id=incident.account_id,
        purpose=Notification.Purpose.NOTICE,
        incident_id=incident.pk,
        recovery=over,
        channel=told.channel,
        contact_id=told.contact_id,
        recipient=told.recipient,
        address=told.address,
        destination=told.destination,
        masked=told.masked,
        language=told.language,
        time_zone=told.time_zone,
        subject_of=json.dumps(asdict(letter)),
        created_at=now,
        due_at=now,
    )
