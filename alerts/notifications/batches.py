"""Batches: what a bundle has to say becomes one batch, its decisions and its notifications, each once by constraint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db.models import Q

from alerts.contacts.models import Contact
from alerts.notifications.audience import MAIL
from alerts.notifications.models import Decision, Notification
from alerts.notifications.unanswered import told_by, unanswered
from alerts.subscriptions.engine import COUNTED, ESCALATION, RECOVERY
from alerts.subscriptions.models import Batch, BundleMember, DigestItem, PushChannel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from alerts.accounts.models import CloudAccount
    from alerts.notifications.recipients import Recipient
    from alerts.notifications.running import Mails, Running
    from alerts.subscriptions.engine import Speech

State = Notification.State
TOLD = (State.PENDING, State.SENT, State.KEPT, State.UNKNOWN, State.MERGED)
"""States of messages whose receivers hear of the recovery."""
ENDS = "ends"
"""The reason of a decision about an event that ends something: it waits for the message that all of it is over."""


@dataclass(slots=True)
class Said:
    """What a transaction has to write about what was said."""

    batches: list[Batch] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    items: list[DigestItem] = field(default_factory=list)

    def verdict_of(self, batch: Batch) -> tuple[Decision.Verdict, str]:
        """Return what became of the events of a batch: told, or nobody was left to tell when it was made."""
        heard = any(each.batch is batch for each in self.notifications)
        waits = any(each.batch is batch for each in self.items)
        if heard or waits or batch.kind == RECOVERY:
            return Decision.Verdict.TOLD, ""
        return Decision.Verdict.NOBODY, "no-recipient"

    def store(self) -> None:
        """Write the batches, after their bundles and before their decisions."""
        Batch.objects.bulk_create(self.batches)

    def send(self) -> None:
        """Write the messages, after everything else."""
        Notification.objects.bulk_create(self.notifications)
        DigestItem.objects.bulk_create(self.items)


def say(running: Running, speech: Speech, *, said: Said, mails: Mails, now: datetime, test: bool = False) -> None:
    """Turn a speech into a batch with its messages. A recovery that nobody is to hear of makes none."""
    speech, left_out = unanswered(running, speech) if speech.kind == ESCALATION else (speech, [])
    batch = _batch(running, speech, now=now, test=test)
    batch.left_out, batch.causes = left_out, batch.causes - len(left_out)
    messages = list(_messages(running, speech, batch, said, now=now))
    if speech.kind == RECOVERY and not messages:
        return
    batch.mails = sum(each.channel == MAIL for each in messages)
    if not test:
        mails.spend(running.audience.policy.pk, batch.mails)
    said.batches.append(batch)
    said.notifications += messages
    if speech.kind != ESCALATION:
        _tell(running, speech, batch, said)


def _batch(running: Running, speech: Speech, *, now: datetime, test: bool) -> Batch:
    policy, heap = running.audience.policy, speech.heap
    return Batch(
        id=uuid4(), account_id=policy.account_id, policy=policy, policy_name=policy.name,
        policy_version=running.row.policy_version, bundle=running.row, number=speech.number, kind=speech.kind,
        level=heap.level, count=heap.events, causes=_causes(running, speech), since=heap.since, until=heap.until,
        newest_event_id=UUID(heap.newest), step=speech.step, over=speech.over or speech.kind == RECOVERY, test=test,
        made_at=now,
    )  # fmt: skip


def _causes(running: Running, speech: Speech) -> int:
    """Return how many different causes a message tells of; of what is new at least one."""
    stored = BundleMember.objects.none() if running.new else BundleMember.objects.filter(bundle=running.row.pk)
    news = speech.kind in (Batch.Kind.FIRST, Batch.Kind.MORE)
    known = {*stored.filter(told=False).values_list("event_name", "resource")} if news else {
        *stored.values_list("event_name", "resource")}  # fmt: skip
    known |= {cause for cause, member in running.members.items() if not (news and member.told)}
    return max(1, len(known))


def _messages(running: Running, speech: Speech, batch: Batch, said: Said, *, now: datetime) -> Iterable[Notification]:
    audience, level = running.audience, speech.heap.level
    if speech.kind == RECOVERY:
        return _recoveries(running, batch, now=now)
    if speech.kind == ESCALATION:
        # Where the step's group is gone or reaches nobody, those are told again who were told first.
        everybody = audience.people_in(speech.group, level) or audience.people(level) or audience.systems()
        return [notification_to(each, batch, now=now) for each in everybody]
    digest = None if batch.test else audience.digest(level)
    if digest:
        said.items.append(DigestItem(digest=digest, batch=batch))
    people = [] if digest else audience.people(level)
    return [notification_to(each, batch, now=now) for each in (*people, *audience.systems())]


def notification_to(recipient: Recipient, batch: Batch, *, now: datetime) -> Notification:
    """Return the message of a batch to somebody, not stored yet."""
    contact = recipient.contact
    return Notification(
        account_id=batch.account_id, batch=batch, level=batch.level, channel=recipient.channel, contact=contact,
        recipient=recipient.name, address=json.dumps(dict(recipient.address)), destination=recipient.destination,
        masked=recipient.masked[:256], language=contact.language if contact else "en",
        time_zone=contact.time_zone if contact else "UTC", created_at=now, due_at=now,
    )  # fmt: skip


def _recoveries(running: Running, batch: Batch, *, now: datetime) -> Iterable[Notification]:
    """Yield a message for each destination that was told, people only where their configuration wants it.

    Somebody who is no contact any more is told nothing: the message to him is left without a contact.
    """
    told = Notification.objects.filter(batch__bundle=running.row.pk, state__in=TOLD, recovery=False).order_by("pk")
    systems = Q(contact=None, channel__in=PushChannel.Kind.values)
    wanted = told.filter(systems | Q(contact__isnull=False) if running.audience.tells_recovery else systems)
    return [
        Notification(
            account_id=batch.account_id, batch=batch, level=batch.level, recovery=True, channel=each.channel,
            contact=each.contact, recipient=each.recipient, address=each.address, destination=each.destination,
            masked=each.masked, language=each.language, time_zone=each.time_zone, created_at=now, due_at=now,
        )
        for each in {each.destination: each for each in wanted.select_related("contact")}.values()
    ]  # fmt: skip


def _tell(running: Running, speech: Speech, batch: Batch, said: Said) -> None:
    """Let the decisions that waited for this say so, and its causes count as told."""
    verdict, reason = said.verdict_of(batch)
    for made in (each for each in running.decisions if _tells_of(each, speech)):
        made.batch, made.verdict, made.reason = batch, verdict, reason
    running.decisions = [each for each in running.decisions if each.batch is None]
    for member in running.members.values():
        member.told = True


def _tells_of(made: Decision, speech: Speech) -> bool:
    if made.reason == ENDS and speech.kind != RECOVERY:
        return False
    return made.verdict != COUNTED or made.occurred_at >= speech.heap.since


def tell_stored(said: Said, batches: Iterable[Batch], *, closed: Iterable[int] = ()) -> None:
    """Let the stored decisions of bundles say in which of these batches they were told, once those are stored.

    What is left waiting in a closed bundle was taken on by somebody, or is over: it is never told.
    """
    for batch in batches:
        if batch.kind != ESCALATION and batch.bundle_id:
            waiting = Decision.objects.filter(bundle=batch.bundle_id, batch=None)
            told = waiting.filter(~Q(verdict=COUNTED) | Q(occurred_at__gte=batch.since))
            told = told if batch.kind == RECOVERY else told.exclude(reason=ENDS)
            verdict, reason = said.verdict_of(batch)
            told.update(batch=batch, verdict=verdict, reason=reason)
            BundleMember.objects.filter(bundle=batch.bundle_id, told=False).update(told=True)
    left = Decision.objects.filter(bundle__in=list(closed), batch=None, verdict=Decision.Verdict.GATHERED)
    left.update(verdict=Decision.Verdict.ACKED, reason="acknowledged")


def events_of(batch: Batch) -> QuerySet[Decision, UUID]:
    """Return the ids of exactly the events that a batch tells of.

    A first message and one about more of it tell of their own events, a digest of those of its items; all others of
    everything that the bundle has gathered by then, told or not.
    """
    told = Decision.objects.filter(account=batch.account_id)
    if batch.kind == Batch.Kind.DIGEST:
        return told.filter(batch__digest_items__told_in=batch).values_list("event_id", flat=True)
    if batch.kind in (Batch.Kind.FIRST, Batch.Kind.MORE) or batch.bundle_id is None:
        return told.filter(batch=batch).values_list("event_id", flat=True)
    earlier = Batch.objects.filter(bundle=batch.bundle_id, number__lte=batch.number)
    gathered = Q(bundle=batch.bundle_id, decided_at__lte=batch.made_at)
    by_then = Q(batch__in=earlier) | gathered & (~Q(verdict=COUNTED) | Q(occurred_at__gte=batch.since))
    return told.filter(by_then, told_by(batch)).values_list("event_id", flat=True)


def messages_about(incident_id: int, *, account: CloudAccount | str) -> QuerySet[Notification]:
    """Return the messages about an incident: those of rules, and those of policies in which it stands among others."""
    told = Decision.objects.filter(incident_id=incident_id)
    whole = (Batch.Kind.REPEAT, Batch.Kind.ESCALATION, Batch.Kind.RECOVERY)
    bundles = told.filter(bundle__isnull=False).values("bundle")
    batches = Batch.objects.filter(
        Q(pk__in=told.filter(batch__isnull=False).values("batch")) | Q(bundle__in=bundles, kind__in=whole)
    )
    found = Notification.objects.filter(Q(incident_id=incident_id) | Q(batch__in=batches.values("pk")), account=account)
    return found.select_related("batch")


def batch_of(account: CloudAccount, identity: str) -> Batch | None:
    """Return a batch of the account by its id; None for one that is not, or no id at all."""
    try:
        return Batch.objects.filter(account=account, pk=UUID(identity)).first()
    except ValueError:
        return None


def contact_names(batch: Batch) -> list[str]:
    """Return the names of the people to whom a batch went."""
    names = Contact.objects.filter(notifications__batch=batch).distinct()
    return list(names.order_by("name").values_list("name", flat=True))
