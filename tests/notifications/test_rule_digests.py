"""Digests of rules: INFO events that an alert rule tells a group with a digest wait for it; all others do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.contacts.models import ContactGroup
from alerts.notifications.batch_facts import causes_of
from alerts.notifications.batch_message import composed_batch
from alerts.notifications.batches import events_of
from alerts.notifications.digests import digest_batch, waiting_for
from alerts.notifications.models import Decision, Notification
from alerts.rules.models import AlertRule, RuleTarget
from alerts.subscriptions.models import Batch, DigestItem, GroupDigest
from alerts.subscriptions.save import save_digest
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_rule, an_event, some_events
from tests.subscriptions.making import a_configuration, a_group, a_policy, run, told

pytestmark = pytest.mark.django_db

INFO = "Secret:RotateSecret:Success"
DAY = timedelta(days=1)


def a_digest(group: ContactGroup, **fields: object) -> GroupDigest:
    return save_digest(GroupDigest(group=group, **fields), now=NOW)


def receivers() -> set[str]:
    """Return the e-mail addresses and phones of what was told without a batch."""
    rows = Notification.objects.filter(batch=None)
    return {next(iter(json.loads(row.address).values())) for row in rows}


def send(digest: GroupDigest, *, at: datetime | None = None) -> Batch:
    """Let the digest come, and return what it said."""
    while digest_batch(now=at or digest.due_at):
        pass
    return Batch.objects.filter(kind="DIGEST").latest("made_at")


def test_what_a_rule_tells_of_info_events_waits_and_comes_as_one_message() -> None:
    group = a_group("li@example.com")
    digest, rule = a_digest(group), a_rule(group=group)
    events = [an_event(INFO), an_event(INFO), an_event("Key:SyncKey:Success")]
    run(NOW)
    assert not Notification.objects.exists()
    assert {(each.verdict, each.reason) for each in rule.decisions.all()} == {("TOLD", f"digest:{group.name}")}
    assert waiting_for(digest, most=2)[:2] == (3, 3)
    assert len(waiting_for(digest, most=2).newest) == 2
    batch = send(digest)
    assert (batch.count, batch.causes, told(batch)) == (3, 3, {"li@example.com"})
    assert set(events_of(batch)) == {event.id for event in events}
    assert waiting_for(digest, most=2).events == 0
    assert not digest_batch(now=NOW + timedelta(minutes=1))


def test_critical_and_warn_events_and_tests_are_told_at_once() -> None:
    group = a_group("li@example.com")
    a_digest(group)
    rule = a_rule(group=group)
    for name in ("Secret:RotateSecret:Failure", "Key:ScheduleKeyDeletion:Success"):
        an_event(name)
    an_event(INFO, test_of=rule.pk)
    run(NOW)
    assert Notification.objects.count() == 3
    assert not DigestItem.objects.exists()
    assert set(Decision.objects.values_list("reason", flat=True)) == {""}


def test_other_targets_of_the_rule_are_told_at_once() -> None:
    group, other = a_group("li@example.com"), a_group("bo@example.com")
    digest, rule = a_digest(group), a_rule(group=group, url="https://hooks.example.com/in")
    RuleTarget.objects.create(rule=rule, kind="contact_group", group=other)
    an_event(INFO)
    run(NOW)
    assert receivers() == {"bo@example.com", "https://hooks.example.com/in"}
    assert told(send(digest)) == {"li@example.com"}


def test_a_contact_whom_the_digest_does_not_reach_is_told_at_once() -> None:
    phone = a_contact(email="", phone={"phone": "+8613800000000"})
    group = a_contact_group(phone, a_contact(email="li@example.com"))
    digest = a_digest(group)
    rule = a_rule(group=group)
    rule.targets.update(method=RuleTarget.Method.WARN)
    an_event(INFO)
    run(NOW)
    assert [row.channel for row in Notification.objects.all()] == ["sms"]
    assert told(send(digest)) == {"li@example.com"}


def test_a_digest_that_reaches_nobody_takes_nothing() -> None:
    group = a_contact_group(a_contact(email="", phone={"phone": "+8613800000000"}))
    a_digest(group)
    a_rule(group=group).targets.update(method=RuleTarget.Method.WARN)
    an_event(INFO)
    run(NOW)
    assert Notification.objects.get().channel == "sms"
    assert not DigestItem.objects.exists()


def test_a_digest_that_is_off_takes_nothing_more_and_still_tells_what_waits() -> None:
    group = a_group("li@example.com")
    digest = a_digest(group)
    a_rule(group=group, mute_for=300)
    an_event(INFO)
    run(NOW)
    digest.enabled = False
    save_digest(digest, now=NOW)
    an_event(INFO)
    run(NOW)
    assert receivers() == {"li@example.com"}
    assert send(digest).count == 1


def test_two_groups_with_digests_both_hear_of_it() -> None:
    groups = [a_group("li@example.com"), a_group("bo@example.com")]
    digests = [a_digest(group, at=time(hour)) for hour, group in enumerate(groups, 8)]
    rule = a_rule(group=groups[0])
    RuleTarget.objects.create(rule=rule, kind="contact_group", group=groups[1])
    an_event(INFO)
    run(NOW)
    assert rule.decisions.get().reason == f"digest:{groups[0].name}, {groups[1].name}"
    assert [told(send(digest)) for digest in digests] == [{"li@example.com"}, {"bo@example.com"}]


def test_an_event_that_a_rule_and_a_policy_tell_counts_once_in_the_digest() -> None:
    group = a_group("li@example.com")
    digest = a_digest(group)
    a_rule(group=group)
    a_policy(a_configuration(group), denoise="ALWAYS")
    an_event(INFO)
    run(NOW)
    batch = send(digest)
    assert (batch.count, [each.events for each in causes_of(batch)]) == (1, [1])
    assert Notification.objects.count() == 1


def test_many_events_of_one_dispatch_make_one_batch_for_each_rule() -> None:
    group = a_group("li@example.com")
    digest = a_digest(group)
    rules = [a_rule(group=group), a_rule(group=group, levels=["INFO"])]
    some_events([a_draft(INFO, at=NOW + timedelta(seconds=number)) for number in range(40)])
    run(NOW)
    assert set(DigestItem.objects.values_list("batch__policy_name", "batch__count")) == {
        (rule.name, 40) for rule in rules
    }
    assert DigestItem.objects.count() == len(rules)
    assert send(digest).count == 40


def test_what_the_rule_mutes_is_not_in_the_digest() -> None:
    group = a_group("li@example.com")
    digest = a_digest(group)
    a_rule(group=group)
    arn = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"
    some_events([a_draft(INFO, resource=arn, at=NOW + timedelta(seconds=number)) for number in range(3)])
    run(NOW)
    assert AlertRule.objects.get().decisions.filter(verdict="MUTED").count() == 2
    assert send(digest).count == 1


@pytest.mark.parametrize(
    ("before", "moments"),
    [
        # Clocks go forward at 01:00 UTC: half past two is left out, and the digest comes an hour later than its gap.
        ("2026-03-28T12:00", ["2026-03-29T01:30", "2026-03-30T00:30"]),
        # Clocks go back at 01:00 UTC: half past two comes twice, the digest once.
        ("2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
    ],
)
def test_on_the_days_on_which_clocks_change_one_digest_comes_a_day(before: str, moments: list[str]) -> None:
    start = datetime.fromisoformat(before).replace(tzinfo=UTC)
    group = a_group("li@example.com")
    digest = save_digest(GroupDigest(group=group, at=time(2, 30), time_zone="Europe/Berlin"), now=start)
    a_rule(group=group, mute_for=300)
    sent = []
    for hour in range(40):
        if hour % 10 == 0:
            an_event(INFO)
            run(NOW)
        for minute in (0, 30):
            now = start + timedelta(hours=hour, minutes=minute)
            while digest_batch(now=now):
                sent.append(now)
    assert sent == [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in moments]
    assert [each.count for each in Batch.objects.filter(kind="DIGEST").order_by("made_at")] == [2, 2]
    assert digest.group.digest.pk == digest.pk


def test_a_weekly_digest_keeps_its_hour_over_the_change_of_clocks() -> None:
    start = datetime(2026, 10, 20, tzinfo=UTC)
    group = a_group("li@example.com")
    terms = GroupDigest(group=group, every="WEEK", weekday=1, at=time(9), time_zone="Europe/Berlin")
    digest = save_digest(terms, now=start)
    a_rule(group=group)
    an_event(INFO)
    run(NOW)
    assert not digest_batch(now=datetime(2026, 10, 26, 7, 59, tzinfo=UTC))
    assert send(digest, at=datetime(2026, 10, 26, 8, tzinfo=UTC)).count == 1
    digest.refresh_from_db()
    assert digest.due_at == datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "subject", "sentences"),
    [
        ("en", "[INFO] Digest: 2 events", ["2 events of 2 different causes", "by the digest of the contact group"]),
        ("zh-hans", "摘要", ["共 2 个事件", "由联系人组"]),
    ],
)
def test_the_message_speaks_the_language_and_the_zone_of_its_reader(
    language: str, subject: str, sentences: list[str]
) -> None:
    contact = a_contact(email="li@example.com")
    contact.language, contact.time_zone = language, "Asia/Shanghai"
    contact.save(update_fields=["language", "time_zone"])
    group = a_contact_group(contact)
    digest = a_digest(group)
    a_rule(group=group)
    event = an_event(INFO)
    an_event("Key:SyncKey:Success")
    run(NOW)
    batch = send(digest)
    message = composed_batch(Notification.objects.get(), batch, event).message
    assert subject in message.subject
    for sentence in (*sentences, group.name, "Asia/Shanghai (UTC+08:00)"):
        assert sentence in message.text, sentence


def test_a_digest_of_one_event_names_it_in_its_subject() -> None:
    group = a_group("li@example.com")
    digest = a_digest(group)
    a_rule(group=group)
    event = an_event(INFO, instance_name="rds")
    run(NOW)
    message = composed_batch(Notification(recipient="li", channel="email", account=group.account), send(digest), event)
    assert "Managed secret rotation succeeded: rds" in message.message.subject
    assert "One event, at" in message.message.text
