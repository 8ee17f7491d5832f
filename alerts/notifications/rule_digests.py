"""Digests of rules: INFO events that an alert rule tells a contact group wait for the group's digest, if it has one.

What one dispatch lets wait of one rule is a batch, as if a policy had said it: by that the digest finds its events.
Nothing gets lost: contacts whom the digest does not reach, systems, and whoever waits for a test are told at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from alerts.notifications.audience import DIGESTED
from alerts.notifications.decide import rules_with_recipients
from alerts.notifications.models import Decision
from alerts.notifications.recipients import recipients_among
from alerts.subscriptions.models import Batch, DigestItem, GroupDigest
from alerts.subscriptions.reach import reached_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from alerts.notifications.decide import Told
    from alerts.notifications.recipients import Recipient
    from alerts.rules.models import AlertRule

REASON_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Way:
    """How a rule tells of INFO events: whom at once, and which digests take the rest."""

    at_once: tuple[Recipient, ...]
    digests: tuple[GroupDigest, ...]

    @property
    def reason(self) -> str:
        """The code that a decision gets, with the names of the groups."""
        return f"digest:{', '.join(each.group.name for each in self.digests)}"[:REASON_LENGTH]


def wait_for_digests(decided: Sequence[Told], *, now: datetime) -> list[Told]:
    """Return the decisions, not stored yet, with whom they tell at once; store what digests are to tell."""
    ways = _ways({made.rule_id for made, recipients in decided if recipients and made.rule_id and _may_wait(made)})
    waiting: dict[int, list[Decision]] = defaultdict(list)
    left: list[Told] = []
    for made, recipients in decided:
        way = ways.get(made.rule_id or 0) if recipients and _may_wait(made) else None
        if way and made.rule_id:
            waiting[made.rule_id].append(made)
        left.append((made, way.at_once if way else recipients))
    batches = {rule: _batch(found, ways[rule], now=now) for rule, found in waiting.items()}
    Batch.objects.bulk_create(batches.values())
    DigestItem.objects.bulk_create(
        [DigestItem(digest=digest, batch=batch) for rule, batch in batches.items() for digest in ways[rule].digests]
    )
    return left


def _may_wait(made: Decision) -> bool:
    return made.level == DIGESTED and not made.test


def _ways(rules: Collection[int]) -> Mapping[int, Way]:
    """Return the ways of those rules that tell a group with a digest. One query where none does."""
    if not rules:
        return {}
    rows = GroupDigest.objects.filter(enabled=True, group__rule_targets__rule__in=rules).select_related("group")
    digests = {each.group_id: each for each in rows}
    if not digests:
        return {}
    ways = {pk: _way(rule, digests) for pk, rule in rules_with_recipients(rules).items()}
    return {pk: way for pk, way in ways.items() if way.digests}


def _way(rule: AlertRule, digests: Mapping[int, GroupDigest]) -> Way:
    at_once: dict[str, Recipient] = {}
    taking: dict[int, GroupDigest] = {}
    for target in rule.targets.all():
        digest = digests.get(target.group_id) if target.group_id else None
        reached: set[int] = set()
        if digest and target.group:
            reached = {contact.pk for contact, _way, _fields in reached_in(target.group, level=DIGESTED, methods={})}
            taking |= {digest.pk: digest} if reached else {}
        for each in recipients_among([target], rule_name=rule.name):
            if each.contact is None or each.contact.pk not in reached:
                at_once.setdefault(each.destination, each)
    return Way(tuple(at_once.values()), tuple(taking.values()))


def _batch(found: Sequence[Decision], way: Way, *, now: datetime) -> Batch:
    """Return the batch of what waits of one rule, and let the decisions name it and the digests."""
    newest = max(found, key=lambda made: made.occurred_at)
    batch = Batch(
        id=uuid4(), account_id=newest.account_id, policy_name=newest.rule_name, number=1, kind=Batch.Kind.FIRST,
        level=DIGESTED, count=len(found), causes=len({(made.event_name, made.resource) for made in found}),
        since=min(made.occurred_at for made in found), until=newest.occurred_at, newest_event_id=newest.event_id,
        made_at=now,
    )  # fmt: skip
    for made in found:
        made.batch, made.reason = batch, way.reason
    return batch
