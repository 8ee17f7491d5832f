"""Dispatch: every rule decides about every event once, and who is to be told is told once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.events.models import SystemEvent
from alerts.notifications import decide, dispatch
from alerts.notifications.decide import Selection, Told
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.rules.models import AlertRule, RuleTarget
from alerts.rules.save import delete_rule, save_rule, set_state
from tests.builders import (
    NOW,
    OTHER_UID,
    a_contact,
    a_contact_group,
    a_draft,
    a_rule,
    an_account,
    an_event,
    some_events,
)

db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
FIVE = timedelta(minutes=5)
Verdict = Decision.Verdict


def verdicts() -> list[str]:
    return [decision.verdict for decision in Decision.objects.order_by("occurred_at", "event_id")]


@db
def test_a_rule_that_wants_the_event_tells_each_destination_once() -> None:
    ann = a_contact(email="ann@example.com", webhook="https://hooks.example.com/secret-part")
    bob = a_contact(email="bob@example.com")
    rule = a_rule(group=a_contact_group(ann, bob), url="https://callback.example.com/x?key=1")
    event = an_event()
    assert dispatch_batch(now=NOW) == 1
    decision = Decision.objects.get()
    assert (decision.verdict, decision.rule, decision.event_id, decision.level) == ("TOLD", rule, event.id, "CRITICAL")
    sent = Notification.objects.order_by("id")
    assert sorted((each.channel, each.recipient) for each in sent) == [
        ("email", ann.name),
        ("email", bob.name),
        ("webhook", ann.name),
        ("webhook", rule.name),
    ]
    assert {(each.state, each.due_at, each.tries) for each in sent} == {("PENDING", NOW, 0)}
    assert SystemEvent.objects.get().dispatched_at == NOW
    assert dispatch_batch(now=NOW) == 0


@db
def test_a_contact_in_two_groups_of_a_rule_is_told_once() -> None:
    ann = a_contact()
    group, other = a_contact_group(ann), a_contact_group(ann, a_contact())
    rule = a_rule(group=group)
    rule.targets.create(kind="contact_group", group=other)
    an_event()
    dispatch_batch(now=NOW)
    assert Notification.objects.count() == 1


@db
def test_what_no_rule_wants_is_dispatched_all_the_same() -> None:
    a_rule(levels=["INFO"])
    a_rule(state=AlertRule.State.DISABLED)
    a_rule(account=an_account(OTHER_UID))
    an_event()
    assert dispatch_batch(now=NOW) == 1
    assert SystemEvent.objects.filter(dispatched_at=None).count() == 0
    decision = Decision.objects.get()
    assert (decision.verdict, decision.rule, decision.rule_name) == (Verdict.UNSELECTED, None, "")


@db
def test_a_rule_with_nobody_to_tell_says_so_and_mutes_nothing() -> None:
    rule = a_rule(group=a_contact_group())
    an_event(resource="x")
    dispatch_batch(now=NOW)
    assert verdicts() == [Verdict.NOBODY]
    rule.targets.get().group.contacts.add(a_contact())  # type: ignore[union-attr]
    an_event(resource="x", at=NOW + SECOND)
    dispatch_batch(now=NOW)
    assert verdicts() == [Verdict.NOBODY, Verdict.TOLD]


@db
def test_addresses_are_encrypted_and_shown_masked() -> None:
    a_rule(url="https://callback.example.com/a-secret-path?key=another")
    an_event()
    dispatch_batch(now=NOW)
    notification = Notification.objects.get()
    assert json.loads(notification.address)["url"].endswith("key=another")
    assert "secret" not in notification.masked
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(n)::text FROM notifications_notification n")
        (row,) = cursor.fetchone()
    assert "secret" not in row
    assert "another" not in row


class TestMute:
    """A rule tells of one event name on one resource once in its mute period, by the time of the events."""

    @db
    def test_inside_the_period_it_is_muted_and_from_its_end_on_told(self) -> None:
        a_rule(mute_for=300)
        at = [NOW, NOW + FIVE - SECOND, NOW + FIVE, NOW + 2 * FIVE - SECOND, NOW + 2 * FIVE]
        some_events([a_draft(resource="x", at=moment) for moment in at])
        dispatch_batch(now=NOW)
        assert verdicts() == ["TOLD", "MUTED", "TOLD", "MUTED", "TOLD"]
        assert Decision.objects.filter(reason="muted:300").count() == 2

    @db
    @pytest.mark.parametrize("together", [True, False])
    def test_the_clock_of_the_server_says_nothing(self, *, together: bool) -> None:
        a_rule(mute_for=300)
        for moment in (NOW, NOW + FIVE):
            an_event(resource="x", at=moment)
            if not together:
                dispatch_batch(now=NOW + timedelta(days=3))
        dispatch_batch(now=NOW + timedelta(days=3))
        assert verdicts() == ["TOLD", "TOLD"]

    @db
    def test_a_late_event_near_the_told_one_is_muted_and_one_far_from_it_told(self) -> None:
        a_rule(mute_for=300)
        for moment in (NOW, NOW - FIVE, NOW - FIVE - SECOND, NOW + SECOND):
            an_event(resource="x", at=moment)
            dispatch_batch(now=NOW)
        assert verdicts() == ["TOLD", "MUTED", "TOLD", "MUTED"]

    @db
    def test_another_name_resource_or_rule_has_a_mute_of_its_own(self) -> None:
        a_rule()
        an_event(resource="x")
        an_event(resource="y")
        an_event("Secret:RotateSecret:Success", resource="x")
        dispatch_batch(now=NOW)
        a_rule()
        an_event(resource="x", at=NOW + SECOND)
        dispatch_batch(now=NOW)
        assert sorted(verdicts()) == ["MUTED", "TOLD", "TOLD", "TOLD", "TOLD"]


@db
def test_a_poison_event_is_set_aside_and_those_behind_it_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule()
    before, poison, behind = (an_event(at=NOW + step * SECOND) for step in range(3))

    def poisoned(events: list[SystemEvent], *, now: datetime) -> list[Told]:
        if any(event.id == poison.id for event in events):
            raise ValueError
        return original(events, now=now)

    original = decide.decide
    monkeypatch.setattr(dispatch, "decide", poisoned)
    assert dispatch_batch(now=NOW) == 2
    assert set(Notification.objects.values_list("decision__event_id", flat=True)) == {before.id, behind.id}
    poison.refresh_from_db()
    assert (poison.dispatched_at, poison.failures, poison.retry_at) == (None, 1, NOW + 2 * SECOND)
    assert not Decision.objects.filter(event_id=poison.id).exists()
    assert dispatch_batch(now=NOW + SECOND) == 0
    monkeypatch.undo()
    assert dispatch_batch(now=NOW + 2 * SECOND) == 1
    assert Notification.objects.count() == 3


@db
def test_a_storm_takes_a_fixed_number_of_statements() -> None:
    for _ in range(3):
        a_rule()
    counts = []
    for size in (1, 60):
        some_events([a_draft() for _ in range(size)])
        with CaptureQueriesContext(connection) as queries:
            assert dispatch_batch(now=NOW) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def at_once(work: Callable[[], object], *, workers: int = 4) -> None:
    """Run `work` in so many threads, each with a database connection of its own."""

    def one(_number: int) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(workers)))


@committed
def test_several_dispatchers_decide_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 7)
    a_rule(mute_for=300)
    a_rule(mute_for=300)
    names = ("Secret:RotateSecret:Failure", "Secret:RotateSecret:Success")
    some_events([a_draft(names[n % 2], resource=f"r{n % 5}", at=NOW + n * SECOND / 10) for n in range(100)])
    at_once(lambda: [dispatch_batch(now=NOW) for _ in range(10)])
    assert SystemEvent.objects.filter(dispatched_at=None).count() == 0
    assert SystemEvent.objects.exclude(failures=0).count() == 0
    assert Decision.objects.count() == 200
    assert Decision.objects.filter(verdict=Verdict.TOLD).count() == Notification.objects.count() == 2 * 2 * 5


@committed
def test_a_rule_that_goes_away_meanwhile_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = a_rule()
    an_event()

    def selected(events: Iterable[SystemEvent]) -> list[Selection]:
        found = original(events)
        at_once(lambda: AlertRule.objects.filter(pk=rule.pk).delete(), workers=1)
        return found

    original = decide.selections_of
    monkeypatch.setattr(decide, "selections_of", selected)
    assert dispatch_batch(now=NOW) == 1
    assert (SystemEvent.objects.filter(dispatched_at=None).count(), verdicts()) == (0, [Verdict.UNSELECTED])


@db
def test_outside_its_effective_hours_a_rule_keeps_quiet_by_the_time_of_the_event() -> None:
    a_rule(effective_start=time(9), effective_end=time(18), time_zone="UTC")
    noon = (NOW - timedelta(days=1)).replace(hour=12, minute=0)
    an_event(resource="x", at=noon.replace(hour=3))
    an_event(resource="x", at=noon)
    dispatch_batch(now=NOW)
    assert verdicts() == [Verdict.OUTSIDE, Verdict.TOLD]


@db
def test_a_test_event_concerns_its_rule_alone_and_is_neither_muted_nor_outside() -> None:
    tested = a_rule(name="tested", state=AlertRule.State.TRIAL, weekdays=[(NOW.isoweekday() % 7) + 1])
    a_rule(name="other")
    for _ in range(2):
        an_event(resource="x", test_of=tested.pk)
    dispatch_batch(now=NOW)
    decisions = Decision.objects.values_list("rule_name", "verdict", "test")
    assert list(decisions) == [("tested", "TOLD", True)] * 2
    assert Notification.objects.count() == 2


@db
def test_a_test_event_that_misses_its_rule_says_so() -> None:
    tested = a_rule(levels=["INFO"])
    an_event(test_of=tested.pk)
    an_event(test_of=tested.pk + 1)
    dispatch_batch(now=NOW)
    assert sorted(Decision.objects.values_list("rule_name", "verdict")) == [
        ("", "UNSELECTED"), (tested.name, "UNSELECTED"),
    ]  # fmt: skip


@db
def test_a_changed_rule_is_seen_at_once() -> None:
    group = a_contact_group(a_contact())
    rule = a_rule(group=group, levels=["INFO"])
    targets = [RuleTarget(kind=RuleTarget.Kind.CONTACT_GROUP, group=group)]
    save_rule(rule, targets=targets, now=NOW)
    an_event()
    dispatch_batch(now=NOW)
    rule.levels = ["CRITICAL"]
    save_rule(rule, targets=targets, now=NOW)
    an_event()
    dispatch_batch(now=NOW)
    set_state(rule, state=AlertRule.State.DISABLED, now=NOW)
    an_event()
    dispatch_batch(now=NOW)
    delete_rule(rule)
    an_event()
    dispatch_batch(now=NOW)
    assert sorted(verdicts()) == ["TOLD", "UNSELECTED", "UNSELECTED", "UNSELECTED"]
