"""Retention of what was decided and sent: as long as the events are there, and some days more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.notifications import retention
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Attempt, Decision, Mute, Notification
from tests.builders import NOW, a_rule, an_event

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_decisions_with_their_messages_go_after_the_events_and_mutes_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    a_rule()
    for day in range(5):
        an_event(at=NOW)
        dispatch_batch(now=NOW + day * DAY)
        deliver_one(now=NOW + day * DAY)
    assert retention.forget(now=NOW + 100 * DAY) == 0
    assert retention.forget(now=NOW + 103 * DAY) == 3
    assert [model.objects.count() for model in (Decision, Notification, Attempt)] == [2, 2, 2]
    assert Mute.objects.count() == 0
