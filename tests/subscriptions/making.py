"""Making policies, configurations and push channels, and letting the line work on their events."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.contacts.models import ContactGroup
from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.notifications.speak import speak_batch
from alerts.subscriptions.models import (
    Batch,
    EscalationStep,
    NotificationConfiguration,
    PushChannel,
    SubscriptionPolicy,
)
from alerts.subscriptions.save import save_configuration, save_policy, save_push_channel
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_number, an_account, some_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from alerts.accounts.models import CloudAccount

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"


def a_group(email: str = "", *, account: CloudAccount | None = None) -> ContactGroup:
    """Return a group of one new contact with this e-mail address."""
    owner = account or an_account()
    contact = a_contact(email=email or f"ann{a_number()}@example.com", account=owner)
    return a_contact_group(contact, account=owner)


def a_configuration(
    group: ContactGroup | None = None, *, steps: Sequence[tuple[int, ContactGroup]] = (), **fields: object
) -> NotificationConfiguration:
    """Return a configuration that tells a group, after so many minutes each of the groups of the steps."""
    told = group or a_group()
    made = NotificationConfiguration(account=told.account, name=f"configuration {a_number()}", group=told, **fields)
    further = [EscalationStep(after=after, group=who) for after, who in steps]
    return save_configuration(made, steps=further, now=NOW)


def a_push_channel(url: str = "https://hooks.example.com/in", *, kind: str = "webhook", **address: str) -> PushChannel:
    """Return a push channel; `address` are further fields of it."""
    made = PushChannel(account=an_account(), name=f"push {a_number()}", kind=kind)
    fields = {"url": url, "method": "POST", "format": "JSON"} if kind == "webhook" else {}
    return save_push_channel(made, address=fields | address, now=NOW)


def a_policy(
    configuration: NotificationConfiguration | None = None, *, push: Sequence[PushChannel] = (), tells: bool = True,
    **fields: object,
) -> SubscriptionPolicy:  # fmt: skip
    """Return an enabled policy for everything; unless told it has a new configuration with a new group."""
    told = configuration or (a_configuration() if tells else None)
    owner = told.account if told else an_account()
    fields = {"name": f"policy {a_number()}", **fields}
    made = SubscriptionPolicy(account=owner, configuration=told, **fields)
    return save_policy(made, push_channels=push, now=NOW)


def run(now: datetime) -> None:
    """Let dispatch and the policies work until nothing is left to do at this moment."""
    while dispatch_batch(now=now):
        pass
    while speak_batch(now=now):
        pass


def kinds() -> list[str]:
    """Return the kinds of all batches, as they were made."""
    return list(Batch.objects.order_by("made_at", "number").values_list("kind", flat=True))


def told(batch: Batch) -> set[str]:
    """Return the e-mail addresses that a batch went to."""
    rows = Notification.objects.filter(batch=batch, channel="email")
    return {json.loads(row.address)["email"] for row in rows}


def an_incident(resource: str, *, cause: str = "Secret:RotateSecret", **fields: object) -> Incident:
    """Return an open incident on a resource."""
    usual: dict[str, object] = {
        "account": an_account(), "product": "KMS", "region": "cn-hangzhou", "instance_name": "x", "level": "CRITICAL",
        "event_name": "Secret:RotateSecret:Failure", "opened_at": NOW, "last_at": NOW,
        "first_event_id": "00000000-0000-8000-8000-000000000000",
        "last_event_id": "00000000-0000-8000-8000-000000000000",
    }  # fmt: skip
    return Incident.objects.create(cause=cause, resource=resource, **(usual | fields))


def failures(number: int, *, resource: str = ARN, start: int = 0) -> list[SystemEvent]:
    """Record so many failed rotations of one secret, a second apart, which belong to its incident if there is one."""
    drafts = [a_draft(resource=resource, at=NOW + (start + each) * SECOND) for each in range(number)]
    events = some_events(drafts)
    incident = Incident.objects.filter(resource=resource).first()
    SystemEvent.objects.filter(pk__in=[each.pk for each in events]).update(
        incident_id=incident.pk if incident else None
    )
    return events


def verdicts() -> dict[str, int]:
    """Count the decisions by verdict."""
    found: dict[str, int] = {}
    for verdict in Decision.objects.values_list("verdict", flat=True):
        found[verdict] = found.get(verdict, 0) + 1
    return found


def batches() -> QuerySet[Batch]:
    """Return what was told, in order."""
    return Batch.objects.order_by("made_at", "number")
