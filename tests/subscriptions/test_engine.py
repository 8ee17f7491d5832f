"""The engine with a simulated clock: every combination of denoise, merge, repeat and escalation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern
from alerts.subscriptions.backtest import Plan, Replay, Voices
from alerts.subscriptions.engine import Arrival, Outcome, Situation, Tick, step
from alerts.subscriptions.state import State
from alerts.subscriptions.terms import Step, Terms

BEGIN = datetime(2026, 6, 1, 10, tzinfo=UTC)
FAILED, SUCCEEDED = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
BOSS = 7


@dataclass(frozen=True)
class Happening:
    """An event of the past, made of what matters here."""

    seconds: float
    resource: str = "A"
    name: str = FAILED
    level: str = "CRITICAL"
    begin: datetime = BEGIN
    product: str = "KMS"
    event_type: str = "Exception"
    status: str = "Failed"
    region: str = "cn-hangzhou"
    instance_name: str = ""
    group_id: str = ""
    search_text: str = ""
    content: dict[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.resource}{self.seconds}"

    @property
    def occurred_at(self) -> datetime:
        return self.begin + timedelta(seconds=self.seconds)


def said(terms: Terms, events: list[Happening], *, merge_by: tuple[str, ...] = (), end: int = 20_000) -> list[str]:
    """Return what a policy that selects failures says, as `<kind>@<seconds>`, in order."""
    people = {"CRITICAL": ("Ann",)}
    voices = Voices(people=people, mails={"CRITICAL": 1}, groups={BOSS: {"CRITICAL": ("Boss",)}})
    replay = Replay(Plan(Pattern(names=(FAILED,)), terms, merge_by, voices))
    replay.feed(events)
    report = replay.finish(end=BEGIN + timedelta(seconds=end))
    return [f"{each.kind}@{(each.at - BEGIN).total_seconds():g}" for each in report.messages]


STORY = [
    *(Happening(second) for second in (0, 10)), Happening(15, "B"), *(Happening(second) for second in (20, 30, 40)),
    Happening(7000, "A", SUCCEEDED, "INFO"), Happening(7000, "B", SUCCEEDED, "INFO"),
]  # fmt: skip
"""A fails five times within 40 seconds and B once in between; both succeed after 7,000 seconds."""
TOGETHER, APART = ("together", "by name"), ("by resource",)
MERGES = {"together": (), "by name": ("name",), "by resource": ("resource",)}
NEWS = {
    ("DIRECT_MUTED", TOGETHER): ["FIRST@0", "MORE@300"],
    ("DIRECT_MUTED", APART): ["FIRST@0", "FIRST@15"],
    ("COUNT", TOGETHER): ["FIRST@30"],
    ("COUNT", APART): ["FIRST@40"],
    ("ALWAYS", TOGETHER): ["FIRST@0", "MORE@10", "MORE@15", "MORE@20", "MORE@30", "MORE@40"],
    ("ALWAYS", APART): ["FIRST@0", "MORE@10", "FIRST@15", "MORE@20", "MORE@30", "MORE@40"],
}
REPEATS = {
    ("DIRECT_MUTED", TOGETHER): ["REPEAT@3900"],
    ("DIRECT_MUTED", APART): ["REPEAT@3600", "REPEAT@3615"],
    ("COUNT", TOGETHER): ["REPEAT@3630"],
    ("COUNT", APART): ["REPEAT@3640"],
    ("ALWAYS", TOGETHER): ["REPEAT@3640"],
    ("ALWAYS", APART): ["REPEAT@3615", "REPEAT@3640"],
}
CLIMBS = {
    ("DIRECT_MUTED", TOGETHER): ["ESCALATION@1800"],
    ("DIRECT_MUTED", APART): ["ESCALATION@1800", "ESCALATION@1815"],
    ("COUNT", TOGETHER): ["ESCALATION@1830"],
    ("COUNT", APART): ["ESCALATION@1840"],
    ("ALWAYS", TOGETHER): ["ESCALATION@1800"],
    ("ALWAYS", APART): ["ESCALATION@1800", "ESCALATION@1815"],
}
ENDS: dict[tuple[str, tuple[str, ...]], int] = {("DIRECT_MUTED", APART): 2, ("ALWAYS", APART): 2}
COMBINATIONS = list(itertools.product(("DIRECT_MUTED", "COUNT", "ALWAYS"), MERGES, (0, 3600), (False, True)))


@pytest.mark.parametrize(("denoise", "merge", "repeat", "escalates"), COMBINATIONS)
def test_every_combination_says_what_its_table_says(denoise: str, merge: str, repeat: int, escalates: bool) -> None:  # noqa: FBT001
    case = denoise, next(each for each in (TOGETHER, APART) if merge in each)
    terms = Terms(denoise=denoise, repeat=repeat, steps=(Step(1800, BOSS),) if escalates else ())
    wanted = [
        *NEWS[case], *(CLIMBS[case] if escalates else ()), *(REPEATS[case] if repeat else ()),
        *["RECOVERY@7000"] * ENDS.get(case, 1),
    ]  # fmt: skip
    assert said(terms, STORY, merge_by=MERGES[merge]) == wanted


def test_a_storm_of_twenty_thousand_events_gives_one_message_repeats_and_one_recovery() -> None:
    storm = [Happening(number / 4) for number in range(20_000)]
    found = said(Terms(repeat=1800), [*storm, Happening(6000, name=SUCCEEDED, level="INFO")])
    assert found == ["FIRST@0", "REPEAT@1800", "REPEAT@3600", "REPEAT@5400", "RECOVERY@6000"]


def test_repeats_end_after_so_many_and_a_wait_merges_the_first() -> None:
    found = said(Terms(wait=30, repeat=600, repeat_most=2), [Happening(0), Happening(20, "B")])
    assert found == ["FIRST@30", "REPEAT@630", "REPEAT@1230"]


def test_a_group_interval_keeps_news_back_longer_than_a_mute() -> None:
    found = said(Terms(mute=60, interval=900), [Happening(0), Happening(100, "B"), Happening(1000, "C")])
    assert found == ["FIRST@0", "MORE@900", "MORE@1800"]


def test_an_escalation_goes_through_its_steps_as_often_as_it_has_rounds() -> None:
    terms = Terms(steps=(Step(60, BOSS), Step(120, BOSS)), rounds=2)
    assert said(terms, [Happening(0)]) == [
        "FIRST@0", "ESCALATION@60", "ESCALATION@180", "ESCALATION@240", "ESCALATION@360",
    ]  # fmt: skip


def test_what_opens_nothing_is_not_escalated_and_told_anew_after_the_mute() -> None:
    terms = Terms(steps=(Step(60, BOSS),))
    events = [Happening(second, name="Something:Else") for second in (0, 100, 400)]
    replay = Replay(Plan(Pattern(), terms, (), Voices(people={"CRITICAL": ("Ann",)})))
    replay.feed(events)
    assert [each.kind for each in replay.finish(end=BEGIN + timedelta(hours=2)).messages] == ["FIRST", "FIRST"]


def walk(terms: Terms, *, now: datetime = BEGIN) -> Outcome:
    """Return how a bundle stands whose first event opened an incident and was told at once."""
    arrived = step(State(), Arrival(now, "CRITICAL", "1", opens=True), now=now, terms=terms)
    return step(arrived.state, Tick(lambda: Situation(lasting=True)), now=now, terms=terms)


def test_a_hold_stops_repeats_and_escalation_and_its_end_begins_anew() -> None:
    terms = Terms(repeat=600, steps=(Step(300, BOSS),))
    until = BEGIN + timedelta(hours=1)
    first = walk(terms)
    held = Tick(lambda: Situation(lasting=True, held=True, held_until=until))
    quiet = step(first.state, held, now=BEGIN + timedelta(seconds=300), terms=terms)
    assert (quiet.speeches, quiet.due_at) == ((), until)
    again = step(quiet.state, Tick(lambda: Situation(lasting=True)), now=until, terms=terms)
    assert [speech.kind for speech in again.speeches] == ["REPEAT"]
    assert again.due_at == until + timedelta(seconds=300)
    assert again.state.climbed == 0


def test_a_state_survives_being_stored_at_every_step() -> None:
    terms = Terms(denoise="COUNT", count=2, repeat=600, steps=(Step(300, BOSS),), wait=10)
    state, now = State(), BEGIN
    for number in range(12):
        now += timedelta(seconds=100)
        state = step(state, Arrival(now, "WARN", str(number), fresh=number < 2, opens=True), now=now, terms=terms).state
        assert State.from_json(state.as_json()) == state
        state = step(state, Tick(lambda: Situation(lasting=True)), now=now, terms=terms).state
        assert State.from_json(state.as_json()) == state
    assert Terms.from_json(terms.as_json()) == terms
    late = replace(terms, hours=Hours(time(22), time(6), (1, 5), "Europe/Berlin"))
    assert Terms.from_json(late.as_json()) == late


def test_without_room_for_mails_news_waits_and_an_escalation_does_not() -> None:
    terms = Terms(steps=(Step(60, BOSS),))
    room = BEGIN + timedelta(seconds=200)
    first = walk(terms)
    now = BEGIN + timedelta(seconds=60)
    lasting = Tick(lambda: Situation(lasting=True), room_at=room)
    state = step(first.state, Arrival(now, "CRITICAL", "2"), now=now, terms=replace(terms, mute=0)).state
    found = step(state, lasting, now=now, terms=replace(terms, mute=0))
    assert [speech.kind for speech in found.speeches] == ["ESCALATION"]
