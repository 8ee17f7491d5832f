"""Storms and interruptions: many events of one cause, batches of any size, and a worker that dies in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from alerts.events.models import SystemEvent
from alerts.incidents.models import Incident
from alerts.notifications import dispatch, gather, speak
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.notifications.policy_backtest import Progress, backtest, plan_of
from alerts.notifications.policy_backtest import run as replay
from alerts.notifications.running import Running
from alerts.notifications.speak import speak_batch
from alerts.subscriptions.backtest import Replay
from alerts.subscriptions.models import Batch, Bundle, BundleMember
from tests.builders import NOW, UID, a_draft, some_events
from tests.subscriptions.making import MINUTE, SECOND, a_configuration, a_group, a_policy, an_incident, kinds, run

pytestmark = pytest.mark.django_db

ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/storm"


def a_storm(number: int, *, start: int = 0) -> None:
    """Record so many failed rotations of one secret within a minute, all of one incident."""
    incident = Incident.objects.filter(resource=ARN).first() or an_incident(ARN)
    drafts = [a_draft(resource=ARN, at=NOW + timedelta(seconds=start, milliseconds=each)) for each in range(number)]
    some_events(drafts)
    SystemEvent.objects.filter(resource=ARN).update(incident_id=incident.pk)


def test_a_storm_for_one_cause_gives_one_message_one_repeat_per_interval_and_one_recovery() -> None:
    a_policy(repeat_interval=3600)
    a_storm(2_000)
    run(NOW + MINUTE)
    a_storm(1_000, start=600)
    run(NOW + 11 * MINUTE)
    run(NOW + 61 * MINUTE)
    run(NOW + 62 * MINUTE)
    Incident.objects.update(state="CLOSED")
    run(NOW + 63 * MINUTE)
    assert kinds() == ["FIRST", "REPEAT", "RECOVERY"]
    assert Notification.objects.count() == 3
    assert BundleMember.objects.get().count == 3_000
    assert set(Decision.objects.values_list("verdict", "batch__kind")) == {("TOLD", "FIRST"), ("TOLD", "REPEAT")}


class Killed(BaseException):
    """What a worker does not survive."""


Point = tuple[Callable[..., int], object, str]
"""A verb, and the function at whose end its worker dies."""


POINTS: tuple[Point, ...] = (
    (dispatch_batch, gather, "store"), (dispatch_batch, gather, "tell_stored"), (dispatch_batch, gather, "say"),
    (dispatch_batch, dispatch, "decide"), (speak_batch, speak, "advance"), (speak_batch, speak, "write"),
    (speak_batch, gather, "say"),
)  # fmt: skip


def story(monkeypatch: pytest.MonkeyPatch, *, kill: Point | None) -> list[tuple[object, ...]]:
    """Live through a wait, an escalation, a repeat and a recovery; die once at the end of a function if told so."""
    a_policy(a_configuration(a_group("a@example.com"), steps=[(10, a_group("b@example.com"))]), group_wait=30,
             repeat_interval=3600)  # fmt: skip
    moments = (NOW, NOW + 30 * SECOND, NOW + 11 * MINUTE, NOW + 62 * MINUTE, NOW + 63 * MINUTE)
    for number, now in enumerate(moments):
        if number in (0, 2):
            a_storm(3, start=number * 300)
        if number == len(moments) - 1:
            Incident.objects.update(state="CLOSED")
        if kill:
            _die(monkeypatch, *kill, now=now)
        run(now)
    fields = ("kind", "number", "count", "level", "made_at", "since", "until", "step")
    told = list(Batch.objects.order_by("made_at", "number").values_list(*fields))
    verdicts = Decision.objects.order_by("occurred_at").values_list("verdict", "batch__kind")
    return [*told, *verdicts, ("notifications", Notification.objects.count())]


def _die(
    monkeypatch: pytest.MonkeyPatch, verb: Callable[..., int], module: object, name: str, *, now: datetime
) -> None:
    whole = getattr(module, name)

    def dies(*args: object, **kwargs: object) -> None:
        whole(*args, **kwargs)
        raise Killed

    if verb is speak_batch:
        while dispatch_batch(now=now):
            pass
    with monkeypatch.context() as patched, suppress(Killed), transaction.atomic():
        patched.setattr(module, name, dies)
        verb(now=now)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_at_any_step_changes_nothing(point: Point, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        undisturbed = story(monkeypatch, kill=None)
        transaction.set_rollback(True)
    assert story(monkeypatch, kill=point) == undisturbed
    assert [row[0] for row in undisturbed[:4]] == ["FIRST", "ESCALATION", "REPEAT", "RECOVERY"]


def test_batches_of_any_size_come_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for size in (1, 7, 500):
        monkeypatch.setattr(dispatch, "BATCH", size)
        with transaction.atomic():
            found.append(story(monkeypatch, kill=None))
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2]


def test_a_bundle_that_breaks_waits_and_the_others_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    a_policy(group_wait=30, merge_by=["resource"])
    some_events([a_draft(at=NOW + each * SECOND) for each in range(3)])
    run(NOW)
    broken = Bundle.objects.order_by("pk")[1].pk
    whole = gather.advance

    def breaks(work: gather.Gathering, running: Running) -> None:
        if running.row.pk == broken:
            raise ValueError("broken")
        whole(work, running)

    monkeypatch.setattr(speak, "advance", breaks)
    speak_batch(now=NOW + 30 * SECOND)
    assert Batch.objects.count() == 2
    row = Bundle.objects.get(pk=broken)
    assert (row.failures, row.due_at) == (1, NOW + 32 * SECOND)
    monkeypatch.undo()
    run(NOW + 32 * SECOND)
    assert Batch.objects.count() == 3


def test_a_backtest_says_what_was_said() -> None:
    policy = a_policy(a_configuration(a_group(), steps=[(1, a_group())]), merge_by=["name"], repeat_interval=1200)
    a_storm(300, start=-3600)
    some_events([a_draft("Secret:RotateSecret:Success", resource=ARN, at=NOW - MINUTE)])
    (report,) = backtest([plan_of(policy)], account=UID, now=NOW)
    assert (report.events, [each.kind for each in report.messages]) == (
        301, ["FIRST", "ESCALATION", "REPEAT", "REPEAT", "RECOVERY"],
    )  # fmt: skip
    assert [count for _name, count in report.by_person()] == [4, 2]


def test_a_backtest_tells_how_far_it_is_and_compares_two() -> None:
    policy = a_policy()
    a_storm(30, start=-7200)
    before = Replay(plan_of(policy))
    policy.denoise = "ALWAYS"
    policy.configuration = None
    edited = Replay(plan_of(policy, push=[]))
    progress = list(replay([before, edited], account=UID, now=NOW))
    assert progress[-1] == Progress(30, 1.0)
    assert (len(before.report.messages), len(edited.report.messages)) == (1, 0)
