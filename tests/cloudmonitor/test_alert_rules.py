"""Event-triggered Alert Rules: the panel filled from a search, what it refuses, what it hides, and the list."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError
from django.urls import reverse

from alerts.accounts.models import AuditEntry
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from alerts.estate.refusal import Refused
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision
from alerts.rules.models import AlertRule
from alerts.rules.save import save_rule
from tests.builders import NOW, OTHER_UID, a_contact, a_contact_group, a_rule, an_account, an_event
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:alert_rules")
CREATE = reverse("cloudmonitor:alert_rule_create")
FAILURE = "Secret:RotateSecret:Failure"
HOOK = "https://hooks.example.com/services/canary-7f3a"


def of(rule: AlertRule, verb: str) -> str:
    """Return the address of something that can be done to a rule."""
    return reverse(f"cloudmonitor:alert_rule_{verb}", args=[rule.pk])


def a_default_group() -> ContactGroup:
    """Return the group that every account starts with, with somebody in it."""
    return a_contact_group(a_contact(), name=DEFAULT_GROUP)


def typed(*urls: str, group: ContactGroup | None = None, **fields: object) -> dict[str, object]:
    """Return what somebody types into the panel."""
    rows: dict[str, object] = {"groups-TOTAL_FORMS": "1", "groups-INITIAL_FORMS": "0", "groups-0-method": "WARN"}
    rows |= {"groups-0-group": str(group.pk)} if group else {}
    rows |= {"urls-TOTAL_FORMS": str(len(urls) or 1), "urls-INITIAL_FORMS": "0"}
    for number, url in enumerate(urls):
        rows |= {f"urls-{number}-url": url, f"urls-{number}-http_method": "GET"}
    return {"name": "rotation failed", "product": "KMS", "mute_for": "300", "keyword_mode": "any", **rows, **fields}


def chosen(page: BeautifulSoup, name: str) -> list[str]:
    """Return the marked boxes of a field."""
    return [str(box["value"]) for box in page.select(f'input[name="{name}"][checked]')]


def test_the_panel_is_filled_from_the_search() -> None:
    group = a_default_group()
    query = {"product": "KMS", "event_type": "Exception", "level": ["CRITICAL"], "name": [FAILURE]}
    page = page_of(signed_in(), CREATE, **query, keywords='rds or "my secret"', period="7d")
    assert page.select_one('input[name="name"]')["value"] == "managed_secret_rotation_failed"  # type: ignore[index]
    assert page.select_one('select[name="product"] option[selected][value="KMS"]')
    assert (chosen(page, "event_types"), chosen(page, "levels"), chosen(page, "names")) == (
        ["Exception"],
        ["CRITICAL"],
        [FAILURE],
    )
    assert page.select_one('textarea[name="keywords"]').text.split("\n")[-2:] == ["rds", "my secret"]  # type: ignore[union-attr]
    assert page.select_one(f'select[name="groups-0-group"] option[selected][value="{group.pk}"]')
    assert page.select_one('select[name="mute_for"] option[selected][value="86400"]')
    assert "Not carried over" not in page.get_text()


def test_the_panel_says_what_could_not_be_carried_over() -> None:
    page = page_of(signed_in(), CREATE, region=["r" * 60 + str(number) for number in range(20)], keywords="(a or")
    text = page.get_text()
    for said in ("Not carried over", "Region (rrr", "no room for it", "Column 1: “(” is not closed."):
        assert said in text
    assert not page.select_one('textarea[name="keywords"]').text.strip()  # type: ignore[union-attr]


def test_what_no_field_selects_by_becomes_a_part_of_the_sql_filter() -> None:
    search = {"region": "cn-hangzhou", "product": ["KMS", "ECS"], "resource": "it's", "keywords": "(a or b) and c"}
    page = page_of(signed_in(), CREATE, **search)
    assert page.select_one('[name="sql_filter"]').text.strip() == (  # type: ignore[union-attr]
        "region = 'cn-hangzhou' and resource = 'it''s' and product in ('KMS', 'ECS') and ((a or b) and c)"
    )
    assert "Not carried over" not in page.get_text()


def test_an_expression_becomes_the_sql_filter_of_the_rule() -> None:
    page = page_of(signed_in(), CREATE, status="Failed", keywords=" (a or b) and content.x > 5")
    assert "Not carried over" not in page.get_text()
    assert "(a or b) and content.x > 5" in str(page.select_one('[name="sql_filter"]')).replace("&gt;", ">")
    assert not page.select_one('textarea[name="keywords"]').text.strip()  # type: ignore[union-attr]
    assert chosen(page, "statuses") == ["Failed"]


def test_a_rule_is_saved_and_the_next_event_is_told_by_it() -> None:
    group = a_default_group()
    fields = typed(HOOK, group=group, names=[FAILURE], levels=["CRITICAL"], keywords=" rds \n\nrds\nApp ")
    sent(signed_in(), CREATE, fields, expect=302)
    rule = AlertRule.objects.get()
    assert (rule.name, rule.names, rule.levels, rule.keywords) == (
        "rotation failed",
        [FAILURE],
        ["CRITICAL"],
        ["rds", "App"],
    )
    assert (rule.mute_for, rule.state) == (300, "ENABLED")
    targets = [(t.kind, t.method, t.fields) for t in rule.targets.order_by("pk")]
    assert targets == [("contact_group", "WARN", {}), ("webhook", "CRITICAL", {"url": HOOK, "method": "GET"})]
    entry = AuditEntry.objects.get(verb="alert_rule.create")
    assert (entry.subject, "canary" in str(entry.detail)) == ("rotation failed", False)
    an_event(FAILURE, content={"secretName": "rds-1"})
    an_event(FAILURE, content={"secretName": "other"}, instance_name="other", resource="acs:kms:x:y:secret/other")
    dispatch_batch(now=NOW)
    assert Decision.objects.filter(rule=rule).get().verdict == "TOLD"


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 129}),
        ("name", {"name": "no/slash"}),
        ("name", {"name": "taken"}),
        ("names", {"names": [f"Event:{number}" for number in range(51)]}),
        ("keywords", {"keywords": "\n".join(map(str, range(51)))}),
        ("keywords", {"keywords": "k" * 257}),
        ("keywords", {"keywords": "a\x00b"}),
        ("names", {"names": ["a\x00b"]}),
        ("product", {"product": "a\x00b"}),
        ("levels", {"levels": ["SEVERE"]}),
        ("mute_for", {"mute_for": "99999999"}),
        ("urls-0-url", {"urls-0-url": "ftp://example.com/"}),
        ("urls-0-url", {"urls-0-url": "http://user:password@example.com/"}),
        ("urls-0-url", {"urls-0-url": "https://" + "x" * 2100}),
        ("groups-0-group", {"groups-0-group": "0"}),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_typed_is_lost(control: str, fields: dict[str, Any]) -> None:
    a_rule(name="taken")
    group = a_default_group()
    data = typed(HOOK, group=group, keywords="keep\nthis") | fields
    answer = sent(signed_in(), CREATE, data, expect=422)
    page = BeautifulSoup(answer.content, "html.parser")
    field = page.select_one(f'.field:has([name="{control}"])')
    assert field is not None
    assert field.select(".errors li")
    if "name" not in fields:
        assert page.select_one('input[name="name"]')["value"] == "rotation failed"  # type: ignore[index]
    if "urls-0-url" not in fields:
        assert page.select_one('input[name="urls-0-url"]')["value"] == HOOK  # type: ignore[index]
    if "keywords" not in fields:
        assert page.select_one('textarea[name="keywords"]').text.split() == ["keep", "this"]  # type: ignore[union-attr]
    assert AlertRule.objects.count() == 1


def test_a_rule_needs_one_way_of_notifying() -> None:
    assert "at least one way of notifying" in words_of(sent(signed_in(), CREATE, typed(), expect=422))


def test_the_same_destination_twice_is_refused() -> None:
    answer = sent(signed_in(), CREATE, typed(HOOK, HOOK), expect=422)
    page = BeautifulSoup(answer.content, "html.parser")
    assert "twice" in page.select_one('.field:has([name="urls-1-url"]) .errors').get_text()  # type: ignore[union-attr]


def test_no_more_than_five_targets_of_a_kind_are_accepted() -> None:
    urls = [f"{HOOK}/{number}" for number in range(6)]
    assert "at most 5" in words_of(sent(signed_in(), CREATE, typed(*urls), expect=422))
    sent(signed_in(), CREATE, typed(*urls[:5]), expect=302)


def test_a_group_of_another_account_cannot_be_chosen() -> None:
    foreign = a_contact_group(account=an_account(OTHER_UID))
    sent(signed_in(), CREATE, typed(group=foreign), expect=422)


def test_a_row_is_added_without_scripts_and_nothing_typed_is_lost() -> None:
    answer = sent(signed_in(), CREATE, typed("ftp://half-typed", name="", add="urls"), expect=200)
    page = BeautifulSoup(answer.content, "html.parser")
    assert [field["value"] if field.get("value") else "" for field in page.select('input[name$="-url"]')] == [
        "ftp://half-typed",
        "",
    ]
    assert not page.select(".errors")
    full = sent(signed_in(), CREATE, typed(*["u"] * 5, add="urls"), expect=200)
    assert len(BeautifulSoup(full.content, "html.parser").select('input[name$="-url"]')) == 5


@pytest.mark.parametrize("broken", ["x", "", "-1", "9" * 40])
def test_a_broken_number_of_rows_is_a_mistake_and_no_crash(broken: str) -> None:
    sent(signed_in(), CREATE, typed(HOOK) | {"urls-TOTAL_FORMS": broken}, expect=422)
    sent(signed_in(), CREATE, typed(HOOK, add="urls") | {"urls-TOTAL_FORMS": broken}, expect=200)


def test_a_name_taken_in_the_meantime_is_refused_at_its_field() -> None:
    a_rule(name="same")
    with pytest.raises(Refused) as refused:
        save_rule(AlertRule(account=an_account(), name="same"), targets=[], now=NOW)
    assert refused.value.field == "name"
    assert isinstance(refused.value.__cause__, IntegrityError)


def test_a_stored_url_is_never_shown_and_kept_while_its_field_is_empty() -> None:
    rule = a_rule(name="hooked", url=HOOK)
    client, path = signed_in(), of(rule, "modify")
    page = page_of(client, path)
    assert "canary" not in str(page)
    assert "https://hooks.example.com/" in page.get_text()
    target = rule.targets.get()
    stored = {"urls-INITIAL_FORMS": "1", "urls-0-stored": str(target.pk), "urls-0-http_method": "POST"}
    sent(client, path, typed(name="hooked") | stored, expect=302)
    assert [each.fields["url"] for each in rule.targets.all()] == [HOOK]
    kept = stored | {"urls-0-stored": str(rule.targets.get().pk)}
    answer = sent(client, path, typed(name="") | kept, expect=422)
    assert "canary" not in answer.content.decode()
    answer = sent(client, path, typed(name="hooked") | kept | {"urls-0-remove": "on"}, expect=422)
    assert "at least one way of notifying" in words_of(answer)
    assert "canary" not in client.get(LIST).content.decode()


def test_a_stored_url_of_another_rule_cannot_be_taken_over() -> None:
    theirs = a_rule(account=an_account(OTHER_UID), url=HOOK).targets.get()
    answer = sent(signed_in(), CREATE, typed() | {"urls-0-stored": str(theirs.pk)}, expect=422)
    assert "canary" not in answer.content.decode()


def test_a_rule_is_modified_copied_disabled_enabled_and_deleted() -> None:
    group = a_default_group()
    rule, client = a_rule(name="first", group=group, levels=["CRITICAL"]), signed_in()
    fields = typed(group=group, name="second", levels=["WARN"]) | {"groups-INITIAL_FORMS": "1"}
    sent(client, of(rule, "modify"), fields, expect=302)
    rule.refresh_from_db()
    assert (rule.name, rule.levels) == ("second", ["WARN"])
    copy = page_of(client, CREATE, copy=str(rule.pk))
    assert copy.select_one('input[name="name"]')["value"] == "second copy"  # type: ignore[index]
    assert chosen(copy, "levels") == ["WARN"]
    for verb, state in (("disable", "DISABLED"), ("enable", "ENABLED")):
        sent(client, of(rule, verb), {}, expect=302)
        rule.refresh_from_db()
        assert rule.state == state
    an_event("Key:DeleteKey:Success")
    dispatch_batch(now=NOW)
    assert "deleted" not in words_of(client.get(of(rule, "delete"))).lower()
    sent(client, of(rule, "delete"), {}, expect=302)
    assert not AlertRule.objects.exists()
    assert [decision.rule_name for decision in Decision.objects.all()] == ["second"]
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {
        f"alert_rule.{verb}" for verb in ("modify", "disable", "enable", "delete")
    }
