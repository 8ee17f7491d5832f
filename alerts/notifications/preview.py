"""Preview: what a rule would have done in the last 90 days. Reads and writes nothing; the rule need not be stored.

The parts are those of the line: `Pattern.matches`, `Hours.cover` and `audible`. It reckons as if the rule had been
there all the time, and every event had come at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.events.find import BY_ID
from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision
from alerts.notifications.muting import NEVER, audible
from alerts.notifications.past import MOST_READ, SAMPLING, Past, Slow, at_most, past_of
from alerts.rules.query import pattern_q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.notifications.recipients import Recipient
    from alerts.rules.book import Entry

CAUSES = 30
"""Kinds of events on one resource whose whole course is read, where there are too many to read them all."""
Verdict = Decision.Verdict


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule matched, and how many of the matches would have been told, muted, or outside its effective hours.

    Each told event is one message for each of `recipients`. `verdicts` is None where there was no time to reckon.
    """

    past: Past
    recipients: Sequence[Recipient]
    verdicts: Mapping[Verdict, int] | None

    @property
    def told(self) -> int:
        """How many events would have been told."""
        return (self.verdicts or {}).get(Verdict.TOLD, 0)

    @property
    def muted(self) -> int:
        """How many would have been muted."""
        return (self.verdicts or {}).get(Verdict.MUTED, 0)

    @property
    def outside(self) -> int:
        """How many would have happened outside the effective hours."""
        return (self.verdicts or {}).get(Verdict.OUTSIDE, 0)

    @property
    def messages(self) -> int:
        """How many messages that would have been."""
        return self.told * len(self.recipients)

    @property
    def mostly_muted(self) -> bool:
        """Whether its matches follow each other faster than the mute lets them through."""
        return self.muted > self.told


def preview(entry: Entry, recipients: Sequence[Recipient], *, account: str, now: datetime) -> Preview:
    """Return what the rule would have done. Raises Slow when the database takes too long even for a sample."""
    past = past_of(entry.pattern, account=account, now=now)
    if past.whole:
        return Preview(past, recipients, Counter(verdicts_of(entry, past.events).values()))
    try:
        shares = _shares(entry, past, account=account)
    except Slow:
        return Preview(past, recipients, None)
    return Preview(past, recipients, {verdict: round(past.total * share) for verdict, share in shares.items()})


def verdicts_of(entry: Entry, events: Iterable[SystemEvent]) -> dict[UUID, Verdict]:
    """Return what the rule makes of events that it matches, provided that it reaches anybody."""
    by_cause: dict[tuple[str, str], list[SystemEvent]] = defaultdict(list)
    verdicts: dict[UUID, Verdict] = {}
    for event in sorted(events, key=lambda event: event.id):
        if entry.hours.cover(event.occurred_at):
            by_cause[event.name, event.resource].append(event)
        else:
            verdicts[event.id] = Verdict.OUTSIDE
    period = timedelta(seconds=entry.mute_for)
    for found in by_cause.values():
        heard, _told_at = audible((event.occurred_at for event in found), told_at=NEVER, period=period)
        verdicts |= {
            event.id: Verdict.TOLD if loud else Verdict.MUTED for event, loud in zip(found, heard, strict=True)
        }
    return verdicts


def _shares(entry: Entry, past: Past, *, account: str) -> Mapping[Verdict, float]:
    """Return which share of the matches meets which verdict.

    A mute counts by cause, so a sample of events says nothing of it. But an event drawn at random draws its cause as
    often as that has events; so the mean over the causes drawn is the share in all.
    """
    step = max(1, len(past.events) // CAUSES)
    drawn = [(event.name, event.resource) for event in past.events[::step][:CAUSES]]
    found = SystemEvent.objects.filter(account=account, test_of=None, resource__in={resource for _, resource in drawn})
    found = found.filter(pattern_q(entry.pattern), name__in={name for name, _ in drawn})
    with at_most(SAMPLING):
        course = list(found.defer("content", "search_text").order_by(BY_ID.desc())[:MOST_READ])
    verdicts = verdicts_of(entry, course)
    by_cause: dict[tuple[str, str], Counter[Verdict]] = defaultdict(Counter)
    for event in course:
        by_cause[event.name, event.resource][verdicts[event.id]] += 1
    shares: Counter[Verdict] = Counter()
    met = [by_cause[cause] for cause in drawn if cause in by_cause]
    for counts in met:
        for verdict, count in counts.items():
            shares[verdict] += count / counts.total() / len(met)  # type: ignore[assignment]
    return shares
