"""When a window is over: what it hid is counted, written down and told, once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from alerts.contacts.models import Contact
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Notification
from alerts.notifications.silence_ends import tell_ends
from alerts.silences.keep import end_silence, extend_silence
from alerts.silences.models import Silence, SilenceWindow
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_rule, an_event, some_events
from tests.silences.quiet import HOUR, a_silence
from tests.subscriptions.making import a_configuration, a_policy

db = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def told() -> list[tuple[str, str]]:
    return [(each.purpose, each.channel) for each in Notification.objects.order_by("pk")]


@db
def test_a_minute_after_its_end_it_says_once_what_it_hid() -> None:
    a_rule(group=a_contact_group(a_contact(webhook="https://hooks.example.com/x")))
    silence = a_silence()
    some_events([a_draft(at=NOW + MINUTE), a_draft(at=NOW + 2 * MINUTE), a_draft("Key:DeleteKey:Success", at=NOW)])
    dispatch_batch(now=NOW)
    assert tell_ends(now=NOW + HOUR + 59 * timedelta(seconds=1)) == 0
    assert tell_ends(now=NOW + HOUR + MINUTE) == 1
    assert tell_ends(now=NOW + 2 * HOUR) == 0
    window = SilenceWindow.objects.get()
    assert (window.starts_at, window.ends_at, window.hidden) == (NOW, NOW + HOUR, 3)
    assert window.names == {"Secret:RotateSecret:Failure": 2, "Key:DeleteKey:Success": 1}
    assert sorted(told()) == [("NOTICE", "email"), ("NOTICE", "webhook")]
    letter = Notification.objects.first()
    assert letter is not None
    assert silence.name in letter.subject_of
    assert "Nobody was told of 3 system events: Managed secret rotation failed 2, Key deleted 1." in letter.subject_of


@db
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Nobody was told of 1 system event: Managed secret rotation failed 1."),
        ("zh-hans", "托管凭据轮转失败 1。"),
    ],
)
def test_one_event_is_one_event_in_the_language_of_the_reader(language: str, said: str) -> None:
    contact = a_contact()
    Contact.objects.update(language=language)
    a_rule(group=a_contact_group(contact))
    a_silence()
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    tell_ends(now=NOW + 2 * HOUR)
    assert said in json.loads(Notification.objects.get().subject_of)["text"]


@db
def test_one_that_hid_nothing_tells_nobody() -> None:
    a_rule()
    a_silence()
    assert tell_ends(now=NOW + 2 * HOUR) == 1
    assert (SilenceWindow.objects.get().hidden, told()) == (0, [])


@db
def test_systems_and_telephones_are_not_bothered() -> None:
    a_rule(url="https://callback.example.com/x")
    a_silence()
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    tell_ends(now=NOW + 2 * HOUR)
    assert (SilenceWindow.objects.get().hidden, told()) == (1, [])


@db
def test_who_would_have_been_told_by_a_subscription_is_told_too() -> None:
    configuration = a_configuration(group=a_contact_group(a_contact()))
    a_policy(configuration=configuration)
    a_silence()
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    tell_ends(now=NOW + 2 * HOUR)
    assert (SilenceWindow.objects.get().hidden, told()) == (1, [("NOTICE", "email")])


@db
def test_each_window_of_a_recurring_one_is_told_also_after_a_long_stop() -> None:
    a_rule(mute_for=300)
    begin = NOW - 3 * DAY - 2 * HOUR
    silence = a_silence(starts_at=begin, now=begin - HOUR, rule="FREQ=DAILY", lasts=HOUR)
    for days in range(3):
        an_event(at=begin + days * DAY + MINUTE)
    dispatch_batch(now=NOW)
    while tell_ends(now=NOW):
        pass
    assert [window.hidden for window in SilenceWindow.objects.order_by("ends_at")] == [1, 1, 1, 0]
    silence.refresh_from_db()
    assert silence.untold_end == begin + 4 * DAY + HOUR


@db
def test_ending_and_extending_move_what_is_told() -> None:
    a_rule()
    silence = a_silence()
    an_event(at=NOW + MINUTE)
    dispatch_batch(now=NOW)
    extend_silence(silence, length=HOUR, now=NOW + MINUTE, by="li.na")
    assert tell_ends(now=NOW + HOUR + 2 * MINUTE) == 0
    end_silence(silence, now=NOW + 80 * MINUTE, by="li.na")
    assert tell_ends(now=NOW + 82 * MINUTE) == 1
    window = SilenceWindow.objects.get()
    assert (window.starts_at, window.ends_at, window.hidden) == (NOW, NOW + 80 * MINUTE, 1)


@db
def test_killed_before_the_commit_it_is_told_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule()
    a_silence()
    an_event(at=NOW)
    dispatch_batch(now=NOW)

    def killed(*_args: object, **_kwargs: object) -> None:
        raise SystemExit(137)

    with monkeypatch.context() as broken:
        broken.setattr("alerts.notifications.silence_ends.next_end", killed)
        with pytest.raises(SystemExit):
            tell_ends(now=NOW + 2 * HOUR)
    assert (SilenceWindow.objects.count(), told()) == (0, [])
    assert tell_ends(now=NOW + 2 * HOUR) == 1
    assert (SilenceWindow.objects.count(), told()) == (1, [("NOTICE", "email")])


@pytest.mark.django_db(transaction=True)
def test_several_workers_tell_each_window_once() -> None:
    a_rule()
    for _ in range(10):
        a_silence(names=["Secret:RotateSecret:Failure"])
    an_event(at=NOW)
    dispatch_batch(now=NOW)

    def work(_number: int) -> int:
        try:
            return tell_ends(now=NOW + 2 * HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert sum(counts) == 10
    assert SilenceWindow.objects.count() == 10
    assert Silence.objects.filter(untold_end__isnull=False).count() == 0
    assert told() == [("NOTICE", "email")]
