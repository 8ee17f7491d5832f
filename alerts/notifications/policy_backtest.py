"""The backtest of subscription policies: up to 90 days of an account's events, replayed through one policy or several.

`run(plans, …)` reads what the policies select and what ends incidents, oldest first, and yields how far it is; the
reports are those of its `Replay`s. Several policies, such as one as it is and as it is edited, share one reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from alerts.events.catalog import CATALOG, LEVELS
from alerts.events.identity import first_id
from alerts.events.models import SystemEvent
from alerts.events.partitions import RETENTION
from alerts.notifications.audience import audiences_of
from alerts.rules.query import pattern_q
from alerts.subscriptions.backtest import Plan, Replay, Voices
from alerts.subscriptions.scope import pattern_of, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.notifications.audience import Audience
    from alerts.subscriptions.backtest_report import Report
    from alerts.subscriptions.models import EscalationStep, PushChannel, SubscriptionPolicy

CHUNK = 2_000
MOST = 500_000
"""Events that are read at most; the report then ends where they end."""
CLOSERS = tuple(record.name for record in CATALOG if record.closes)


class Seen(NamedTuple):
    """What a policy can look at of an event of the past. Only policies with words for the content read it."""

    occurred_at: datetime
    product: str
    event_type: str
    level: str
    name: str
    status: str
    region: str
    resource: str
    instance_name: str
    group_id: str
    content: Mapping[str, Any]
    search_text: str = ""


FIELDS = (
    "occurred_at", "product", "event_type", "level", "name", "status", "region", "resource", "instance_name",
    "group_id",
)  # fmt: skip


class Progress(NamedTuple):
    """How far a backtest is: events read, and the share of the time that lies behind it, from 0 to 1."""

    events: int
    share: float


def plan_of(
    policy: SubscriptionPolicy, *, push: Sequence[PushChannel] | None = None,
    steps: Sequence[EscalationStep] | None = None,
) -> Plan:  # fmt: skip
    """Return a policy, saved or as it was typed, as a backtest takes it.

    `push` are its push channels and `steps` those of its configuration, where they are not the stored ones.
    """
    (audience,) = audiences_of([policy]).values()
    terms = terms_of(policy, steps=steps)
    systems = list(push) if push is not None else (list(policy.push_channels.all()) if policy.pk else [])
    groups = {each.group: {level: _names(audience, each.group, level) for level in LEVELS} for each in terms.steps}
    voices = Voices(
        people={level: tuple(dict.fromkeys(each.name for each in audience.people(level))) for level in LEVELS},
        mails={level: audience.mails(level) for level in LEVELS},
        groups=groups,
        systems=tuple(each.name for each in systems),
        digested=frozenset(level for level in LEVELS if audience.digest(level)),
        recovery=audience.tells_recovery,
    )
    return Plan(pattern_of(policy), terms, tuple(policy.merge_by), voices)


def _names(audience: Audience, group: int, level: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in audience.people_in(group, level)))


def run(replays: Sequence[Replay], *, account: str, now: datetime, since: datetime | None = None) -> Iterator[Progress]:
    """Replay what happened up to `now`; yield how far it is after each 2,000 events, and finish the reports.

    `since` is 90 days before, unless given.
    """
    start, read, last = since or now - RETENTION, 0, now
    with transaction.atomic():
        chunk: list[Seen] = []
        for event in _events([each.plan for each in replays], account=account, start=start, end=now):
            chunk.append(event)
            if len(chunk) == CHUNK:
                read, last = read + len(chunk), event.occurred_at
                _feed(replays, chunk)
                yield Progress(read, min(1.0, (last - start) / (now - start)))
                chunk = []
        _feed(replays, chunk)
    read += len(chunk)
    for replay in replays:
        replay.finish(end=now if read < MOST else last)
    yield Progress(read, 1.0)


def _feed(replays: Sequence[Replay], chunk: Sequence[Seen]) -> None:
    for replay in replays:
        replay.feed(chunk)


def _events(plans: Sequence[Plan], *, account: str, start: datetime, end: datetime) -> Iterator[Seen]:
    content = any(plan.pattern.content_words for plan in plans)
    fields = (*FIELDS, "content") if content else FIELDS
    conditions = [pattern_q(plan.pattern) for plan in plans]
    # A pattern that selects everything makes an empty condition, which `or` would leave out.
    wanted = reduce(or_, conditions, Q(name__in=CLOSERS)) if all(conditions) else Q()
    rows = SystemEvent.objects.filter(wanted, account=account, test_of=None, id__gte=first_id(start))
    found = rows.filter(id__lt=first_id(end)).order_by("id").values_list(*fields)[:MOST]
    for row in found.iterator(chunk_size=CHUNK):
        yield Seen(*row) if content else Seen(*row, {})  # type: ignore[call-arg]  # as many as there are fields


def backtest(plans: Sequence[Plan], *, account: str, now: datetime) -> list[Report]:
    """Return the reports of these policies, without telling how far it is."""
    replays = [Replay(plan) for plan in plans]
    for _progress in run(replays, account=account, now=now):
        pass
    return [replay.report for replay in replays]
