"""Alert rules: several at once, filters, versions with the way back, trials, and resource groups."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry
from alerts.rules.models import AlertRule, ResourceGroup, RuleBook, RuleVersion
from alerts.rules.save import forget_trials
from tests.builders import NOW, OTHER_UID, a_rule, an_account, an_event
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.cloudmonitor.test_alert_rule_panel import OTHER_SECRET, SECRET, WHOLE, resources, rows
from tests.cloudmonitor.test_alert_rules import CREATE, HOOK, LIST, a_default_group, of, typed

pytestmark = pytest.mark.django_db

SEVERAL = reverse("cloudmonitor:alert_rules_change")
GROUPS = reverse("cloudmonitor:resource_groups")


def test_several_are_disabled_enabled_and_after_one_question_deleted() -> None:
    first, second, third = (a_rule(name=name) for name in ("first", "second", "third"))
    client, marked = signed_in(), [first.pk, second.pk]
    for do, state in (("disable", "DISABLED"), ("enable", "ENABLED")):
        sent(client, SEVERAL, {"rule": marked, "do": do}, expect=302)
        assert set(AlertRule.objects.filter(pk__in=marked).values_list("state", flat=True)) == {state}
    asked = client.post(SEVERAL, {"rule": marked, "do": "delete"})
    assert "Delete 2 alert rules?" in words_of(asked)
    assert "first" in words_of(asked)
    assert AlertRule.objects.count() == 3
    sent(client, SEVERAL, {"rule": marked, "do": "delete", "sure": "on"}, expect=302)
    assert AlertRule.objects.get() == third
    assert AuditEntry.objects.get(verb="alert_rule.delete").subject == "first, second"


def test_none_marked_or_one_of_somebody_else_changes_nothing() -> None:
    foreign, own, client = a_rule(account=an_account(OTHER_UID)), a_rule(), signed_in()
    for marked, said in (([], "Mark alert rules"), ([own.pk, foreign.pk], "deleted already")):
        sent(client, SEVERAL, {"rule": marked, "do": "disable"}, expect=302)
        assert said in words_of(client.get(LIST))
    assert set(AlertRule.objects.values_list("state", flat=True)) == {"ENABLED"}


def test_the_list_is_narrowed_by_name_state_product_and_group() -> None:
    group = a_default_group()
    a_rule(name="kms only", product="KMS", group=group)
    a_rule(name="ecs only", product="ECS", state="DISABLED")
    a_rule(name="everything")
    client = signed_in()
    for asked, names in (
        ({"text": "only"}, {"kms only", "ecs only"}),
        ({"state": "DISABLED"}, {"ecs only"}),
        ({"product": "KMS"}, {"kms only", "everything"}),
        ({"group": str(group.pk)}, {"kms only"}),
    ):
        found = client.get(LIST, {**asked, "format": "json"}).json()["alertRules"]
        assert {rule["Name"] for rule in found} == names, asked


def test_a_trial_is_nowhere_to_be_seen_and_goes_after_a_day() -> None:
    trial, client = a_rule(name="on trial", state="TRIAL"), signed_in()
    for page in (LIST, reverse("cloudmonitor:history"), reverse("cloudmonitor:contact_groups"), "/"):
        assert b"on trial" not in client.get(page).content, page
    for verb in ("modify", "versions", "delete"):
        assert client.get(of(trial, verb)).status_code == 404
    assert forget_trials(now=NOW + timedelta(hours=23)) == 0
    assert forget_trials(now=NOW + timedelta(hours=25)) == 1
    assert not AlertRule.objects.exists()


def test_every_change_makes_a_version_that_says_what_changed_and_who_did_it() -> None:
    client = signed_in()
    sent(client, CREATE, typed(HOOK, name="versioned") | {"urls-0-secret": SECRET}, expect=302)
    rule = AlertRule.objects.get()
    stored = {"stored": str(rule.targets.get().pk), "http_method": "GET", "secret": OTHER_SECRET}
    sent(client, of(rule, "modify"), typed(name="versioned", levels=["WARN"]) | rows("urls", stored), expect=302)
    sent(client, of(rule, "disable"), {}, expect=302)
    again = {"stored": str(rule.targets.get().pk), "http_method": "GET"}
    sent(client, of(rule, "modify"), typed(name="versioned", levels=["WARN"]) | rows("urls", again), expect=302)
    found = list(RuleVersion.objects.filter(rule=rule).order_by("number").values_list("number", "change"))
    assert found == [(1, "create"), (2, "modify"), (3, "disable")]
    page = page_of(client, of(rule, "versions"))
    words = " ".join(page.get_text(" ").split())
    for said in ("Event level – → WARN", "(changed)", "State Enabled → Disabled", "In force"):
        assert said in words, said
    assert "canary" not in str(page)
    assert SECRET not in str(page)
    exported = client.get(of(rule, "versions"), {"format": "json"})
    assert b"canary" not in exported.content


def test_a_rule_goes_back_to_what_it_was_with_its_secrets() -> None:
    client, group = signed_in(), resources()
    sent(client, CREATE, typed(HOOK, **WHOLE, resource_group=group.pk) | {"urls-0-secret": SECRET}, expect=302)
    rule = AlertRule.objects.get()
    before = sorted((target.kind, target.address) for target in rule.targets.all())
    edition = RuleBook.objects.get().edition
    fields = typed(HOOK + "/other", name="other") | {f"{kind}-TOTAL_FORMS": "0" for kind in ("queues", "functions")}
    sent(client, of(rule, "modify"), fields | {f"{k}-INITIAL_FORMS": "0" for k in ("queues", "functions")}, expect=302)
    version = RuleVersion.objects.get(rule=rule, number=1)
    path = reverse("cloudmonitor:rule_version_roll_back", args=[version.pk])
    asked = page_of(client, path)
    assert "rotation failed" in asked.get_text()
    assert "canary" not in str(asked)
    sent(client, path, {}, expect=302)
    rule.refresh_from_db()
    assert (rule.name, rule.version, rule.resource_group, rule.statuses) == ("rotation failed", 3, group, ["Failed"])
    assert sorted((target.kind, target.address) for target in rule.targets.all()) == before
    assert RuleBook.objects.get().edition != edition
    assert a_stranger().get(path).status_code == 404


def test_a_way_back_that_is_gone_is_refused_with_the_reason() -> None:
    group, client = a_default_group(), signed_in()
    rule = a_rule(name="told", group=group)
    group.name = "Renamed"
    group.save()
    sent(client, of(rule, "modify"), typed(HOOK, name="told", **rows("groups")), expect=302)
    version = RuleVersion.objects.get(rule=rule, number=1)
    rule.targets.all().delete()
    group.delete()
    answer = sent(client, reverse("cloudmonitor:rule_version_roll_back", args=[version.pk]), {}, expect=422)
    assert "There is no contact group “Renamed”." in words_of(answer)


def test_a_resource_group_is_made_changed_and_kept_while_a_rule_looks_at_it() -> None:
    client, secret = signed_in(), an_event("Secret:RotateSecret:Failure").resource
    create = reverse("cloudmonitor:resource_group_create")
    fields = {"name": "mine", "patterns": f"{secret}\r\nacs:kms:*:never/*\r\n{secret}"}
    sent(client, create, fields, expect=302)
    said = words_of(client.get(GROUPS))
    assert "No resource with an event in the last 90 days matches acs:kms:*:never/*." in said
    group = ResourceGroup.objects.get()
    assert group.patterns == [secret, "acs:kms:*:never/*"]
    found = {"name": "mine", "patterns": "acs:kms:*:secret/*"}
    before = RuleBook.objects.get().edition
    sent(client, reverse("cloudmonitor:resource_group_modify", args=[group.pk]), found, expect=302)
    assert RuleBook.objects.get().edition != before
    rule = a_rule(name="looks at it", resource_group=group)
    delete = reverse("cloudmonitor:resource_group_delete", args=[group.pk])
    assert "looks at it" in words_of(sent(client, delete, {}, expect=422))
    rule.delete()
    a_rule(name="trial", state="TRIAL", resource_group=group)
    sent(client, delete, {}, expect=302)
    assert not ResourceGroup.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"patterns": "acs:kms:*\r\nnonsense"}, "Line 2 is neither a resource"),
        ({"patterns": "a\x00*"}, "Line 1"),
        ({"patterns": "*" * 1025}, "Line 1 is longer than 1024"),
        ({"patterns": "\r\n".join(f"*{number}" for number in range(201))}, "At most 200"),
        ({"patterns": " \r\n"}, "at least one resource"),
        ({"name": ""}, "required"),
        ({"name": "taken"}, "of this name already"),
    ],
)
def test_a_mistake_in_a_resource_group_is_said(fields: dict[str, str], said: str) -> None:
    resources(name="taken")
    data = {"name": "new", "patterns": "acs:kms:*:key/*"} | fields
    assert said in words_of(sent(signed_in(), reverse("cloudmonitor:resource_group_create"), data, expect=422))
    assert ResourceGroup.objects.count() == 1
