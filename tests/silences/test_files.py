"""Silences in the file of rules: written, compared, brought in again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.notifications.files import MORE
from alerts.rules.files.load import Plan, load, planned
from alerts.rules.files.write import exported
from alerts.silences.models import Silence
from tests.builders import NOW, OTHER_UID, an_account
from tests.silences.quiet import HOUR, a_silence

pytestmark = pytest.mark.django_db


def bring_in(text: str, uid: str = "") -> Plan:
    return load(an_account(uid) if uid else an_account(), text, now=NOW, by="me", more=MORE)


def test_what_one_account_has_is_made_in_another_and_the_same_file_changes_nothing() -> None:
    a_silence(name="once", names=["Key:DeleteKey:Success"], resources=["*:key/prod-*"], keywords=["a", "b"])
    a_silence(name="again", rule="FREQ=MONTHLY;BYDAY=3TU", lasts=4.5 * HOUR, time_zone="Europe/Berlin",
              starts_at=NOW.replace(second=0))  # fmt: skip
    text = exported(an_account(), secrets=False, more=MORE)
    plan = bring_in(text, OTHER_UID)
    assert (plan.mistakes, [(step.title, step.name, step.new) for step in plan.steps]) == (
        [], [("Silence", "again", True), ("Silence", "once", True)],
    )  # fmt: skip
    assert exported(an_account(OTHER_UID), secrets=False, more=MORE) == text
    assert bring_in(text, OTHER_UID).steps == []
    mine, copied = (Silence.objects.get(account=uid, name="again") for uid in (an_account().pk, OTHER_UID))
    assert copied.schedule() == mine.schedule()


def test_a_change_is_told_field_by_field_and_a_plan_changes_nothing() -> None:
    a_silence(name="once", reason="Change 1")
    text = exported(an_account(), secrets=False, more=MORE).replace("Change 1", "Change 2")
    (step,) = planned(an_account(), text, now=NOW, more=MORE).steps
    assert [(each.label, each.before, each.after) for each in step.changes] == [("Reason", "Change 1", "Change 2")]
    assert Silence.objects.get().reason == "Change 1"


def test_without_a_start_it_begins_once() -> None:
    end = f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    text = f"silences:\n- name: now\n  reason: x\n  ends_at: {end}\n"
    assert bring_in(text).mistakes == []
    assert Silence.objects.get().starts_at == NOW
    assert load(an_account(), text, now=NOW + HOUR, by="me", more=MORE).steps == []


def test_what_is_over_keeps_no_file_from_being_brought_in() -> None:
    plan = bring_in("silences:\n- name: old\n  reason: x\n  ends_at: 2026-01-01T00:00:00Z\n")
    assert (plan.mistakes, plan.steps, Silence.objects.count()) == ([], [], 0)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("rule: FREQ=HOURLY\n  begins: 22:00\n  lasts: 4:00", "Line 2: Silence “x”: Recurrence: “FREQ=HOURLY”"),
        ("ends_at: tomorrow", "write a moment such as"),
        ("ends_at: 2026-11-22T10:00:00", "write a moment such as"),
        ("resource_group: nowhere\n  ends_at: 2126-01-01T00:00:00Z", "no resource group “nowhere”"),
        ("colour: red", "“colour” is no field here"),
        ("levels: [LOUD]\n  ends_at: 2126-01-01T00:00:00Z", "LOUD"),
    ],
)
def test_a_mistake_is_said_with_its_line(lines: str, sentence: str) -> None:
    plan = bring_in(f"silences:\n- name: x\n  reason: y\n  {lines}\n")
    assert sentence in "\n".join(map(str, plan.mistakes))
    assert not Silence.objects.exists()
