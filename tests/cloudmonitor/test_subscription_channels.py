"""Event Subscription › Push Channel and Notification Configuration; tests of event subscription; digests of groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.events.models import SystemEvent
from alerts.notifications.digests import digest_batch
from alerts.notifications.models import Decision, Notification
from alerts.subscriptions.models import GroupDigest, NotificationConfiguration, PushChannel
from alerts.subscriptions.save import save_digest
from tests.builders import NOW, a_rule, an_account, an_event
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.subscriptions.making import a_configuration, a_group, a_policy, a_push_channel, run

pytestmark = pytest.mark.django_db

PUSH = reverse("cloudmonitor:push_channels")
CONFIGURATIONS = reverse("cloudmonitor:notification_configurations")
TEST = reverse("cloudmonitor:event_subscription_test")
HOOK = "https://hooks.example.com/canary-path"


def push(**fields: Any) -> dict[str, Any]:
    return {"name": "ops", "kind": "webhook", "webhook-url": HOOK, "webhook-http_method": "GET",
            "webhook-data_format": "FORM", "headers-TOTAL_FORMS": "1", "headers-INITIAL_FORMS": "0",
            "headers-0-name": "X-Token", "headers-0-value": "canary-value", **fields}  # fmt: skip


def test_a_push_channel_is_stored_and_its_secrets_are_never_shown_again() -> None:
    client = signed_in()
    sent(client, reverse("cloudmonitor:push_channel_create"), push(), expect=302)
    channel = PushChannel.objects.get()
    assert channel.fields == {"url": HOOK, "method": "GET", "format": "FORM", "headers": '{"X-Token": "canary-value"}'}
    modify = reverse("cloudmonitor:push_channel_modify", args=[channel.pk])
    for answer in (client.get(PUSH), client.get(modify), client.get(PUSH, {"format": "json"})):
        assert b"canary" not in answer.content
    assert "https://hooks.example.com" in words_of(client.get(PUSH))
    kept = push(**{"webhook-url": "", "webhook-stored": channel.pk, "headers-0-value": "", "opened": "1"})
    sent(client, modify, kept | {"webhook-http_method": "POST"}, expect=302)
    channel.refresh_from_db()
    assert (channel.fields["url"], channel.fields["method"]) == (HOOK, "POST")
    assert json.loads(channel.fields["headers"]) == {"X-Token": "canary-value"}


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{% if %}", "Line 1"),
        ("{{ batch.kind }} no json", "makes no JSON"),
        ("[1]", "no JSON object"),
    ],
)
def test_a_template_that_makes_no_json_is_refused(template: str, sentence: str) -> None:
    create = reverse("cloudmonitor:push_channel_create")
    page = BeautifulSoup(sent(signed_in(), create, push(template=template), expect=422).content, "html.parser")
    error = page.select_one('.field:has([name="template"]) .errors li')
    assert error is not None
    assert sentence in error.get_text()
    fine = push(template='{"text": {{ envelope.strategyName | json }}, "mark": "{{ batch.mark }}"}')
    sent(signed_in(), create, fine, expect=302)


def test_a_header_row_is_added_without_scripts_and_a_mistake_loses_nothing() -> None:
    client, create = signed_in(), reverse("cloudmonitor:push_channel_create")
    page = BeautifulSoup(sent(client, create, push(add="headers", name=""), expect=200).content, "html.parser")
    assert [field["name"] for field in page.select('input[name$="-name"]')] == ["headers-0-name", "headers-1-name"]
    assert not page.select(".errors")
    wrong = sent(client, create, push(**{"webhook-url": "ftp://x"}), expect=422)
    page = BeautifulSoup(wrong.content, "html.parser")
    assert page.select_one('.field:has([name="webhook-url"]) .errors li')
    assert page.select_one('input[name="webhook-url"]')["value"] == "ftp://x"  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"kind": "queue", "queue-region": "cn-hangzhou", "queue-queue": "events"},
         {"region": "cn-hangzhou", "queue": "events"}),
        ({"kind": "log", "log-region": "cn-hangzhou", "log-project": "prj", "log-logstore": "kms-events"},
         {"region": "cn-hangzhou", "project": "prj", "logstore": "kms-events"}),
        ({"kind": "function", "function-region": "cn-hangzhou", "function-function": "on-event"},
         {"region": "cn-hangzhou", "function": "on-event"}),
    ],
)  # fmt: skip
def test_every_kind_of_push_channel_has_its_own_fields(fields: dict[str, str], address: dict[str, str]) -> None:
    data = push(**{"webhook-url": "", "headers-0-name": "", "headers-0-value": ""}) | fields
    sent(signed_in(), reverse("cloudmonitor:push_channel_create"), data, expect=302)
    assert PushChannel.objects.get().fields == address


def test_what_policies_use_is_not_deleted_and_they_are_named() -> None:
    configuration, channel = a_configuration(), a_push_channel()
    policy = a_policy(configuration, push=[channel], name="the user")
    client = signed_in()
    for name, row in (("push_channel", channel), ("notification_configuration", configuration)):
        delete = reverse(f"cloudmonitor:{name}_delete", args=[row.pk])
        assert "Still used by: the user." in words_of(sent(client, delete, {}, expect=422))
    policy.push_channels.clear()
    policy.delete()
    for name, row in (("push_channel", channel), ("notification_configuration", configuration)):
        sent(client, reverse(f"cloudmonitor:{name}_delete", args=[row.pk]), {}, expect=302)
    assert not PushChannel.objects.exists()
    assert not NotificationConfiguration.objects.exists()


def test_a_contact_group_or_resource_group_that_event_subscription_uses_is_not_deleted() -> None:
    configuration = a_configuration(steps=[(5, a_group())])
    step = configuration.steps.get()
    delete = reverse("cloudmonitor:contact_group_delete", args=[step.group_id])
    assert configuration.name in words_of(sent(signed_in(), delete, {}, expect=422))
    listed = signed_in().get(reverse("cloudmonitor:contact_groups"), {"format": "json"}).json()["contact_groups"]
    assert {each["Name"]: each["Configurations"] for each in listed}[step.group.name] == [configuration.name]
    resources = an_account().resource_groups.create(name="prod", patterns=["*"], created_at=NOW)
    policy = a_policy(resource_group=resources)
    delete = reverse("cloudmonitor:resource_group_delete", args=[resources.pk])
    assert policy.name in words_of(sent(signed_in(), delete, {}, expect=422))


def test_a_push_channel_is_tested_by_the_usual_way() -> None:
    channel, client = a_push_channel(), signed_in()
    test = reverse("cloudmonitor:push_channel_test", args=[channel.pk])
    answer = sent(client, test, {}, expect=302)
    made = Notification.objects.get()
    assert (made.purpose, made.channel, made.recipient) == ("TEST", "webhook", channel.name)
    assert f"Test of “{channel.name}”" in words_of(client.get(answer.headers["Location"]))
    assert a_stranger().post(test).status_code == 404
    assert signed_in(Role.VIEWER).post(test).status_code == 403
    for _number in range(9):
        sent(client, test, {}, expect=302)
    assert "Ten tests were sent" in words_of(client.post(test, follow=True))


def steps(*rows: tuple[object, object], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"name": "on call", "mode": "DIRECT", "rounds": "1", "recovery": "on",
                            "steps-TOTAL_FORMS": str(len(rows)), "steps-INITIAL_FORMS": "0"}  # fmt: skip
    for number, (after, group) in enumerate(rows):
        data |= {f"steps-{number}-after": after, f"steps-{number}-group": group}
    return data | fields


def test_a_configuration_is_stored_read_aloud_and_changed() -> None:
    first, second = a_group(), a_group()
    client = signed_in()
    data = steps((10, second.pk), (60, first.pk), group=first.pk, rounds="2")
    sent(client, reverse("cloudmonitor:notification_configuration_create"), data, expect=302)
    said = words_of(client.get(CONFIGURATIONS))
    for words in (f"{first.name} is told first.", f"within 10 minutes, {second.name} is told.",
                  f"1 hour later, {first.name}.", "2 rounds in all", "who was told hears of that"):  # fmt: skip
        assert words in said, (words, said)
    made = NotificationConfiguration.objects.get()
    modify = reverse("cloudmonitor:notification_configuration_modify", args=[made.pk])
    page = page_of(client, modify)
    assert [field["value"] for field in page.select('input[name$="-after"]')] == ["10", "60"]
    by_level = steps(mode="BY_LEVEL", critical_group=second.pk, opened="1") | {"recovery": ""}
    sent(client, modify, {name: value for name, value in by_level.items() if value != ""}, expect=302)
    made.refresh_from_db()
    assert (made.mode, made.group, made.critical_group, made.recovery) == ("BY_LEVEL", None, second, False)
    assert "CRITICAL goes to" in words_of(client.get(CONFIGURATIONS))
    assert "Somebody changed this" in words_of(sent(client, modify, data | {"opened": "1"}, expect=422))


def test_at_most_five_steps_are_offered() -> None:
    client, create = signed_in(), reverse("cloudmonitor:notification_configuration_create")
    group = a_group().pk
    answer = sent(client, create, steps(*[(5, group)] * 5, add="steps"), expect=200)
    page = BeautifulSoup(answer.content, "html.parser")
    assert len(page.select('input[name$="-after"]')) == 5
    assert not page.select('button[name="add"]')
    assert signed_in(Role.VIEWER).get(create).status_code == 403


def test_a_test_event_shows_which_policies_took_it_and_what_each_did() -> None:
    policy = a_policy(name="takes it", levels=["CRITICAL"])
    a_policy(name="looks elsewhere", levels=["INFO"])
    client = signed_in()
    page = page_of(client, TEST, type="Secret:RotateSecret:Failure")
    document = page.select_one('textarea[name="document"]').text  # type: ignore[union-attr]
    answer = sent(client, TEST, {"document": document}, expect=302)
    waits = page_of(client, answer.headers["Location"])
    assert "The policies have not looked at it yet" in waits.get_text()
    event = SystemEvent.objects.get()
    run(event.occurred_at)
    said = words_of(client.get(answer.headers["Location"]))
    for words in ("takes it", "Told", "Not selected by: looks elsewhere", "Batch", "Open the message"):
        assert words in said, (words, said)
    decision = Decision.objects.get()
    assert (decision.policy, decision.test) == (policy, True)
    assert decision.batch is not None
    assert decision.batch.test
    assert a_stranger().get(answer.headers["Location"]).status_code == 404
    wrong = sent(client, TEST, {"document": "{"}, expect=422)
    assert "line 1" in words_of(wrong)


def test_the_digest_of_a_group_says_when_the_next_one_comes() -> None:
    group, client = a_group(), signed_in(zone="Europe/Berlin")
    page = reverse("cloudmonitor:contact_group_digest", args=[group.pk])
    assert page_of(client, page).select_one('select[name="time_zone"] option[selected][value="Europe/Berlin"]')
    fields = {"enabled": "on", "every": "WEEK", "weekday": "5", "at": "08:30", "time_zone": "Asia/Shanghai"}
    said = words_of(client.post(page, fields, follow=True))
    digest = GroupDigest.objects.get()
    assert (digest.weekday, digest.every, digest.due_at.isoweekday(), digest.enabled) == (5, "WEEK", 5, True)
    assert "The next digest for" in said
    assert "0 events" in said
    wrong = sent(client, page, fields | {"at": "late"}, expect=422)
    assert "Write a time such as 09:00." in words_of(wrong)
    assert a_stranger().get(page).status_code == 404
    assert "Digest" in words_of(client.get(reverse("cloudmonitor:contact_groups")))


def test_a_contact_that_only_a_policy_tells_is_not_said_to_be_told_of_nothing() -> None:
    group, client = a_group(), signed_in(Role.VIEWER)
    contact = group.contacts.get()
    page = reverse("cloudmonitor:contact", args=[contact.pk])
    assert "it is told of nothing" in words_of(client.get(page))
    policy = a_policy(a_configuration(steps=[(5, group)]))
    said = words_of(client.get(page))
    assert "told of nothing" not in said
    assert policy.name in said
    assert "told of nothing" not in words_of(client.get(reverse("cloudmonitor:contacts"), {"text": contact.name}))


def test_the_digest_of_a_group_shows_what_waits_and_an_event_shows_its_digest() -> None:
    group, client = a_group("li@example.com"), signed_in()
    digest = save_digest(GroupDigest(group=group), now=NOW)
    rule = a_rule(group=group)
    events = [an_event("Secret:RotateSecret:Success", instance_name="rds") for _each in range(2)]
    run(NOW)
    said = words_of(client.get(reverse("cloudmonitor:contact_group_digest", args=[group.pk])))
    for words in ("2 events", "What waits for the next digest", "Managed secret rotation succeeded"):
        assert words in said, (words, said)
    event = reverse("cloudmonitor:system_event", args=[events[0].pk])
    waits = words_of(client.get(event))
    assert f"Alert rule {rule.name}: Told" in waits
    assert f"Waits for the digest of “{group.name}”" in waits
    assert f"It goes into the digest of the contact group {group.name}." in waits
    assert digest_batch(now=digest.due_at)
    assert f"Told in the digest of “{group.name}”" in words_of(client.get(event))
    decisions = words_of(client.get(reverse("cloudmonitor:decisions")))
    assert f"It goes into the digest of the contact group {group.name}." in decisions
