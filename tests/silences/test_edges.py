"""Silences at their edges: their very start and end, overlaps, changes while they hide, and what is told then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.notifications.silence_ends import tell_ends
from alerts.notifications.speak import speak_batch
from alerts.silences.keep import delete_silence, end_silence, keep_silence
from alerts.silences.models import SilenceWindow
from tests.builders import NOW, a_draft, a_rule, a_user, an_event, some_events
from tests.silences.quiet import HOUR, a_silence
from tests.subscriptions.making import a_policy

pytestmark = pytest.mark.django_db
MINUTE, MOMENT = timedelta(minutes=1), timedelta(milliseconds=1)


def hidden() -> list[int]:
    return [window.hidden for window in SilenceWindow.objects.order_by("ends_at", "silence")]


def test_the_first_moment_is_hidden_and_the_last_is_not() -> None:
    a_rule(mute_for=0)
    a_silence()
    some_events([a_draft(at=at) for at in (NOW - MOMENT, NOW, NOW + HOUR - MOMENT, NOW + HOUR)])
    dispatch_batch(now=NOW + 2 * HOUR)
    verdicts = Decision.objects.order_by("occurred_at").values_list("verdict", flat=True)
    assert [verdict == "SILENCED" for verdict in verdicts] == [False, True, True, False]
    assert tell_ends(now=NOW + 2 * HOUR) == 1
    assert hidden() == [2]


def test_of_two_that_overlap_each_event_is_counted_once_and_nothing_is_sent_when_the_first_ends() -> None:
    a_policy(group_wait=60)
    a_rule()
    a_silence(lasts=2 * HOUR)
    a_silence(starts_at=NOW + HOUR, lasts=2 * HOUR)
    some_events([a_draft(at=NOW + minutes * MINUTE) for minutes in (30, 90, 150)])
    dispatch_batch(now=NOW + 150 * MINUTE)
    speak_batch(now=NOW + 5 * HOUR)
    assert set(Decision.objects.values_list("verdict", flat=True)) == {"SILENCED"}
    assert not Notification.objects.exists()
    while tell_ends(now=NOW + 5 * HOUR):
        pass
    assert hidden() == [2, 1]


def test_what_one_hid_before_it_was_moved_is_told_at_its_end() -> None:
    a_rule()
    silence = a_silence(lasts=4 * HOUR)
    an_event(at=NOW + MINUTE)
    dispatch_batch(now=NOW + MINUTE)
    silence.starts_at = NOW + 2 * HOUR
    keep_silence(silence, now=NOW + HOUR, by="li.na")
    an_event(at=NOW + 3 * HOUR)
    dispatch_batch(now=NOW + 3 * HOUR)
    while tell_ends(now=NOW + 5 * HOUR):
        pass
    assert hidden() == [2]


def test_what_a_recurring_one_hid_before_its_rule_was_changed_is_told_at_the_end_of_the_next_window() -> None:
    a_rule(mute_for=0)
    silence = a_silence(starts_at=NOW - MINUTE, now=NOW - HOUR, rule="FREQ=DAILY", lasts=HOUR)
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    silence.starts_at = NOW + 5 * HOUR
    keep_silence(silence, now=NOW + MINUTE, by="li.na")
    while tell_ends(now=NOW + 7 * HOUR):
        pass
    assert hidden() == [1]
    an_event(at=NOW + 29 * HOUR)
    dispatch_batch(now=NOW + 29 * HOUR)
    while tell_ends(now=NOW + 31 * HOUR):
        pass
    assert hidden() == [1, 1]


def test_shortened_to_now_deleted_or_ended_twice_it_hides_nothing_any_more() -> None:
    a_rule(mute_for=0)
    silence, other = a_silence(), a_silence(lasts=3 * HOUR)
    end_silence(silence, now=NOW + MINUTE, by="li.na")
    delete_silence(other)
    an_event(at=NOW + MINUTE)
    dispatch_batch(now=NOW + MINUTE)
    assert Decision.objects.get().verdict == "TOLD"
    assert tell_ends(now=NOW + 5 * HOUR) == 1
    assert tell_ends(now=NOW + 5 * HOUR) == 0
    assert hidden() == [0]


def test_opening_what_only_forms_are_sent_to_shows_a_page_that_says_so(client: Client) -> None:
    client.force_login(a_user())
    answer = client.get(reverse("cloudmonitor:silence_preview") + "?rule=FREQ=DAILY%00")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")
    assert "This address is not for opening" in answer.content.decode()
