"""A deletion ends what was wrong with a resource and is no good news: it is told as what it is, whatever else lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.events.models import SystemEvent
from alerts.incidents.correlate import correlate_batch
from alerts.notifications.batch_facts import batch_facts
from alerts.notifications.batches import events_of
from alerts.notifications.facts import Reader
from alerts.notifications.models import Decision
from alerts.notifications.policy_backtest import backtest, plan_of
from alerts.subscriptions.models import Batch, SubscriptionPolicy
from alerts.ui.outcomes import reason_of
from tests.builders import NOW, a_draft, some_events
from tests.subscriptions.making import ARN, MINUTE, SECOND, a_policy, kinds, run

pytestmark = pytest.mark.django_db

SCHEDULED, DELETED = "Secret:ScheduleSecretDeletion:Success", "Secret:DeleteSecret:Success"
FAILED, ROTATED = "Secret:RotateSecret:Failure", "Secret:RotateSecret:Success"
DOOMED, OTHER = f"{ARN}-doomed", f"{ARN}-other"


def happens(name: str, resource: str = DOOMED, *, after: timedelta = timedelta()) -> SystemEvent:
    """Let an event happen, and the line work on it at that moment."""
    (event,) = some_events([a_draft(name, resource=resource, at=NOW + after)], correlated=False)
    live(NOW + after)
    return event


def live(now: datetime) -> None:
    while correlate_batch(now=now):
        pass
    run(now)


def told(event: SystemEvent) -> Batch:
    """Return the message that told of an event."""
    batch = Decision.objects.get(event_id=event.id).batch
    assert batch is not None
    return batch


def replayed(policy: SubscriptionPolicy) -> list[str]:
    (report,) = backtest([plan_of(policy)], account=policy.account_id, now=NOW + timedelta(days=1))
    return [each.kind for each in report.messages]


def test_a_deletion_is_told_while_something_else_of_the_bundle_lasts() -> None:
    policy = a_policy()
    happens(FAILED, OTHER)
    scheduled, deleted = happens(SCHEDULED, after=MINUTE), happens(DELETED, after=MINUTE + SECOND)
    live(NOW + 5 * MINUTE)
    assert kinds() == ["FIRST", "MORE"]
    assert told(scheduled) == told(deleted)
    assert (told(deleted).count, told(deleted).causes) == (2, 2)
    assert set(events_of(told(deleted))) == {scheduled.id, deleted.id}
    assert replayed(policy) == kinds()


@pytest.mark.parametrize("wait", [0, 30])
def test_a_deletion_of_what_was_told_is_told_before_it_is_said_that_all_is_over(wait: int) -> None:
    policy = a_policy(group_wait=wait)
    happens(SCHEDULED)
    live(NOW + MINUTE)
    deleted = happens(DELETED, after=2 * MINUTE)
    live(NOW + 10 * MINUTE)
    assert kinds() == ["FIRST", "MORE", "RECOVERY"]
    assert (told(deleted).kind, told(deleted).over, told(deleted).count, told(deleted).level) == (
        "MORE",
        False,
        1,
        "WARN",
    )
    assert told(deleted).made_at == NOW + 2 * MINUTE
    assert not Decision.objects.filter(batch=None).exists()
    assert replayed(policy) == kinds()


def test_a_deletion_before_anything_was_told_is_told_with_what_it_ends_and_nothing_is_called_over() -> None:
    policy = a_policy(group_wait=60)
    scheduled, deleted = happens(SCHEDULED), happens(DELETED, after=SECOND)
    live(NOW + 2 * MINUTE)
    assert kinds() == ["FIRST"]
    assert (told(scheduled), told(deleted)) == (told(deleted), Batch.objects.get(count=2, over=False))
    assert replayed(policy) == kinds()


def test_a_deletion_whose_bundle_is_its_own_is_told_there() -> None:
    policy = a_policy(merge_by=["name"])
    happens(SCHEDULED)
    deleted = happens(DELETED, after=MINUTE)
    assert sorted(kinds()) == ["FIRST", "FIRST", "RECOVERY"]
    assert (told(deleted).kind, told(deleted).count) == ("FIRST", 1)
    assert sorted(replayed(policy)) == sorted(kinds())


def test_good_news_waits_for_the_end_of_everything_and_is_in_no_message_before() -> None:
    policy = a_policy()
    happens(FAILED, OTHER)
    happens(FAILED, after=6 * MINUTE)
    rotated = happens(ROTATED, after=7 * MINUTE)
    more = happens(SCHEDULED, after=20 * MINUTE)
    assert kinds() == ["FIRST", "MORE", "MORE"]
    assert set(events_of(told(more))) == {more.id}
    waits = Decision.objects.get(event_id=rotated.id)
    assert (waits.batch, waits.verdict) == (None, Decision.Verdict.GATHERED)
    assert reason_of(waits) == "It ends something that the policy told of, and is told once all of that is over."
    happens(ROTATED, OTHER, after=30 * MINUTE)
    happens("Secret:RestoreSecret:Success", after=31 * MINUTE)
    assert kinds() == ["FIRST", "MORE", "MORE", "RECOVERY"]
    assert told(rotated).kind == "RECOVERY"
    assert reason_of(Decision.objects.get(event_id=rotated.id)) == ""
    assert replayed(policy) == kinds()


def test_who_was_told_of_a_scheduled_deletion_alone_is_not_told_that_it_is_resolved() -> None:
    a_policy(names=[SCHEDULED])
    event = happens(SCHEDULED)
    happens(DELETED, after=MINUTE)
    batch = Batch.objects.get(kind="RECOVERY")
    said = [batch_facts(batch, event, Reader("Ann", tongue), channel="email")["batch"] for tongue in ("en", "zh-hans")]
    assert [each["mark"] for each in said] == ["Ended", "已结束"]
    assert said[0]["intro"].endswith("What ended it: Secret deleted.")
    assert said[1]["intro"].endswith("结束于事件：凭据删除。")


def test_what_was_cancelled_is_resolved() -> None:
    a_policy(names=[SCHEDULED])
    event = happens(SCHEDULED)
    happens("Secret:RestoreSecret:Success", after=MINUTE)
    batch = Batch.objects.get(kind="RECOVERY")
    said = batch_facts(batch, event, Reader("Ann", "en"), channel="email")["batch"]
    assert (said["mark"], "What ended it" in said["intro"]) == ("Resolved", False)
