"""Event subscription in the file of rules: written, brought into another account, and the same again."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml

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


HOOK = "https://hooks.example.com/canary-path"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty bytes or so").decode()


def push_file(*, fields: dict[str, Any] | None = None, **address: str) -> str:
    """Return a file of one push channel in the third line."""
    entry = {"name": "hook", **(fields or {}), "address": address or {"url": HOOK}}
    return "format: 1\npush_channels:\n- " + json.dumps(entry)


def mistakes(text: str) -> list[str]:
    """Return what is wrong with a file, which changes nothing then."""
    before = exported(an_account(), secrets=True, more=MORE)
    found = [str(mistake) for mistake in load(an_account(), text, now=NOW, by="ann", more=MORE).mistakes]
    assert not found or exported(an_account(), secrets=True, more=MORE) == before
    return found


@pytest.mark.parametrize(
    ("fields", "address", "sentence"),
    [
        ({"name": "n" * 500}, {}, "at most 128 characters"),
        ({"description": "d" * 2_000}, {}, "at most 256 characters"),
        ({"template": "not json"}, {}, "makes no JSON"),
        ({"template": '{"a": NaN}'}, {}, "what JSON does not know"),
        ({"template": "{{ nope"}, {}, "expected '}}'"),
        ({"template": "x" * 50_000}, {}, "at most 8000 characters"),
        ({"kind": "pigeon"}, {}, "The kind is one of"),
        ({}, {"url": HOOK, "queue": "q"}, "has no “queue”"),
        ({}, {"url": HOOK, "method": "PUT"}, "Select a valid choice"),
        ({}, {"url": HOOK, "format": "XML"}, "Select a valid choice"),
        ({}, {"url": HOOK, "secret": "short"}, "whsec_"),
        ({}, {"url": HOOK, "headers": '{"TE": "x"}'}, "The headers must be"),
        ({}, {"url": HOOK, "headers": '{"A":' + "[" * 100_000}, "The headers must be"),
        ({}, {"url": HOOK, "headers": '{"A": "1", "a": "2"}'}, "This is there twice."),
        ({}, {"url": "https://hooks.example.com/" + "x" * 2_100}, "2048"),
        ({}, {"method": "POST"}, "Write where it is to be sent."),
        ({"kind": "queue"}, {"region": "cn-hangzhou"}, "name of a queue or of a topic"),
        ({"kind": "queue"}, {"queue": "q"}, "This is missing."),
        ({"kind": "queue"}, {"region": "../../evil", "queue": "q"}, "This is no region"),
        ({"kind": "function"}, {"region": "x@evil.com/", "function": "f"}, "This is no region"),
        ({"kind": "log"}, {"region": "cn-hangzhou", "project": "prj"}, "This is missing."),
    ],
)
def test_a_file_is_told_what_the_form_of_a_push_channel_tells(
    fields: dict[str, Any], address: dict[str, str], sentence: str
) -> None:
    said = mistakes(push_file(fields=fields, **address))
    assert said, "it was saved"
    assert all(each.startswith("Line 3: ") for each in said)
    assert sentence in " ".join(said)
    assert "canary" not in " ".join(said)


def test_each_kind_of_push_channel_is_brought_in() -> None:
    hook = {"url": HOOK, "method": "GET", "format": "FORM", "headers": '{"X-Team": "keys"}', "secret": SECRET}
    topic = {"region": "cn-hangzhou", "topic": "t"}
    function = {"region": "cn-hangzhou", "service": "s", "function": "f"}
    log = {"region": "cn-hangzhou", "project": "prj", "logstore": "logs"}
    kinds = {"webhook": hook, "queue": topic, "function": function, "log": log}
    entries = [{"name": kind, "kind": kind, "address": address} for kind, address in kinds.items()]
    assert mistakes(yaml.safe_dump({"push_channels": entries})) == []
    assert {each.kind: each.fields for each in PushChannel.objects.all()} == kinds


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"methods": {"email": {"body": "{% for x in y %}"}}}, "Email: Notification template"),
        ({"methods": {"sms": {"body": "{{ nope }}"}}}, "'nope' is undefined"),
        ({"name": "n" * 500}, "at most 128 characters"),
        ({"description": "d" * 2_000}, "at most 256 characters"),
    ],
)
def test_a_file_is_told_what_the_form_of_a_policy_tells(entry: dict[str, Any], sentence: str) -> None:
    said = mistakes("subscription_policies:\n- " + json.dumps({"name": "mine", "denoise": "ALWAYS", **entry}))
    assert sentence in " ".join(said)
    assert all(each.startswith("Line 2: ") for each in said)
    assert not SubscriptionPolicy.objects.exists()


@pytest.mark.parametrize(
    "entry", [{"name": "n" * 500}, {"description": "d" * 2_000}, {"steps": [{"after": "5"}]}, {"steps": [{}] * 7}]
)
def test_a_configuration_that_cannot_be_stored_is_a_mistake(entry: dict[str, Any]) -> None:
    group = a_group().name
    assert mistakes("notification_configurations:\n- " + json.dumps({"name": "night", "group": group, **entry}))


def test_masked_secrets_stay_with_their_server() -> None:
    a_push_channel(HOOK, secret=SECRET, headers='{"X-Token": "canary-value"}')
    shown = exported(an_account(), secrets=False, more=MORE)
    for elsewhere in ("https://evil.example.com/in", "https://evil.example.com/…", "http://hooks.example.com/in",
                      "https://hooks.example.com:8443/in"):  # fmt: skip
        said = mistakes(shown.replace("https://hooks.example.com/…", elsewhere))
        assert "is masked" in " ".join(said)
        assert "canary" not in " ".join(said)
    before = PushChannel.objects.get().fields
    assert mistakes(shown.replace("https://hooks.example.com/…", "https://hooks.example.com/new")) == []
    assert PushChannel.objects.get().fields == {**before, "url": "https://hooks.example.com/new"}
    entry = {"name": PushChannel.objects.get().name, "address": {"url": "https://evil.example.com/in"}}
    assert mistakes(yaml.safe_dump({"push_channels": [entry]})) == []
    assert "canary" not in PushChannel.objects.get().address
    assert "secret" not in PushChannel.objects.get().fields
