"""Gather: every subscription policy that selects an event takes it into a bundle, and says at once what is due at once.

The half of dispatch that belongs to policies. Locks are taken in one order: events, policies, bundles, incidents. What
keeps an event from being told (silence, acknowledgement, another event) acts before it is gathered, so that it is as if
it had never been.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db.models import Q

from alerts.notifications.audience import Audience, audiences_of, locked_policies
from alerts.notifications.batches import ENDS, Said, say, tell_stored
from alerts.notifications.hush import hushed
from alerts.notifications.models import Decision
from alerts.notifications.running import Mails, Running, fetch_members, load, store
from alerts.subscriptions.book import PolicyEntry, policies_of
from alerts.subscriptions.denoise import GOOD_NEWS, Heap
from alerts.subscriptions.engine import FIRST, Arrival, Outcome, Speech, Tick, step
from alerts.subscriptions.members import holders_of, joined
from alerts.subscriptions.merge import STORM, key_of, shared_by
from alerts.subscriptions.models import Bundle, SubscriptionPolicy
from alerts.subscriptions.scope import terms_of
from alerts.subscriptions.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from alerts.events.models import SystemEvent
    from alerts.notifications.quiet import Hush

Verdict = Decision.Verdict
EVERY_POLICY = 0
"""What `test_of` of an event says that tests subscription policies: every enabled one may take it."""
TESTED = "test"


@dataclass(slots=True)
class Gathering:
    """The work on one batch of events: bundles by policy and key, and everything that is to be written."""

    now: datetime
    mails: Mails
    said: Said = field(default_factory=Said)
    decisions: list[Decision] = field(default_factory=list)
    open: dict[tuple[int, str], Running] = field(default_factory=dict)
    holders: dict[tuple[int, int], Running] = field(default_factory=dict)
    """By policy and incident: the open bundles that closing events may belong to."""
    touched: dict[int, Running] = field(default_factory=dict)

    def touch(self, running: Running) -> Running:
        """Remember that a bundle has to be written."""
        self.touched[id(running)] = running
        return running


def gather(events: Sequence[SystemEvent], *, now: datetime) -> list[Decision]:
    """Let the policies decide about these events; write bundles, decisions and messages, and return the decisions.

    Must run in the transaction that marks the events as dispatched.
    """
    matches = _matches(events)
    policies = {each.pk: each for each in locked_policies({entry.key for entry, _ in matches})} if matches else {}
    # One that was disabled or deleted since the book was compiled has nothing to say any more.
    live = {key for key, each in policies.items() if each.state == SubscriptionPolicy.State.ENABLED}
    matches = [match for match in matches if match[0].key in live]
    if not matches:
        return []
    audiences = audiences_of([policies[key] for key in live])
    hushes = hushed(events, now=now)
    work = Gathering(now, Mails(now=now))
    _open_bundles(work, matches, audiences)
    # What ends something goes first to the bundle that will tell of the end: an older repeat in the same batch may be
    # all that it waits for, and the end would then be told a second time, by itself.
    ends = [_ended_by(work, audiences[entry.key], event) is not None for entry, event in matches]
    for _later, (entry, event) in sorted(zip((not end for end in ends), matches, strict=True), key=itemgetter(0)):
        _take(work, audiences[entry.key], entry, event, hush=hushes.get(event.id))
    _write(work)
    return work.decisions


def _matches(events: Sequence[SystemEvent]) -> list[tuple[PolicyEntry, SystemEvent]]:
    wanted = [event for event in events if event.test_of in (None, EVERY_POLICY)]
    books = {account: policies_of(account) for account in {event.account_id for event in wanted}}
    return [(entry, event) for event in wanted for entry in books[event.account_id].matching(event)]


def _open_bundles(
    work: Gathering, matches: Iterable[tuple[PolicyEntry, SystemEvent]], audiences: Mapping[int, Audience]
) -> None:
    """Lock the open bundles that these events may go to, with what they know of their causes."""
    keys = {key_of(shared_by(event, entry.merge_by)) for entry, event in matches} | {STORM}
    ended = {event.incident_id for _, event in matches if event.incident_id and event.record and event.record.closes}
    held = holders_of(ended) if ended else {}
    rows = Bundle.objects.filter(Q(key__in=keys) | Q(pk__in=held), policy__in=audiences, closed_at=None).order_by("pk")
    for row in rows.select_for_update(of=("self",)):
        (running,) = load([row], audiences[row.policy_id])
        work.open[row.policy_id, row.key] = running
        work.holders |= {(row.policy_id, incident): running for incident in held.get(row.pk, ())}
    fetch_members([*work.open.values()], {(event.name, event.resource) for _, event in matches})


def _take(work: Gathering, audience: Audience, entry: PolicyEntry, event: SystemEvent, *, hush: Hush | None) -> None:
    """Decide what one policy makes of one event."""
    made = _decision(audience.policy, event, now=work.now)
    work.decisions.append(made)
    if not audience.reaches(event.level):
        made.verdict, made.reason = Verdict.NOBODY, "no-recipient"
    elif event.test_of is not None:
        _test(work, audience, event, made)
    elif hush and hush.concerns(entry.pattern):
        made.verdict, made.reason, made.silence_id = hush.verdict, hush.reason, hush.silence_id
    elif not entry.hours.cover(event.occurred_at):
        made.verdict, made.reason = Verdict.OUTSIDE, "outside-hours"
    elif ending := _ended_by(work, audience, event):
        made.bundle, made.reason = ending.row, ENDS
        work.touch(ending).decisions.append(made)
    else:
        _arrive(work, _bundle_for(work, audience, entry, event), event, made)


def _ended_by(work: Gathering, audience: Audience, event: SystemEvent) -> Running | None:
    """Return the bundle whose recovery will tell of a closing event, so that nobody hears of the end twice.

    One that is no good news, as a deletion, is told as what it is: in its bundle, whatever else lasts there.
    """
    if event.level != GOOD_NEWS:
        return None
    holder = work.holders.get((audience.policy.pk, event.incident_id or 0))
    if holder is None or holder.row.closed_at or holder.state.told_at is None or not event.record:
        return None
    tells = audience.tells_recovery or not audience.people(event.level)
    return holder if tells and event.record.closes else None


def _decision(policy: SubscriptionPolicy, event: SystemEvent, *, now: datetime) -> Decision:
    return Decision(
        account_id=event.account_id, event_id=event.id, policy=policy, policy_name=policy.name,
        rule_version=policy.version, test=event.test_of is not None, event_name=event.name, resource=event.resource,
        level=event.level, incident_id=event.incident_id, occurred_at=event.occurred_at, decided_at=now,
        verdict=Verdict.GATHERED,
    )  # fmt: skip


def _bundle_for(work: Gathering, audience: Audience, entry: PolicyEntry, event: SystemEvent) -> Running:
    """Return the open bundle for an event, or a new one; above the storm limit everything goes into one."""
    policy, shared = audience.policy, shared_by(event, entry.merge_by)
    place = policy.pk, key_of(shared)
    if place not in work.open and entry.merge_by and work.mails.room_at(audience, event.level):
        place, shared = (policy.pk, STORM), {}
    if place not in work.open:
        work.open[place] = new_bundle(work, audience, key=place[1], shared=shared)
    return work.touch(work.open[place])


def new_bundle(work: Gathering, audience: Audience, *, key: str, shared: Mapping[str, str]) -> Running:
    """Return a bundle that begins now, not stored yet."""
    policy, terms = audience.policy, terms_of(audience.policy)
    row = Bundle(
        account_id=policy.account_id, policy=policy, policy_version=policy.version, key=key, shared=dict(shared),
        terms=terms.as_json(), opened_at=work.now,
    )  # fmt: skip
    return Running(row, audience, State(), terms, new=True)


def _arrive(work: Gathering, running: Running, event: SystemEvent, made: Decision) -> None:
    member, fresh = joined(running.row, running.members.get((event.name, event.resource)), event)
    running.members[event.name, event.resource] = member
    arrival = Arrival(event.occurred_at, event.level, str(event.id), fresh=fresh, opens=member.incident_id is not None)
    outcome = step(running.state, arrival, now=work.now, terms=running.terms)
    made.bundle, made.verdict, made.reason = (
        running.row,
        Verdict(outcome.verdict),
        _reason(running, outcome, now=work.now),
    )
    running.state, running.row.due_at = outcome.state, outcome.due_at
    running.decisions.append(made)
    if outcome.due_at and outcome.due_at <= work.now:
        advance(work, running)


def _reason(running: Running, outcome: Outcome, *, now: datetime) -> str:
    terms, due = running.terms, outcome.state.due
    if outcome.verdict == Verdict.MUTED:
        return f"muted:{max(terms.mute, terms.interval, terms.repeat)}"
    if outcome.verdict == Verdict.GATHERED:
        return f"waits:{due.isoformat()}" if due and due > now else ""
    return f"counted:{terms.count}:{terms.period}" if outcome.verdict == Verdict.COUNTED else ""


def advance(work: Gathering, running: Running) -> None:
    """Let a bundle say what is due, and close it when nothing is left."""
    now, state = work.now, running.state
    told_of = state.waiting or state.total
    room = work.mails.room_at(running.audience, told_of.level) if told_of else None
    tick = Tick(lambda: running.situation(now=now), room_at=room)
    outcome = step(state, tick, now=now, terms=running.terms)
    running.state, running.row.due_at = outcome.state, outcome.due_at
    for speech in outcome.speeches:
        say(running, speech, said=work.said, mails=work.mails, now=now)
    if outcome.closing:
        close(work, running, why=outcome.closing)


def close(work: Gathering, running: Running, *, why: str) -> None:
    """Close a bundle; the next event of its kind begins another one."""
    running.row.closed_at, running.row.closing, running.row.due_at = work.now, why, None
    work.open.pop((running.row.policy_id, running.row.key), None)


def _test(work: Gathering, audience: Audience, event: SystemEvent, made: Decision) -> None:
    """Tell of a test event at once, in a bundle of its own that is closed already."""
    running = work.touch(new_bundle(work, audience, key=f"{TESTED}:{event.id.hex}", shared={}))
    running.row.closed_at, running.row.closing = work.now, TESTED
    heap = Heap(1, event.occurred_at, event.occurred_at, event.level, str(event.id))
    running.state = running.state.but(total=heap, number=1, told_at=work.now)
    running.members[event.name, event.resource], _fresh = joined(running.row, None, event)
    made.bundle = running.row
    running.decisions.append(made)
    say(running, Speech(FIRST, 1, heap), said=work.said, mails=work.mails, now=work.now, test=True)


def _write(work: Gathering) -> None:
    running = list(work.touched.values())
    stored = {each.row.pk for each in running if not each.new}
    store(running)
    work.said.store()
    tell_stored(
        work.said,
        [batch for batch in work.said.batches if batch.bundle_id in stored],
        closed=[each.row.pk for each in running if each.row.closed_at and not each.new],
    )
    Decision.objects.bulk_create(work.decisions)
    work.said.send()


def write(work: Gathering) -> None:
    """Write what became of the bundles of a gathering that took no events."""
    _write(work)


def told_ids(decisions: Iterable[Decision]) -> set[UUID]:
    """Return the ids of the events that some policy has decided about."""
    return {each.event_id for each in decisions}
