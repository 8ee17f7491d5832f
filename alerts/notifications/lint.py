"""Lint: what is wrong with alert rules although each of their fields is right.

Whatever can be told from the rules themselves is told from them. What depends on what happens is told from the last 90
days: for one rule from all that it matched, for a list from a sample of the account's events, with as many questions to
the database however many rules there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count

from alerts.events.partitions import RETENTION
from alerts.notifications.deliver import channel_settings
from alerts.notifications.models import Decision, Destination
from alerts.notifications.past import Slow, sample_of
from alerts.notifications.recipients import recipients_among
from alerts.notifications.unreached import unreached_of
from alerts.rules.book import compiled
from alerts.rules.contain import contains, never_holds
from alerts.rules.models import AlertRule
from alerts.rules.shelf import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alerts.channels.base import ChannelSettings
    from alerts.events.models import SystemEvent
    from alerts.notifications.recipients import Recipient
    from alerts.notifications.unreached import Unreached
    from alerts.rules.book import Entry
    from alerts.rules.models import RuleTarget

MOST_COMPARED = 1_000
"""Enabled rules of an account that others are compared with."""
ENOUGH = 3
"""Matches from which on the past may say that another rule matches all the same."""
COVERED = "targets__group__contacts__addresses"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `about` is a field, another rule, a channel or a masked address, as the code says.

    Codes: `never-holds`, `never-matched`, `shadowed`, `nobody`, `unreached`, `paused`, `unconfigured`, `mostly-muted`.
    `sure` tells what the rules themselves, or all events, say; otherwise `looked_at` events said so.
    """

    code: str
    about: str = ""
    sure: bool = True
    looked_at: int = 0
    unreached: Unreached | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A rule as lint looks at it: `matched` are its matches among the `looked_at` events that were read.

    `whole` says that these were all events there are; `fired` that it is known to have matched whatever these say.
    """

    entry: Entry
    targets: Sequence[RuleTarget]
    matched: Sequence[SystemEvent] = ()
    looked_at: int = 0
    whole: bool = True
    fired: bool = False
    mostly_muted: bool = False
    enabled: bool = True
    recipients: Sequence[Recipient] = field(default_factory=list)

    @property
    def destinations(self) -> frozenset[str]:
        """Whom it tells."""
        return frozenset(each.destination for each in self.recipients)


def suspect(entry: Entry, targets: Iterable[RuleTarget], **known: object) -> Suspect:
    """Return a rule with its recipients worked out."""
    found = list(targets)
    return Suspect(entry, found, recipients=recipients_among(found, rule_name=entry.name), **known)  # type: ignore[arg-type]


def findings_of(rules: Iterable[AlertRule], *, account: str, now: datetime) -> dict[int, list[Finding]]:
    """Return what is wrong with each of these rules of an account, by their keys."""
    keys = [rule.pk for rule in rules]
    suspects = _suspects(keys, account=account, now=now)
    others = [each for each in suspects.values() if each.enabled]
    paused = paused_among((each for key in keys if key in suspects for each in suspects[key].recipients), account)
    return {key: list(lint(suspects[key], others, paused=paused)) for key in keys if key in suspects}


def paused_among(recipients: Iterable[Recipient], account: str) -> frozenset[str]:
    """Return which destinations are paused for having failed too long."""
    wanted = {each.destination for each in recipients}
    paused = Destination.objects.filter(account=account, destination__in=wanted, paused_at__isnull=False)
    return frozenset(paused.values_list("destination", flat=True))


def others_than(rule: AlertRule) -> list[Suspect]:
    """Return the enabled rules of the account besides this one."""
    found = AlertRule.objects.filter(account=rule.account_id, state=AlertRule.State.ENABLED).exclude(pk=rule.pk)
    found = found.select_related("resource_group").prefetch_related(COVERED).order_by("pk")[:MOST_COMPARED]
    return [suspect(entry_of(each), each.targets.all()) for each in found]


def lint(one: Suspect, others: Iterable[Suspect], *, paused: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with one rule, the gravest first."""
    if name := never_holds(one.entry.pattern):
        yield Finding("never-holds", name)
    elif not one.matched and not one.fired:
        yield Finding("never-matched", sure=one.whole, looked_at=one.looked_at)
    yield from _about_recipients(one, paused)
    if one.enabled and (found := _shadow(one, others)):
        yield found
    if one.mostly_muted:
        yield Finding("mostly-muted")


def _about_recipients(one: Suspect, paused: frozenset[str]) -> Iterator[Finding]:
    if not one.recipients:
        yield Finding("nobody")
    yield from (Finding("unreached", unreached=each) for each in unreached_of(one.targets))
    yield from (Finding("paused", each.masked) for each in one.recipients if each.destination in paused)
    known = channel_settings()
    channels = dict.fromkeys(each.channel for each in one.recipients)
    yield from (Finding("unconfigured", channel) for channel in channels if not configured(channel, known))


def configured(channel: str, known: ChannelSettings) -> bool:
    """Tell whether this installation can send by a channel; if it cannot, messages stay in the outbox."""
    needs: Mapping[str, str] = {
        "email": known.smtp_url,
        "sms": known.phone.sms_url or known.phone.sms_template,
        "voice": known.phone.voice_url,
        **dict.fromkeys(("queue", "function", "log"), known.cloud.access_key_id),
    }
    return bool(needs.get(channel, "none"))


def _shadow(one: Suspect, others: Iterable[Suspect]) -> Finding | None:
    """Return the rule that makes this one needless: it matches all the same, and tells the same at least as often."""
    destinations = one.destinations
    able = [each for each in others if _tells_as_well(each, one, destinations)]
    for each in able:
        if contains(each.entry.pattern, one.entry.pattern):
            return Finding("shadowed", each.entry.name)
    for each in able:
        if len(one.matched) >= ENOUGH and all(each.entry.pattern.matches(event) for event in one.matched):
            return Finding("shadowed", each.entry.name, sure=False, looked_at=len(one.matched))
    return None


def _tells_as_well(other: Suspect, one: Suspect, destinations: frozenset[str]) -> bool:
    ours, theirs = one.entry, other.entry
    if ours.rule == theirs.rule or not destinations or theirs.mute_for > ours.mute_for:
        return False
    if not (theirs.hours.always or theirs.hours == ours.hours) or not destinations <= other.destinations:
        return False
    # Of two that do the same, the older one is kept.
    alike = theirs.mute_for == ours.mute_for and destinations == other.destinations and theirs.hours == ours.hours
    return not (alike and 0 < ours.rule < theirs.rule and contains(ours.pattern, theirs.pattern))


def _suspects(keys: Sequence[int], *, account: str, now: datetime) -> dict[int, Suspect]:
    """Return these rules, and those that they are compared with, with what the past says of them."""
    saved = AlertRule.objects.saved().filter(account=account).select_related("resource_group").prefetch_related(COVERED)
    enabled = list(saved.filter(state=AlertRule.State.ENABLED).order_by("pk")[:MOST_COMPARED])
    known = {rule.pk for rule in enabled}
    rules = [*enabled, *saved.filter(pk__in=[key for key in keys if key not in known])]
    try:
        events, whole = sample_of(account=account, now=now)
    except Slow:
        events, whole = [], False
    matched: dict[int, list[SystemEvent]] = defaultdict(list)
    book = compiled(map(entry_of, rules))
    for event in events:
        for entry in book.matching(event):
            matched[entry.rule].append(event)
    verdicts = _verdicts(keys, now=now)
    return {
        rule.pk: suspect(
            entry_of(rule), rule.targets.all(), matched=matched[rule.pk], looked_at=len(events), whole=whole,
            fired=bool(verdicts[rule.pk]), enabled=rule.state == AlertRule.State.ENABLED,
            mostly_muted=verdicts[rule.pk]["MUTED"] > verdicts[rule.pk]["TOLD"],
        )
        for rule in rules
    }  # fmt: skip


def _verdicts(keys: Sequence[int], *, now: datetime) -> dict[int, Counter[str]]:
    """Return how often the rules decided what in 90 days."""
    decisions = Decision.objects.filter(rule__in=keys, test=False, decided_at__gte=now - RETENTION)
    verdicts: dict[int, Counter[str]] = defaultdict(Counter)
    for rule, verdict, count in decisions.order_by().values_list("rule", "verdict").annotate(n=Count("pk")):
        verdicts[rule][verdict] = count
    return verdicts
