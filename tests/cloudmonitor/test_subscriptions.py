"""Event Subscription › Subscription Policy: the list, the details, the page that writes one, and its versions."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.subscriptions.models import Batch, SubscriptionPolicy
from alerts.subscriptions.save import save_policy
from tests.builders import NOW, OTHER_UID, a_contact, an_account, an_event
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.subscriptions.making import a_configuration, a_group, a_policy, a_push_channel, run

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:subscription_policies")
CREATE = reverse("cloudmonitor:subscription_policy_create")
FAILURE = "Secret:RotateSecret:Failure"


def of(policy: SubscriptionPolicy, verb: str = "") -> str:
    """Return the address of something that can be done to a policy."""
    return reverse(f"cloudmonitor:subscription_policy{'_' if verb else ''}{verb}", args=[policy.pk])


def typed(**fields: Any) -> dict[str, Any]:
    """Return what the page sends when nothing but the name is typed."""
    return {
        "name": "night watch", "kind": "SYSTEM", "denoise": "DIRECT_MUTED", "denoise_count": "5", "repeat_most": "10",
        "denoise_period_0": "5", "denoise_period_1": "60", "denoise_mute_0": "5", "denoise_mute_1": "60",
        "group_wait_0": "0", "group_wait_1": "60", "group_interval_0": "0", "group_interval_1": "60",
        "repeat_interval_0": "0", "repeat_interval_1": "60", **fields,
    }  # fmt: skip


def test_the_list_says_in_sentences_what_a_policy_does() -> None:
    channel = a_push_channel("https://hooks.example.com/canary")
    policy = a_policy(push=[channel], merge_by=["resource"], levels=["CRITICAL"], description="for the night")
    an_event(FAILURE)
    run(NOW)
    page = page_of(signed_in(), LIST)
    row = page.select_one("tbody tr")
    assert row is not None
    said = " ".join(row.get_text(" ").split())
    assert policy.configuration is not None
    for words in (policy.name, "for the night", "CRITICAL", "All products", "then is quiet for 5 minutes.",
                  "One message for each event resource.", policy.configuration.name, channel.name, "1 in 7 days",
                  "View", "Edit", "Disable", "Copy", "Versions", "Delete"):  # fmt: skip
        assert words in said, (words, said)
    assert "canary" not in str(page)


def test_the_list_is_found_by_state_and_name_and_exported() -> None:
    a_policy(name="alpha")
    beta = a_policy(name="beta", state="DISABLED")
    client = signed_in()
    assert "alpha" not in words_of(client.get(LIST, {"state": "DISABLED"}))
    assert "beta" not in words_of(client.get(LIST, {"text": "alp"}))
    items = client.get(LIST, {"format": "json"}).json()["subscriptionPolicies"]
    assert {each["Name"]: each["State"] for each in items} == {"alpha": "ENABLED", "beta": "DISABLED"}
    assert "DIRECT_MUTED" in client.get(LIST, {"format": "csv"}).getvalue().decode()
    assert beta.version == 1


def test_an_empty_list_leads_to_a_new_policy_and_a_viewer_is_not_led() -> None:
    assert "No subscription policies yet" in words_of(signed_in().get(LIST))
    viewer = page_of(signed_in(Role.VIEWER), LIST)
    assert not viewer.select(f'a[href="{CREATE}"]')


@pytest.mark.parametrize("name", ["subscription_policies", "push_channels", "notification_configurations"])
def test_the_lists_take_as_many_queries_for_many_as_for_one(name: str) -> None:
    client, address = signed_in(), reverse(f"cloudmonitor:{name}")

    def queries() -> int:
        a_policy(a_configuration(steps=[(5, a_group())]), push=[a_push_channel()])
        with CaptureQueriesContext(connection) as made:
            client.get(address)
        return len(made)

    queries()
    assert len({queries() for _number in range(3)}) == 1


def test_a_policy_is_created_and_gathers_the_next_event() -> None:
    configuration, channel = a_configuration(), a_push_channel()
    fields = typed(names=[FAILURE], merge_by=["name"], configuration=configuration.pk, push_channels=[channel.pk],
                   denoise="COUNT", denoise_count="2", **{"methods-email-there": "True",
                   "methods-email-levels": ["CRITICAL"]})  # fmt: skip
    answer = sent(signed_in(), CREATE, fields, expect=302)
    assert answer.headers["Location"] == LIST
    policy = SubscriptionPolicy.objects.get()
    assert (policy.denoise, policy.denoise_count, policy.merge_by, policy.configuration) == (
        "COUNT", 2, ["name"], configuration)  # fmt: skip
    assert list(policy.push_channels.all()) == [channel]
    assert policy.methods == {"email": {"levels": ["CRITICAL"], "subject": "", "body": ""}}
    assert AuditEntry.objects.get(verb="subscription_policy.create").subject == "night watch"
    for _number in range(2):
        an_event(FAILURE)
    run(NOW)
    assert Batch.objects.get().count == 2


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "taken"}),
        ("denoise_count", {"denoise": "COUNT", "denoise_count": "x"}),
        ("denoise_period_0", {"denoise": "COUNT", "denoise_period_0": ""}),
        ("group_wait_0", {"group_wait_0": "-4"}),
        ("repeat_interval_0", {"repeat_interval_0": "30", "repeat_interval_1": "1"}),
        ("configuration", {"configuration": "0"}),
        ("names", {"names": ["x" * 300]}),
        ("effective_end", {"effective_start": "22:00"}),
        ("methods-email-body", {"methods-email-there": "True", "methods-email-body": "{{ broken"}),
    ],
)
def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(control: str, fields: dict[str, Any]) -> None:
    a_policy(name="taken")
    data = typed(description="keep this", content_words="one, two", merge_by=["region"]) | fields
    page = BeautifulSoup(sent(signed_in(), CREATE, data, expect=422).content, "html.parser")
    field = page.select_one(f'.field:has([name="{control}"])')
    assert field is not None
    assert field.select(".errors li")
    assert page.select_one('[role="alert"] li')
    assert page.select_one('input[name="description"]')["value"] == "keep this"  # type: ignore[index]
    assert page.select_one('input[name="content_words"]')["value"] == "one, two"  # type: ignore[index]
    assert page.select_one('input[name="merge_by"][value="region"][checked]')
    assert SubscriptionPolicy.objects.count() == 1


def test_a_search_becomes_a_policy_and_what_is_lost_is_said() -> None:
    search = {"product": "KMS", "level": "CRITICAL", "name": FAILURE, "region": "cn-hangzhou", "status": "Failed",
              "keywords": "(a or b) and c"}  # fmt: skip
    page = page_of(signed_in(), CREATE, **search)
    assert page.select_one('input[name="name"]')["value"] == "managed_secret_rotation_failed"  # type: ignore[index]
    assert page.select_one(f'input[name="names"][value="{FAILURE}"][checked]')
    assert page.select_one('input[name="resource_words"]')["value"] == ":cn-hangzhou:"  # type: ignore[index]
    text = page.get_text(" ")
    assert "Event status (Failed): a policy does not select by it." in text
    assert "a policy has no SQL filter" in text


def test_a_copy_has_everything_but_the_name() -> None:
    channel = a_push_channel()
    policy = a_policy(push=[channel], merge_by=["name"], methods={"sms": {"levels": [], "subject": "", "body": ""}})
    page = page_of(signed_in(), CREATE, copy=str(policy.pk))
    assert page.select_one('input[name="name"]')["value"] == f"{policy.name} copy"  # type: ignore[index]
    assert page.select_one(f'input[name="push_channels"][value="{channel.pk}"][checked]')
    assert not page.select('input[name="methods-sms-levels"][checked]')
    other = a_policy(a_configuration(a_foreign_group()))
    assert signed_in().get(CREATE, {"copy": str(other.pk)}).status_code == 404


def a_foreign_group() -> Any:
    account = an_account(OTHER_UID)
    group = account.contact_groups.create(name="foreign", created_at=NOW)
    group.contacts.add(a_contact(account=account))
    return group


def test_the_details_say_everything_in_the_panel_and_on_a_page() -> None:
    policy = a_policy(push=[a_push_channel()], methods={"voice": {"levels": [], "subject": "", "body": ""}})
    viewer = signed_in(Role.VIEWER)
    said = words_of(viewer.get(of(policy)))
    for words in ("Tells at once", "Everything goes into one message.", "is told first.", "Phone call: never",
                  "It has told nobody yet."):  # fmt: skip
        assert words.lower() in said.lower(), (words, said)
    assert "Edit" not in said
    drawer = viewer.get(of(policy), headers={"HX-Request": "true"})
    assert b"<dialog" in drawer.content
    assert a_stranger().get(of(policy)).status_code == 404


def test_a_save_over_a_newer_version_is_noticed() -> None:
    policy = a_policy(name="night watch")
    client = signed_in()
    sent(client, of(policy, "modify"), typed(opened="1", denoise_mute_0="6"), expect=302)
    answer = sent(client, of(policy, "modify"), typed(opened="1", denoise_mute_0="7"), expect=422)
    assert "Somebody changed this since you opened it" in words_of(answer)
    sent(client, of(policy, "modify"), typed(opened="1", denoise_mute_0="7", anyway="2"), expect=302)
    policy.refresh_from_db()
    assert (policy.denoise_mute, policy.version) == (420, 3)


def test_saving_what_is_unchanged_makes_no_version() -> None:
    policy = a_policy(name="night watch")
    client = signed_in()
    for opened in ("1", "2", "2"):
        sent(client, of(policy, "modify"), typed(opened=opened, denoise_mute_0="6"), expect=302)
    policy.refresh_from_db()
    assert policy.version == 2
    assert [version.number for version in policy.versions.order_by("number")] == [1, 2]


def test_a_push_channel_more_or_less_is_a_change() -> None:
    policy, channel = a_policy(), a_push_channel()
    for channels in ([channel], [channel], [], []):
        save_policy(SubscriptionPolicy.objects.get(pk=policy.pk), push_channels=channels, now=NOW)
    assert SubscriptionPolicy.objects.get(pk=policy.pk).version == 3


def test_policies_are_switched_and_deleted_alone_and_together() -> None:
    one, two = a_policy(), a_policy()
    client = signed_in()
    sent(client, of(one, "disable"), {}, expect=302)
    one.refresh_from_db()
    assert one.state == "DISABLED"
    sent(client, of(one, "enable"), {}, expect=302)
    change = reverse("cloudmonitor:subscription_policies_change")
    sent(client, change, {"policy": [one.pk, two.pk], "do": "disable"}, expect=302)
    assert set(SubscriptionPolicy.objects.values_list("state", flat=True)) == {"DISABLED"}
    asked = sent(client, change, {"policy": [one.pk, two.pk], "do": "delete"}, expect=200)
    assert "Delete 2 subscription policies?" in words_of(asked)
    assert SubscriptionPolicy.objects.count() == 2
    sent(client, change, {"policy": [two.pk], "do": "delete", "sure": "on"}, expect=302)
    assert "Delete the subscription policy" in words_of(client.get(of(one, "delete")))
    sent(client, of(one, "delete"), {}, expect=302)
    assert not SubscriptionPolicy.objects.exists()
    assert "Mark subscription policies" in words_of(client.post(change, {"do": "delete"}, follow=True))


def test_a_policy_goes_back_to_what_it_was() -> None:
    policy = a_policy(name="night watch", merge_by=["name"], denoise_mute=60)
    client = signed_in()
    sent(client, of(policy, "modify"), typed(merge_by=["region"], state="DISABLED"), expect=302)
    said = words_of(client.get(of(policy, "versions")))
    for words in ("Merge content Event name → Region", "Then mute for 1 minute → 5 minutes", "Roll back", "In force"):
        assert words in said, (words, said)
    back = reverse("cloudmonitor:policy_version_roll_back", args=[policy.versions.get(number=1).pk])
    assert "Merge content Region → Event name" in words_of(client.get(back))
    sent(client, back, {}, expect=302)
    policy.refresh_from_db()
    assert (policy.merge_by, policy.denoise_mute, policy.version) == (["name"], 60, 3)
    assert a_stranger().get(back).status_code == 404


def test_merge_and_denoise_are_said_while_they_are_chosen() -> None:
    words = reverse("cloudmonitor:subscription_policy_words")
    said = signed_in().get(words, typed(denoise="COUNT", merge_by="name")).content.decode()
    assert "Tells after 5 events within 5 minutes, then is quiet for 5 minutes." in said
    assert "One message for each event name." in said
    assert not signed_in().get(words, typed(denoise_mute_0="x")).content.strip()


def test_a_batch_stands_in_the_story_of_its_events_and_in_the_history() -> None:
    policy = a_policy(denoise="COUNT", denoise_count=2, denoise_period=600)
    first, second = an_event(FAILURE), an_event(FAILURE)
    run(NOW)
    client = signed_in(Role.VIEWER)
    story = page_of(client, reverse("cloudmonitor:system_event", args=[first.pk])).select_one(".timeline")
    assert story is not None
    said = " ".join(story.get_text(" ").split())
    assert f"Subscription policy {policy.name}: Told" in said
    assert "First message: 2 events" in said
    assert story.select_one(f'a[href="{of(policy)}"]')
    batch = Batch.objects.get()
    events = client.get(reverse("cloudmonitor:system_events"), {"batch": str(batch.pk), "format": "json"}).json()
    assert {each["Id"] for each in events["events"]} == {str(first.pk), str(second.pk)}
    history = page_of(client, reverse("cloudmonitor:history"), policy=policy.name)
    assert history.select_one(f'#results a[href="{of(policy)}"]')
    assert "2 events" in history.get_text(" ")
    (row,) = client.get(reverse("cloudmonitor:history"), {"format": "json"}).json()["notifications"]
    assert (row["Policy"], row["BatchId"], row["Events"], row["Test"]) == (policy.name, str(batch.pk), 2, False)
    decisions = client.get(reverse("cloudmonitor:decisions"), {"format": "json"}).json()["decisions"]
    assert {(each["Policy"], each["BatchId"], each["Decision"]) for each in decisions} == {
        (policy.name, str(batch.pk), "TOLD")
    }
    message = words_of(client.get(reverse("cloudmonitor:notification", args=[batch.notifications.get().pk])))
    assert str(batch.pk) in message
    assert policy.name in message


def test_why_nobody_was_told_names_what_each_policy_made_of_the_event() -> None:
    a_policy(name="elsewhere", content_words=["no such text"])
    a_policy(name="counting", denoise="COUNT", denoise_count=3)
    event = an_event(FAILURE)
    run(NOW)
    address = reverse("cloudmonitor:event_explained", args=[event.pk])
    said = words_of(signed_in(Role.VIEWER).get(address))
    assert "counting Counted, not often enough yet. Told as soon as there are 3 of them within 5 min" in said
    assert "elsewhere Not selected: Event content does not hold. no such text" in said
    found = signed_in().get(address, {"format": "json"}).json()["policies"]
    assert [each["name"] for each in found] == ["counting", "elsewhere"]
