"""The panel of an alert rule: its machine targets, hours, filter and group, and what two people do to one rule."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from alerts.contacts.models import ContactGroup
from alerts.rules import save
from alerts.rules.models import AlertRule, ResourceGroup
from tests.builders import NOW, OTHER_UID, a_contact, a_contact_group, a_rule, an_account
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of
from tests.cloudmonitor.test_alert_rules import CREATE, HOOK, of, typed

pytestmark = pytest.mark.django_db

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the standard's own example
OTHER_SECRET = "whsec_" + "bmV3IHNlY3JldCBvZiB0aGUgY2FuYXJ5IHRlc3Q="


def rows(kind: str, *entries: dict[str, str]) -> dict[str, Any]:
    """Return what is typed into the rows of a kind."""
    typed = {f"{kind}-{number}-{name}": value for number, each in enumerate(entries) for name, value in each.items()}
    return {f"{kind}-TOTAL_FORMS": str(len(entries)), f"{kind}-INITIAL_FORMS": "0", **typed}


def resources(**fields: Any) -> ResourceGroup:
    """Return a resource group."""
    usual = {"account": an_account(), "name": "secrets", "patterns": ["acs:kms:*:secret/*"], "created_at": NOW}
    return ResourceGroup.objects.create(**(usual | fields))


WHOLE: dict[str, Any] = {
    "description": "At night", "statuses": ["Failed"], "levels": ["*"], "names": ["*"],
    "sql_filter": "level = 'CRITICAL' and\r\ncontent.failureInfo.errorCode like 'Kms:%'", "effective_start": "22:00",
    "effective_end": "06:00", "weekdays": ["5", "1"], "time_zone": "Asia/Shanghai",
    **rows("queues", {"region": "cn-hangzhou", "queue": "alerts"}, {"region": "cn-hangzhou", "topic": "alerts"}),
    **rows("functions", {"region": "cn-hangzhou", "function": "page"}),
    **rows("logs", {"region": "cn-hangzhou", "project": "kms-logs", "logstore": "events"}),
}  # fmt: skip


def test_every_field_of_the_panel_is_saved_and_shown_again() -> None:
    group = resources()
    sent(signed_in(), CREATE, typed(HOOK, **WHOLE, resource_group=group.pk) | {"urls-0-secret": SECRET}, expect=302)
    rule = AlertRule.objects.get()
    assert (rule.description, rule.statuses, rule.levels, rule.names) == ("At night", ["Failed"], [], [])
    assert rule.sql_filter == "level = 'CRITICAL' and\ncontent.failureInfo.errorCode like 'Kms:%'"
    assert (rule.resource_group, rule.weekdays, rule.time_zone) == (group, [1, 5], "Asia/Shanghai")
    assert (f"{rule.effective_start:%H:%M}", f"{rule.effective_end:%H:%M}") == ("22:00", "06:00")
    assert sorted((target.kind, *sorted(target.fields.values())) for target in rule.targets.all()) == [
        ("function", "cn-hangzhou", "page"),
        ("log", "cn-hangzhou", "events", "kms-logs"),
        ("queue", "alerts", "cn-hangzhou"),
        ("queue", "alerts", "cn-hangzhou"),
        ("webhook", "GET", HOOK, SECRET),
    ]
    page = page_of(signed_in(), of(rule, "modify"))
    assert "Monday, Friday, from 22:00 to 06:00 on the following day, in the zone Asia/Shanghai." in page.get_text()
    assert page.select_one('input[name="effective_start"]')["value"] == "22:00"  # type: ignore[index]
    assert page.select_one('input[name="queues-1-topic"]')["value"] == "alerts"  # type: ignore[index]
    assert SECRET not in str(page)
    assert "canary" not in str(page)


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("levels", {"levels": ["*", "CRITICAL"]}),
        ("names", {"names": ["*", "Key:DeleteKey:Success"]}),
        ("description", {"description": "x" * 257}),
        ("sql_filter", {"sql_filter": "level = "}),
        ("sql_filter", {"sql_filter": "x " * 501}),
        ("resource_group", {"resource_group": "0"}),
        ("resource_group", {"resource_group": "x"}),
        ("effective_end", {"effective_start": "22:00"}),
        ("effective_start", {"effective_end": "22:00"}),
        ("effective_start", {"effective_start": "25:00"}),
        ("effective_end", {"effective_start": "22:00", "effective_end": "22:00"}),
        ("weekdays", {"weekdays": ["8"]}),
        ("time_zone", {"time_zone": "Atlantis"}),
        ("queues-0-region", rows("queues", {"queue": "alerts"})),
        ("queues-0-region", rows("queues", {"region": "Hangzhou!", "queue": "alerts"})),
        ("queues-0-queue", rows("queues", {"region": "cn-hangzhou"})),
        ("queues-0-queue", rows("queues", {"region": "cn-hangzhou", "queue": "-x"})),
        ("queues-0-topic", rows("queues", {"region": "cn-hangzhou", "queue": "a", "topic": "b"})),
        ("functions-0-function", rows("functions", {"region": "cn-hangzhou", "service": "s"})),
        ("functions-0-function", rows("functions", {"region": "cn-hangzhou", "function": "1\n"})),
        ("logs-0-logstore", rows("logs", {"region": "cn-hangzhou", "project": "kms-logs"})),
        ("logs-0-project", rows("logs", {"region": "cn-hangzhou", "project": "KMS", "logstore": "events"})),
        ("logs-1-logstore", rows("logs", *[{"region": "cn-hangzhou", "project": "kms-l", "logstore": "events"}] * 2)),
        ("urls-0-secret", {"urls-0-secret": "whsec_short"}),
        ("urls-0-url", {"urls-0-url": "", "urls-0-secret": SECRET}),
    ],
)
def test_a_mistake_is_shown_at_its_field(control: str, fields: dict[str, Any]) -> None:
    answer = sent(signed_in(), CREATE, typed(HOOK, keywords="keep") | fields, expect=422)
    page = BeautifulSoup(answer.content, "html.parser")
    field = page.select_one(f'[name="{control}"]').find_parent(class_="field")  # type: ignore[union-attr]
    assert field.select(".errors li")  # type: ignore[union-attr]
    assert page.select_one('textarea[name="keywords"]').text.strip() == "keep"  # type: ignore[union-attr]
    assert not AlertRule.objects.exists()


def test_the_character_at_fault_is_marked_in_the_filter() -> None:
    answer = sent(signed_in(), CREATE, typed(HOOK, sql_filter="Warn and\r\n(Critical or"), expect=422)
    spot = BeautifulSoup(answer.content, "html.parser").select_one("pre.spot")
    assert spot is not None
    assert spot.get_text() == "(Critical or"
    assert spot.select_one("mark").get_text() == "("  # type: ignore[union-attr]


def test_a_resource_group_of_another_account_cannot_be_chosen() -> None:
    foreign = resources(account=an_account(OTHER_UID))
    assert "no such resource group" in words_of(
        sent(signed_in(), CREATE, typed(HOOK, resource_group=foreign.pk), expect=422)
    )


def test_a_signing_secret_is_kept_and_signs_on_beside_the_new_one_until_that_is_ended() -> None:
    client = signed_in()
    sent(client, CREATE, typed(HOOK, name="hooked") | {"urls-0-secret": SECRET}, expect=302)
    rule = AlertRule.objects.get()

    def save(**row: str) -> dict[str, str]:
        stored = rule.targets.get()
        data = {"stored": str(stored.pk), "http_method": "POST", **row}
        sent(client, of(rule, "modify"), typed(name="hooked") | rows("urls", data), expect=302)
        fields = dict(rule.targets.get().fields)
        assert fields.pop("url") == HOOK
        assert fields.pop("method") == "POST"
        return fields

    assert save() == {"secret": SECRET}
    assert save(secret=OTHER_SECRET) == {"secret": OTHER_SECRET, "previous_secret": SECRET}
    assert save() == {"secret": OTHER_SECRET, "previous_secret": SECRET}
    assert save(only_new="on") == {"secret": OTHER_SECRET}
    assert save(unsigned="on") == {}


def test_rows_that_are_not_mentioned_stay_as_they_are() -> None:
    client = signed_in()
    sent(client, CREATE, typed(HOOK, **WHOLE), expect=302)
    rule = AlertRule.objects.get()
    before = sorted(target.kind for target in rule.targets.all())
    fields = typed(HOOK, name="renamed")
    sent(client, of(rule, "modify"), fields, expect=302)
    assert sorted(target.kind for target in rule.targets.all()) == before


def test_saving_over_a_newer_version_is_refused_and_nothing_typed_is_lost() -> None:
    rule, client = a_rule(name="shared"), signed_in()
    page = page_of(client, of(rule, "modify"))
    opened = page.select_one('input[name="opened"]')["value"]  # type: ignore[index]
    sent(client, of(rule, "modify"), typed(HOOK, name="shared", levels=["WARN"], opened=opened), expect=302)
    mine = typed(HOOK, name="mine", opened=opened)
    answer = sent(client, of(rule, "modify"), mine, expect=422)
    refused = BeautifulSoup(answer.content, "html.parser")
    assert "Somebody changed this alert rule since you opened it" in refused.get_text()
    assert refused.select_one(f'a[href="{of(rule, "versions")}"]')
    assert refused.select_one('input[name="name"]')["value"] == "mine"  # type: ignore[index]
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("shared", 2)
    sent(client, of(rule, "modify"), mine | {"anyway": "2"}, expect=302)
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("mine", 3)


def test_saving_over_a_newer_version_keeps_the_address_that_both_pages_knew() -> None:
    client = signed_in()
    sent(client, CREATE, typed(HOOK, name="hooked") | {"urls-0-secret": SECRET}, expect=302)
    rule = AlertRule.objects.get()
    page = page_of(client, of(rule, "modify"))
    known = {each: page.select_one(f'input[name="{each}"]')["value"] for each in ("opened", "urls-0-stored")}  # type: ignore[index]
    mine = typed(name="hooked") | rows("urls", {}) | known
    sent(client, of(rule, "modify"), {**mine, "description": "theirs"}, expect=302)
    sent(client, of(rule, "modify"), {**mine, "description": "mine"}, expect=422)
    sent(client, of(rule, "modify"), {**mine, "description": "mine", "anyway": "2"}, expect=302)
    rule.refresh_from_db()
    target = rule.targets.get(kind="webhook")
    assert (rule.description, target.fields["url"], target.fields["secret"]) == ("mine", HOOK, SECRET)


def test_an_address_that_somebody_removed_meanwhile_is_asked_for_and_never_lost_in_silence() -> None:
    client, rule = signed_in(), a_rule(name="hooked", url=HOOK)
    stored = str(rule.targets.get().pk)
    rule.targets.all().delete()
    stale = typed(name="hooked") | rows("urls", {"stored": stored})
    page = BeautifulSoup(sent(client, of(rule, "modify"), stale, expect=422).content, "html.parser")
    assert "Somebody removed this URL meanwhile" in page.get_text()
    assert page.select_one('input[name="urls-0-remove"]')
    sent(client, of(rule, "modify"), stale | {"urls-0-url": HOOK}, expect=302)
    assert rule.targets.get(kind="webhook").fields["url"] == HOOK


@pytest.mark.parametrize("stored", ["9" * 4301, "9" * 30, "-1", "x", "0", "٣"])
def test_a_row_of_a_target_that_is_not_the_rules_is_refused(stored: str) -> None:
    stranger = a_rule(name="other", url=HOOK).targets.get(kind="webhook")
    for key in (stored, str(stranger.pk)):
        data = typed(name="mine") | rows("urls", {"stored": key})
        for path in (CREATE, reverse("cloudmonitor:alert_rule_checks")):
            answer = sent(signed_in(), path, data, expect=422 if path == CREATE else 200)
            assert HOOK not in answer.content.decode()
    assert not AlertRule.objects.filter(name="mine").exists()


def test_a_group_that_is_deleted_while_a_rule_is_saved_is_named_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    client, group = signed_in(), a_contact_group(a_contact(), name="going")
    held = save._hold_groups

    def gone(*given: Any) -> None:
        ContactGroup.objects.filter(pk=group.pk).delete()
        held(*given)

    monkeypatch.setattr(save, "_hold_groups", gone)
    answer = sent(client, CREATE, typed(group=group, name="mine"), expect=422)
    assert "Somebody deleted a contact group that this alert rule tells" in answer.content.decode()
    assert not AlertRule.objects.exists()


def test_a_rule_that_was_deleted_meanwhile_is_not_there() -> None:
    rule, client = a_rule(name="gone"), signed_in()
    path = of(rule, "modify")
    rule.delete()
    sent(client, path, typed(HOOK), expect=404)


def test_the_hours_are_said_in_words_while_they_are_chosen() -> None:
    client, path = signed_in(), reverse("cloudmonitor:alert_rule_hours")
    said = client.get(path, {"weekdays": ["1", "2", "3", "6"], "time_zone": "Asia/Shanghai"}).content.decode()
    assert "Monday to Wednesday, Saturday, the whole day, in the zone Asia/Shanghai." in said
    assert "At any time" in client.get(path).content.decode()
    assert "Write both times" in client.get(path, {"effective_start": "08:00"}).content.decode()


def test_a_copy_has_every_target_but_the_secret_ones() -> None:
    client = signed_in()
    sent(client, CREATE, typed(HOOK, **WHOLE), expect=302)
    rule = AlertRule.objects.get()
    page = page_of(client, CREATE, copy=str(rule.pk))
    assert page.select_one('input[name="queues-0-queue"]')["value"] == "alerts"  # type: ignore[index]
    assert "URL callbacks are secrets" in page.get_text()
    assert "canary" not in str(page)


def test_enter_saves_and_neither_adds_a_row_nor_overrides_anybody() -> None:
    rule = a_rule(name="shared")
    first = typed(HOOK, name="shared", opened="7")
    page = BeautifulSoup(sent(signed_in(), of(rule, "modify"), first, expect=422).content, "html.parser")
    buttons = page.select("#rule-form button[type=submit]")
    assert buttons[0].get("name") is None
    assert "anyway" in {button.get("name") for button in buttons}
