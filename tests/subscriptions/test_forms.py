"""The forms of policies, configurations and push channels: what they refuse, and what they leave as it is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from alerts.contacts.models import ContactGroup
from alerts.estate.refusal import Refused
from alerts.events.filters import Seen
from alerts.subscriptions.configuration_form import ConfigurationForm
from alerts.subscriptions.forms import PolicyForm
from alerts.subscriptions.models import EscalationStep, NotificationConfiguration, PushChannel, SubscriptionPolicy
from alerts.subscriptions.push_form import PushChannelForm
from alerts.subscriptions.restore import form_of, roll_back
from alerts.subscriptions.save import delete_unused, save_configuration, save_policy
from alerts.subscriptions.words import denoise_in_words, merge_in_words
from tests.builders import NOW, a_contact, a_contact_group, an_account

pytestmark = pytest.mark.django_db


def typed(**fields: Any) -> MultiValueDict[str, Any]:
    """Return what the page sends when nothing but the name is typed."""
    plain = {
        "name": "night watch", "kind": "SYSTEM", "denoise": "DIRECT_MUTED", "denoise_count": "5", "repeat_most": "10",
        "denoise_period_0": "5", "denoise_period_1": "60", "denoise_mute_0": "5", "denoise_mute_1": "60",
        "group_wait_0": "0", "group_wait_1": "60", "group_interval_0": "0", "group_interval_1": "60",
        "repeat_interval_0": "0", "repeat_interval_1": "60",
    }  # fmt: skip
    every = {**plain, **fields}
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in every.items()})


def policy_form(**fields: Any) -> PolicyForm:
    return PolicyForm(typed(**fields), account=an_account(), seen=Seen())


def test_the_defaults_tell_at_once_and_are_quiet_for_five_minutes() -> None:
    form = policy_form()
    assert form.is_valid(), list(form.mistakes())
    policy = form.wanted()
    assert denoise_in_words(policy) == "Tells at once, then is quiet for 5 minutes."
    assert merge_in_words(policy) == "Everything goes into one message."
    assert (policy.denoise_count, policy.denoise_period, policy.denoise_mute) == (5, 300, 300)


@pytest.mark.parametrize(
    ("fields", "label", "sentence"),
    [
        ({"name": ""}, "Policy name", "This field is required."),
        ({"name": "a/b"}, "Policy name", "Use letters, digits, blanks and . _ : - only."),
        ({"kind": "OTHER"}, "Subscription type", "Select a valid choice"),
        ({"denoise": ""}, "Denoise", "Choose one of the three."),
        ({"denoise": "COUNT", "denoise_count": "0"}, "Tell after so many events", "greater than or equal to 1"),
        ({"denoise": "COUNT", "denoise_count": "many"}, "Tell after so many events", "Write a whole number."),
        ({"denoise": "COUNT", "denoise_period_0": "0"}, "Within", "from 1 second to 7 days"),
        ({"denoise": "COUNT", "denoise_mute_0": "0"}, "Then mute for", "write for how long"),
        ({"denoise_mute_0": ""}, "Then mute for", "Write how long."),
        ({"denoise_mute_0": "8", "denoise_mute_1": "86400"}, "Then mute for", "from no time to 7 days"),
        ({"group_wait_0": "-1"}, "Group wait", "greater than or equal to 0"),
        ({"repeat_interval_0": "30", "repeat_interval_1": "1"}, "Repeat interval", "after one minute at the earliest"),
        ({"repeat_interval_0": "5", "repeat_most": ""}, "Repeat at most so many times", "required"),
        ({"content_words": ",".join(map(str, range(51)))}, "Event content", "At most 50 entries"),
        ({"configuration": "77"}, "Notification configuration", "no such configuration any more"),
        ({"push_channels": "77"}, "Push channel", "is deleted"),
        ({"resource_group": "77"}, "Resource range", "no such resource group any more"),
        ({"effective_start": "22:00"}, "Until", "Write both times"),
        ({"methods-email-there": "True", "methods-email-levels": "BAD"}, "Email: Event level", "valid choice"),
        ({"methods-email-there": "True", "methods-email-subject": "only"}, "Email: Notification template",
         "Write the text to this subject"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_policy_is_a_sentence_at_its_field(fields: dict[str, Any], label: str, sentence: str) -> None:
    form = policy_form(**fields)
    assert not form.is_valid()
    found = [(said_label, said) for _control, said_label, said in form.mistakes()]
    assert len(found) == 1
    assert (found[0][0], sentence.lower() in found[0][1].lower()) == (label, True), found


def test_what_an_option_has_no_use_for_is_not_looked_at() -> None:
    form = policy_form(denoise="ALWAYS", denoise_count="many", denoise_period_0="", denoise_mute_0="x", repeat_most="")
    assert form.is_valid(), list(form.mistakes())
    assert form.wanted().denoise_count == 5
    threshold = policy_form(kind="THRESHOLD", product="ECS", names=["Some:Event"], quotas=["qps"])
    assert threshold.is_valid(), list(threshold.mistakes())
    assert (threshold.wanted().product, threshold.wanted().names, threshold.wanted().quotas) == ("", [], ["qps"])
    assert policy_form(quotas=["qps"]).is_valid()


def test_words_are_separated_by_commas_of_both_kinds() -> None:
    form = policy_form(content_words=" a b, c，d\ne,,a b ", content_mode="black")
    assert form.is_valid()
    assert (form.wanted().content_words, form.wanted().content_mode) == (["a b", "c", "d", "e"], "black")


def test_a_method_is_stored_only_when_it_is_not_as_usual() -> None:
    there = {"methods-email-there": "True", "methods-email-levels": ["CRITICAL", "WARN", "INFO"]}
    voice = {"methods-voice-there": "True"}
    form = policy_form(**there, **voice)
    assert form.is_valid(), list(form.mistakes())
    assert form.wanted().methods == {"voice": {"levels": [], "subject": "", "body": ""}}


def test_a_policy_goes_through_its_document_and_back_to_an_older_version() -> None:
    account = an_account()
    channel = PushChannel.objects.create(
        account=account, name="ops", kind="webhook", address="{}", created_at=NOW, changed_at=NOW
    )
    form = policy_form(
        merge_by=["name", "resource"], push_channels=[str(channel.pk)], content_words="x",
        **{"methods-sms-there": "True", "methods-sms-levels": ["CRITICAL"]},
    )  # fmt: skip
    assert form.is_valid(), list(form.mistakes())
    policy = save_policy(form.wanted(), push_channels=form.cleaned_data["push_channels"], now=NOW, by="ann")
    first = policy.versions.get()
    again = form_of(json.loads(first.document), account=account, policy=policy)
    assert again.is_valid(), list(again.mistakes())
    policy.merge_by, policy.methods, policy.denoise_mute = [], {}, 60
    save_policy(policy, push_channels=[], now=NOW, by="bob")
    back = roll_back(first, now=NOW, by="ann")
    assert (back.merge_by, back.denoise_mute, list(back.push_channels.all())) == (["name", "resource"], 300, [channel])
    assert back.methods == {"sms": {"levels": ["CRITICAL"], "subject": "", "body": ""}}
    assert [each.change for each in policy.versions.order_by("number")] == ["create", "modify", "roll-back"]


def configuration_form(*steps: tuple[str, str], **fields: Any) -> ConfigurationForm:
    rows = {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": "0"}
    for number, (after, group) in enumerate(steps):
        rows |= {f"steps-{number}-after": after, f"steps-{number}-group": group}
    data = {"name": "on call", "mode": "DIRECT", "rounds": "1", **rows, **fields}
    return ConfigurationForm(data, account=an_account())


def a_group() -> ContactGroup:
    return a_contact_group(a_contact())


@pytest.mark.parametrize(
    ("steps", "fields", "sentence"),
    [
        ([], {"group": ""}, "Choose the contact group that is told."),
        ([], {"group": "", "mode": "BY_LEVEL"}, "Choose a contact group for one level at least."),
        ([], {"rounds": "2"}, "There is no step that could be repeated"),
        ([], {"rounds": "11"}, "less than or equal to 10"),
        ([("5", "")], {}, "Choose who is told then."),
        ([("", "GROUP")], {}, "Write after how many minutes."),
        ([("0", "GROUP")], {}, "greater than or equal to 1"),
        ([("5", "GROUP")] * 6, {}, "An escalation has at most 5 steps."),
        ([], {"name": ""}, "required"),
    ],
)
def test_a_mistake_in_a_configuration_is_a_sentence(
    steps: list[tuple[str, str]], fields: dict[str, Any], sentence: str
) -> None:
    group = str(a_group().pk)
    rows = [(after, group if named else "") for after, named in steps]
    form = configuration_form(*rows, **({"group": group} | fields))
    assert not form.is_valid()
    assert sentence in " ".join(said for _control, _label, said in form.mistakes())


def test_a_configuration_keeps_the_order_of_its_steps() -> None:
    group = str(a_group().pk)
    form = configuration_form(("10", group), ("", ""), ("20", group), group=group, rounds="3")
    assert form.is_valid(), list(form.mistakes())
    assert ([step.after for step in form.steps.steps()], form.wanted().rounds) == ([10, 20], 3)


def push_form(channel: Any = None, **fields: Any) -> PushChannelForm:
    data = {"name": "ops", "kind": "webhook", "headers-TOTAL_FORMS": "1", "headers-INITIAL_FORMS": "0"}
    return PushChannelForm({**data, **fields}, account=an_account(), channel=channel)


HOOK = "https://hooks.example.com/canary-path"
SECRET, OTHER_SECRET = ("whsec_" + base64.b64encode(sign * 30).decode() for sign in (b"a", b"b"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Write where it is to be sent."),
        ({"kind": ""}, "Choose one of the four."),
        ({"webhook-url": "ftp://x"}, "http:// or https://"),
        ({"webhook-url": HOOK, "webhook-secret": "short"}, "whsec_"),
        ({"webhook-url": HOOK, "headers-0-name": "Host", "headers-0-value": "x"}, "set by KMS Console itself"),
        ({"webhook-url": HOOK, "headers-0-name": "TE", "headers-0-value": "x"}, "set by KMS Console itself"),
        ({"webhook-url": HOOK, "headers-0-name": "Webhook-Foo", "headers-0-value": "x"}, "set by KMS Console itself"),
        ({"webhook-url": HOOK, "headers-0-name": "a b", "headers-0-value": "x"}, "header's name such as"),
        ({"webhook-url": HOOK, "headers-0-name": "X-A", "headers-0-value": "é"}, "Only letters, digits"),
        ({"webhook-url": HOOK, "headers-0-name": "X-A"}, "Write the value of this header."),
        ({"webhook-url": HOOK, "headers-0-value": "x"}, "Write the name of this header."),
        ({"kind": "queue", "queue-region": "cn-hangzhou"}, "name of a queue or of a topic"),
        ({"kind": "log", "log-region": "cn-hangzhou", "log-project": "prj"}, "This is missing."),
        ({"kind": "function"}, "Write where it is to be sent."),
        ({"name": "", "webhook-url": HOOK}, "required"),
    ],
)
def test_a_mistake_in_a_push_channel_is_a_sentence(fields: dict[str, str], sentence: str) -> None:
    form = push_form(**fields)
    assert not form.is_valid()
    assert sentence in " ".join(said for _control, _label, said in form.mistakes())


def test_secrets_of_a_push_channel_stay_when_they_are_left_empty() -> None:
    form = push_form(**{"webhook-url": HOOK, "headers-0-name": "X-Token", "headers-0-value": "canary-value"})
    assert form.is_valid(), list(form.mistakes())
    channel, address = form.wanted()
    assert (address["format"], json.loads(address["headers"])) == ("JSON", {"X-Token": "canary-value"})
    channel.address = json.dumps(address)
    channel.created_at = channel.changed_at = NOW
    channel.save()
    shown = PushChannelForm(account=an_account(), channel=channel)
    drawn = "".join(str(bound) for part in (shown.webhook, *shown.headers.forms) for bound in part)
    assert "canary" not in drawn
    assert "X-Token" in drawn
    kept = push_form(
        channel, **{"webhook-stored": str(channel.pk), "webhook-data_format": "FORM", "headers-0-name": "X-Token"}
    )
    assert kept.is_valid(), list(kept.mistakes())
    assert kept.wanted()[1] == {**address, "format": "FORM"}
    gone = push_form(channel, **{"webhook-stored": str(channel.pk)})
    assert gone.is_valid(), list(gone.mistakes())
    assert "headers" not in gone.wanted()[1]


def a_stored_hook() -> PushChannel:
    """Return a stored webhook with a signing secret and a header."""
    address = {"url": HOOK, "secret": SECRET, "headers": '{"X-Token": "canary-value"}', "format": "JSON"}
    return PushChannel.objects.create(
        account=an_account(), name="ops", kind="webhook", address=json.dumps(address), created_at=NOW, changed_at=NOW
    )


def test_secrets_of_a_push_channel_are_given_anew_for_another_server() -> None:
    channel = a_stored_hook()
    page = {"webhook-stored": str(channel.pk), "headers-0-name": "X-Token"}
    moved = {**page, "webhook-url": "https://evil.example.com/in"}
    form = push_form(channel, **moved)
    assert not form.is_valid()
    said = " ".join(each for _control, _label, each in form.mistakes())
    assert "leads to another server" in said
    assert "Write the value of this header." in said
    anew = push_form(channel, **moved, **{"webhook-secret": OTHER_SECRET, "headers-0-value": "other"})
    assert anew.is_valid(), list(anew.mistakes())
    address = anew.wanted()[1]
    assert (address["secret"], address["headers"]) == (OTHER_SECRET, '{"X-Token": "other"}')
    assert "previous_secret" not in address
    unsigned = push_form(channel, **{**moved, "headers-0-name": "", "webhook-unsigned": "on"})
    assert unsigned.is_valid(), list(unsigned.mistakes())
    assert not {"secret", "headers"} & unsigned.wanted()[1].keys()
    same = push_form(channel, **page, **{"webhook-url": "https://HOOKS.example.com/new"})
    assert same.is_valid(), list(same.mistakes())
    assert same.wanted()[1]["secret"] == SECRET


@pytest.mark.parametrize("key", ["77", "-1", "9" * 30])
def test_a_push_channel_that_is_not_this_one_lends_nothing(key: str) -> None:
    channel = a_stored_hook()
    form = push_form(channel, **{"webhook-stored": key, "headers-0-name": "X-Token"})
    assert not form.is_valid()
    said = " ".join(each for _control, _label, each in form.mistakes())
    assert said == "Write where it is to be sent. Write the value of this header."


def test_what_was_deleted_while_a_form_was_being_saved_is_said() -> None:
    kept, gone = a_group(), a_group()
    steps = [EscalationStep(after=5, group=gone)]
    saved = NotificationConfiguration(account=an_account(), name="on call", group=kept)
    ContactGroup.objects.get(pk=gone.pk).delete()
    with pytest.raises(Refused, match="Somebody deleted a contact group"):
        save_configuration(saved, steps=steps, now=NOW)
    save_configuration(saved, steps=[], now=NOW)
    policy = SubscriptionPolicy(account=an_account(), name="night watch", configuration=saved)
    delete_unused(NotificationConfiguration.objects.get(pk=saved.pk))
    with pytest.raises(Refused, match="Somebody deleted the notification configuration"):
        save_policy(policy, now=NOW)
    channel = PushChannel.objects.create(
        account=an_account(), name="ops", kind="webhook", address="{}", created_at=NOW, changed_at=NOW
    )
    policy.configuration = None
    delete_unused(PushChannel.objects.get(pk=channel.pk))
    with pytest.raises(Refused, match="Somebody deleted a push channel"):
        save_policy(policy, push_channels=[channel], now=NOW)
    assert not SubscriptionPolicy.objects.exists()
