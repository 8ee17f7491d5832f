"""Decide: what each alert rule makes of each event, and who is to be told. Every event leaves at least one decision.

A test event concerns one rule alone, enabled or not, and is told at once: neither muted nor outside effective hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.notifications.hush import hushed
from alerts.notifications.models import Decision
from alerts.notifications.muting import unmuted
from alerts.notifications.recipients import Recipient, recipients_of
from alerts.rules.models import AlertRule
from alerts.rules.shelf import book_of, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.events.models import SystemEvent
    from alerts.notifications.muting import Match
    from alerts.notifications.quiet import Hush
    from alerts.rules.book import Entry

Verdict = Decision.Verdict
Told = tuple[Decision, tuple[Recipient, ...]]


@dataclass(frozen=True, slots=True)
class Selection:
    """An event with the rules that select it; `refused_by` is the rule that a test event was meant for and missed."""

    event: SystemEvent
    entries: Sequence[Entry]
    refused_by: Entry | None = None


def decide(events: Sequence[SystemEvent], *, now: datetime) -> list[Told]:
    """Return every decision about these events with the recipients of those that tell. Moves the mutes on."""
    selections = selections_of(events)
    rules = rules_with_recipients(entry.rule for selection in selections for entry in selection.entries)
    recipients = {pk: tuple(recipients_of(rule)) for pk, rule in rules.items()}
    # A rule that was deleted since the book was compiled has nothing to say any more.
    matches = [(entry, each.event) for each in selections for entry in each.entries if entry.rule in rules]
    hushes = hushed([each.event for each in selections], now=now)
    audible = (match for match in matches if not _hush_of(match, hushes))
    told = unmuted(match for match in audible if recipients[match[0].rule] and _asks_the_mute(match))
    decisions: list[Told] = []
    for entry, event in matches:
        hush = _hush_of((entry, event), hushes)
        verdict, reason = verdict_of(
            entry, event, reached=bool(recipients[entry.rule]), told=(entry.rule, event.id) in told,
            hush=hush,
        )  # fmt: skip
        made = _decision(event, entry, verdict=verdict, reason=reason, now=now)
        if hush and verdict == Verdict.SILENCED:
            made.silence_id = hush.silence_id
        decisions.append((made, recipients[entry.rule] if verdict == Verdict.TOLD else ()))
    decided = {event.id for _, event in matches}
    left = (each for each in selections if each.event.id not in decided)
    return decisions + [
        (_decision(each.event, each.refused_by, verdict=Verdict.UNSELECTED, now=now), ()) for each in left
    ]


def selections_of(events: Iterable[SystemEvent]) -> list[Selection]:
    """Return which rules select each event."""
    found = list(events)
    books = {account: book_of(account) for account in {event.account_id for event in found}}
    return [
        Selection(event, books[event.account_id].matching(event)) if event.test_of is None else _tested(event)
        for event in found
    ]


def _tested(event: SystemEvent) -> Selection:
    rules = AlertRule.objects.filter(account=event.account_id, pk__in=[event.test_of])
    entries = [entry_of(rule) for rule in rules.select_related("resource_group")]
    if entries and not entries[0].pattern.matches(event):
        return Selection(event, (), refused_by=entries[0])
    return Selection(event, entries)


def rules_with_recipients(keys: Iterable[int]) -> Mapping[int, AlertRule]:
    """Return these rules with everything that tells where they go."""
    rules = AlertRule.objects.filter(pk__in=set(keys))
    return {each.pk: each for each in rules.prefetch_related("targets__group__contacts__addresses", "targets__rule")}


def _asks_the_mute(match: Match) -> bool:
    entry, event = match
    return event.test_of is None and entry.hours.cover(event.occurred_at)


def _hush_of(match: Match, hushes: Mapping[UUID, Hush]) -> Hush | None:
    entry, event = match
    hush = hushes.get(event.id)
    return hush if hush and hush.concerns(entry.pattern) else None


def verdict_of(
    entry: Entry, event: SystemEvent, *, reached: bool, told: bool, hush: Hush | None = None
) -> tuple[Verdict, str]:
    """Return what a rule makes of an event that it selects, and the code of the reason."""
    if not reached:
        return Verdict.NOBODY, "no-recipient"
    if hush:
        return hush.verdict, hush.reason
    if event.test_of is not None or told:
        return Verdict.TOLD, ""
    if not entry.hours.cover(event.occurred_at):
        return Verdict.OUTSIDE, "outside-hours"
    return Verdict.MUTED, f"muted:{entry.mute_for}"


def _decision(
    event: SystemEvent, entry: Entry | None, *, verdict: Verdict, now: datetime, reason: str = ""
) -> Decision:
    return Decision(
        account_id=event.account_id,
        event_id=event.id,
        incident_id=event.incident_id,
        rule_id=entry.rule if entry else None,
        rule_name=entry.name if entry else "",
        rule_version=entry.version if entry else None,
        test=event.test_of is not None,
        event_name=event.name,
        resource=event.resource,
        level=event.level,
        verdict=verdict,
        reason=reason,
        occurred_at=event.occurred_at,
        decided_at=now,
    )
