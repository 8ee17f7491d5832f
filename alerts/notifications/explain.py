"""Explain: what a rule makes of one event and why, clause by clause, with the value that decided.

Nothing is decided here a second time: the clauses are the matcher's own, the verdict is that of `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from alerts.notifications.decide import rules_with_recipients, verdict_of
from alerts.notifications.models import Decision, Mute
from alerts.notifications.muting import NEVER, audible
from alerts.notifications.recipients import recipients_among
from alerts.notifications.unreached import unreached_of
from alerts.rules.models import AlertRule
from alerts.rules.shelf import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from alerts.events.models import SystemEvent
    from alerts.notifications.recipients import Recipient
    from alerts.notifications.unreached import Unreached
    from alerts.rules.book import Entry
    from alerts.rules.models import RuleTarget
    from alerts.rules.pattern import Clause

Verdict = Decision.Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule makes of an event.

    `verdict` is what it would be made now, `decided` the decision that was taken when the event came, if one was.
    `within` and `heard` say whether hours and mute let it through; `told_at` is when the rule last told of the same.
    `recipients` and `unreached` are given where the event is selected.
    """

    entry: Entry
    event: SystemEvent
    clauses: Sequence[Clause]
    verdict: Verdict
    within: bool
    heard: bool
    told_at: datetime | None = None
    recipients: Sequence[Recipient] = ()
    unreached: Sequence[Unreached] = ()
    decided: Decision | None = None

    @property
    def selected(self) -> bool:
        """Whether every clause holds."""
        return all(clause.holds for clause in self.clauses)

    @property
    def misses(self) -> list[Clause]:
        """The clauses that do not hold."""
        return [clause for clause in self.clauses if not clause.holds]


class Memory(NamedTuple):
    """What is known of a rule and an event: when the rule last told of the same, and what it decided about this one."""

    told_at: datetime | None = None
    decided: Decision | None = None


NOTHING = Memory()


def explain(
    entry: Entry, event: SystemEvent, *, targets: Iterable[RuleTarget] = (), memory: Memory = NOTHING
) -> Explanation:
    """Return what the rule with these targets makes of the event."""
    clauses, within = entry.pattern.clauses(event), entry.hours.cover(event.occurred_at)
    period = timedelta(seconds=entry.mute_for)
    (heard,), _last = audible([event.occurred_at], told_at=memory.told_at or NEVER, period=period)
    verdict, found = Verdict.UNSELECTED, list(targets)
    recipients: list[Recipient] = []
    unreached: list[Unreached] = []
    if all(clause.holds for clause in clauses):
        recipients, unreached = recipients_among(found, rule_name=entry.name), list(unreached_of(found))
        verdict, _reason = verdict_of(entry, event, reached=bool(recipients), told=within and heard)
    return Explanation(
        entry, event, clauses, verdict, within, heard, memory.told_at, recipients, unreached, memory.decided
    )


def explain_stored(rule: AlertRule, event: SystemEvent, targets: Iterable[RuleTarget] | None = None) -> Explanation:
    """Return what a rule makes of an event, as it stands or as it is typed (then with its `targets`)."""
    known = _memory([rule.pk] if rule.pk else [], event)
    reached = rules_with_recipients([rule.pk])[rule.pk].targets.all() if targets is None else targets
    return explain(entry_of(rule), event, targets=reached, memory=known.get(rule.pk, NOTHING))


def explain_all(event: SystemEvent) -> list[Explanation]:
    """Return what every enabled rule of the account makes of an event: what selects it first, then what nearly does."""
    rules = AlertRule.objects.filter(account=event.account_id, state=AlertRule.State.ENABLED)
    entries = [entry_of(rule) for rule in rules.select_related("resource_group").order_by("name")]
    wanted = [entry.rule for entry in entries if entry.pattern.matches(event)]
    reached, known = rules_with_recipients(wanted), _memory([entry.rule for entry in entries], event)
    found = [
        explain(entry, event, targets=reached[entry.rule].targets.all() if entry.rule in reached else (),
                memory=known.get(entry.rule, NOTHING))
        for entry in entries
    ]  # fmt: skip
    return sorted(found, key=lambda each: len(each.misses))


def _memory(rules: Sequence[int], event: SystemEvent) -> dict[int, Memory]:
    mutes = Mute.objects.filter(rule__in=rules, event_name=event.name, resource=event.resource)
    told = dict(mutes.values_list("rule_id", "told_at"))
    decisions = Decision.objects.filter(account=event.account_id, event_id=event.pk, rule__in=rules)
    decided = {decision.rule_id: decision for decision in decisions}
    return {rule: Memory(told.get(rule), decided.get(rule)) for rule in {*told, *decided} if rule}
