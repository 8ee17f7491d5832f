"""Backtest of a subscription policy: as it is stored beside what is typed, with figures, people and a picture."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from alerts.accounts.models import Role
from alerts.notifications import policy_backtest
from alerts.notifications.models import Notification
from alerts.subscriptions.backtest import Replay
from alerts.subscriptions.models import SubscriptionPolicy
from tests.builders import a_draft, an_arn, some_events
from tests.cloudmonitor.people import a_stranger, sent, signed_in, words_of
from tests.cloudmonitor.test_subscriptions import typed
from tests.subscriptions.making import a_configuration, a_policy, a_push_channel

pytestmark = pytest.mark.django_db

NEW = reverse("cloudmonitor:subscription_policy_backtest")
DELETED = "Key:DeleteKey:Success"


def of(policy: SubscriptionPolicy) -> str:
    return reverse("cloudmonitor:subscription_policy_backtest_stored", args=[policy.pk])


def a_past(*, days: int = 5) -> None:
    """Make two events in a row on each of some days."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    moments = [noon - timedelta(days=day, seconds=second) for day in range(1, days + 1) for second in (0, 20)]
    some_events([a_draft(DELETED, at=moment, resource=an_arn("key", "key-1")) for moment in moments])


def found_in(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200
    return BeautifulSoup(answer.getvalue(), "html.parser")


def said_in(page: BeautifulSoup) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.select(".backtest-said")]


def test_what_is_typed_is_compared_with_what_is_stored() -> None:
    a_past()
    channel = a_push_channel()
    policy = a_policy(names=[DELETED], push=[channel])
    answer = signed_in().post(of(policy), typed(names=[DELETED], denoise="COUNT", denoise_count="3",
                                                configuration=policy.configuration_id))  # fmt: skip
    page = found_in(answer)
    stored, edited = said_in(page)
    assert stored.startswith("10 events, 5 messages, 0 at night, to ")
    assert channel.name in stored
    assert edited == "10 events, 0 messages, 0 at night, to nobody."
    assert len(page.select("figure.backtest-picture")) == 2
    assert page.select("figure.backtest-picture rect title")
    assert "5" in page.select("table tbody td.numeric")[0].get_text() or page.select("table tbody td.numeric")
    assert page.select_one("progress[value='100']")
    assert str(page).count("</html>") == 1
    assert not Notification.objects.exists()


def test_a_new_policy_is_replayed_as_it_is_typed_and_a_mistake_is_said() -> None:
    a_past(days=2)
    configuration = a_configuration()
    fields = typed(names=[DELETED], configuration=configuration.pk)
    assert said_in(found_in(signed_in().post(NEW, fields)))[0].startswith("4 events, 2 messages, 0 at night, to ")
    wrong = sent(signed_in(), NEW, fields | {"denoise_mute_0": "x"}, expect=422)
    assert "Write a whole number." in words_of(wrong)
    assert not SubscriptionPolicy.objects.exists()


def test_a_viewer_replays_what_is_stored_and_a_stranger_nothing() -> None:
    policy = a_policy()
    assert said_in(found_in(signed_in(Role.VIEWER).get(of(policy)))) == ["0 events, 0 messages, 0 at night, to nobody."]
    assert signed_in(Role.VIEWER).post(of(policy), typed()).status_code == 403
    assert a_stranger().get(of(policy)).status_code == 404


def test_the_page_says_how_far_it_is_while_the_replay_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    a_past(days=40)
    monkeypatch.setattr(policy_backtest, "CHUNK", 20)
    fed: list[int] = []
    whole = Replay.feed

    def feed(replay: Replay, events: Sequence[Any]) -> None:
        whole(replay, events)
        fed.append(replay.report.looked_at)

    monkeypatch.setattr(Replay, "feed", feed)
    answer: Any = signed_in().get(of(a_policy(names=[DELETED])))
    seen = []
    for part in (each.decode() for each in answer.streaming_content):
        words = BeautifulSoup(part, "html.parser")
        seen += [(int(str(each["value"])), fed[-1]) for each in words.select("progress")]
        if words.select(".backtest-said"):
            assert len(seen) == 5
    shares, read = zip(*seen, strict=True)
    assert read == (20, 40, 60, 80, 80)
    assert shares[-1] == 100
    assert all(0 < before < after for before, after in itertools.pairwise(shares))
    assert shares[0] < 80
