"""Digests: what a contact group would have heard of INFO events becomes one message a day or a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Max, Min

from alerts.contacts.models import ContactGroup
from alerts.notifications.audience import DIGESTED
from alerts.notifications.batch_facts import CauseTold, causes_among
from alerts.notifications.batches import notification_to
from alerts.notifications.models import Decision, Notification
from alerts.notifications.recipients import Recipient
from alerts.subscriptions.models import Batch, DigestItem, GroupDigest
from alerts.subscriptions.reach import reached_in


class Waiting(NamedTuple):
    """What waits for a digest: how many events of how many causes, and the newest of these causes."""

    events: int
    causes: int
    newest: Sequence[CauseTold]


def waiting_for(digest: GroupDigest, *, most: int) -> Waiting:
    """Return what the next digest of a group will tell, with so many of the causes at most."""
    found = Decision.objects.filter(batch__digest_items__digest=digest, batch__digest_items__told_in=None)
    events = found.aggregate(events=Count("event_id", distinct=True))["events"]
    causes = found.order_by().values("event_name", "resource").distinct().count()
    return Waiting(events, causes, causes_among(found, most=most))


@transaction.atomic
def digest_batch(*, now: datetime) -> int:
    """Send one digest that is due; return whether there was one.

    A group that nothing waits for gets no message. What waits for one that is switched off is told all the same.
    """
    due = GroupDigest.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    digest = due.select_for_update(skip_locked=True, of=("self",)).select_related("group").first()
    if digest is None:
        return 0
    items = list(DigestItem.objects.filter(digest=digest, told_in=None).select_related("batch"))
    if items:
        _send(digest, items, now=now)
    digest.due_at = digest.moment_after(now)
    digest.save(update_fields=["due_at"])
    return 1


def _send(digest: GroupDigest, items: Sequence[DigestItem], *, now: datetime) -> None:
    batch = _batch(digest, items, now=now)
    messages = [notification_to(each, batch, now=now) for each in _recipients(digest.group_id)]
    batch.mails = sum(each.channel == "email" for each in messages)
    batch.save(force_insert=True)
    Notification.objects.bulk_create(messages)
    DigestItem.objects.filter(pk__in=[item.pk for item in items]).update(told_in=batch)


def _batch(digest: GroupDigest, items: Sequence[DigestItem], *, now: datetime) -> Batch:
    told = Decision.objects.filter(batch__in=[item.batch_id for item in items])
    found = told.aggregate(events=Count("event_id", distinct=True), since=Min("occurred_at"), until=Max("occurred_at"))
    newest = max((item.batch for item in items), key=lambda batch: batch.until)
    return Batch(
        id=uuid4(), account_id=digest.group.account_id, policy_name=digest.group.name, number=1,
        kind=Batch.Kind.DIGEST, level=DIGESTED, count=found["events"] or len(items),
        causes=told.values("event_name", "resource").distinct().count() or 1,
        since=found["since"] or newest.since, until=found["until"] or newest.until,
        newest_event_id=newest.newest_event_id, made_at=now,
    )  # fmt: skip


def _recipients(group: int) -> list[Recipient]:
    found = ContactGroup.objects.prefetch_related("contacts__addresses").get(pk=group)
    reached = reached_in(found, level=DIGESTED, methods={})
    everybody = (Recipient(way, fields, contact.name, contact) for contact, way, fields in reached)
    return list({each.destination: each for each in everybody}.values())
