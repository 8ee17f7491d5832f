"""Event subscription in the file of rules: written, brought into another account, and the same again."""

from __future__ import annotations

import pytest

from alerts.notifications.files import MORE
from alerts.rules.files.load import load, planned
from alerts.rules.files.write import exported
from alerts.subscriptions.models import NotificationConfiguration, PushChannel, SubscriptionPolicy
from tests.builders import NOW, an_account
from tests.subscriptions.making import a_configuration, a_group, a_policy, a_push_channel

pytestmark = pytest.mark.django_db
OTHER = "2000000000000002"


def a_whole_policy() -> SubscriptionPolicy:
    group = a_group()
    configuration = a_configuration(group, steps=[(10, a_group()), (30, group)], rounds=2)
    methods = {"email": {"levels": ["CRITICAL"], "subject": "", "body": "{{ title }}"}}
    return a_policy(
        configuration, push=[a_push_channel(headers='{"X-Team": "keys"}')], denoise="COUNT", merge_by=["resource"],
        repeat_interval=3600, content_words=["rds"], methods=methods, time_zone="Asia/Shanghai",
    )  # fmt: skip


def test_a_file_makes_the_same_in_another_account_and_changes_nothing_twice() -> None:
    a_whole_policy()
    text = exported(an_account(), secrets=True, more=MORE)
    plan = load(an_account(OTHER), text, now=NOW, by="ann", more=MORE)
    assert plan.mistakes == []
    assert exported(an_account(OTHER), secrets=True, more=MORE) == text
    for account, secrets in ((an_account(), True), (an_account(), False), (an_account(OTHER), True)):
        again = exported(account, secrets=secrets, more=MORE)
        assert planned(account, again, now=NOW, more=MORE).steps == []


def test_a_file_without_secrets_shows_none_and_keeps_them() -> None:
    a_whole_policy()
    text = exported(an_account(), secrets=False, more=MORE)
    assert "keys" not in text.partition("push_channels:")[2].partition("notification_configurations")[0]
    changed = text.replace("denoise: COUNT", "denoise: ALWAYS")
    plan = load(an_account(), changed, now=NOW, by="ann", more=MORE)
    assert [(step.section, step.new) for step in plan.steps] == [("subscription_policies", False)]
    assert SubscriptionPolicy.objects.get().denoise == "ALWAYS"
    assert PushChannel.objects.get().fields["url"] == "https://hooks.example.com/in"


def test_what_is_wrong_is_named_and_nothing_is_changed() -> None:
    text = """
push_channels:
- name: hook
  address: {url: "ftp://x", method: POST}
notification_configurations:
- name: night
  group: nobody
subscription_policies:
- name: mine
  configuration: missing
  push_channels: [gone]
"""
    plan = load(an_account(), text, now=NOW, by="ann", more=MORE)
    said = " ".join(mistake.sentence for mistake in plan.mistakes)
    assert "“hook”" in said
    assert "“night”" in said
    assert "“missing”" in said
    assert "“gone”" in said
    assert not NotificationConfiguration.objects.exists()
