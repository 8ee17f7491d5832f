"""What is wrong with rules although each of their fields is right."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.events import partitions
from alerts.notifications import past as looking_back
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.lint import findings_of
from alerts.notifications.models import Destination
from alerts.notifications.recipients import recipients_of
from alerts.rules.models import AlertRule, RuleTarget
from tests.builders import NOW, UID, a_contact, a_contact_group, a_rule, an_account, an_arn, an_event
from tests.cloudmonitor.people import page_of, signed_in

pytestmark = pytest.mark.django_db
FAILURE = "Secret:RotateSecret:Failure"


@pytest.fixture(autouse=True)
def able(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Have a mail server, and a machine with time."""
    settings.SMTP_URL = "smtp://localhost:1"
    for name in ("READING", "SAMPLING"):
        monkeypatch.setattr(looking_back, name, 30)
    partitions.ensure(now=NOW)


def codes(*rules: AlertRule) -> list[list[str]]:
    found = findings_of(rules, account=UID, now=NOW)
    return [[each.code for each in found[rule.pk]] for rule in rules]


def test_a_rule_that_is_right_and_of_use_has_no_finding() -> None:
    an_event(FAILURE)
    assert codes(a_rule(names=[FAILURE], product="KMS")) == [[]]


def test_a_rule_that_matched_nothing_is_named() -> None:
    an_event(FAILURE)
    assert codes(a_rule(names=["Key:DeleteKey:Success"])) == [["never-matched"]]


def test_a_rule_whose_matches_are_out_of_sight_but_decided_is_not() -> None:
    rule = a_rule(names=[FAILURE])
    an_event(FAILURE)
    dispatch_batch(now=NOW)
    assert findings_of([rule], account=UID, now=NOW)[rule.pk] == []


def test_a_filter_that_contradicts_the_levels_is_named() -> None:
    rule = a_rule(levels=["CRITICAL"], sql_filter="level = INFO")
    assert codes(rule) == [["never-holds"]]


def test_the_needless_one_of_two_rules_is_named_with_the_other() -> None:
    an_event(FAILURE)
    group = a_contact_group(a_contact())
    wider, narrower = a_rule(name="wider", group=group), a_rule(name="narrower", group=group, levels=["CRITICAL"])
    twin = a_rule(name="twin", group=group)
    elsewhere = a_rule(name="elsewhere", levels=["CRITICAL"], group=a_contact_group(a_contact(email="b@example.com")))
    found = findings_of([wider, narrower, twin, elsewhere], account=UID, now=NOW)
    assert [each.about for each in found[narrower.pk]] == ["wider"]
    assert [each.about for each in found[twin.pk]] == ["wider"]
    assert found[wider.pk] == found[elsewhere.pk] == []


@pytest.mark.parametrize(
    "fields", [{"mute_for": 24 * 3600}, {"state": "DISABLED"}, {"effective_start": "08:00", "effective_end": "18:00"}]
)
def test_a_rule_that_tells_less_makes_no_other_needless(fields: dict[str, Any]) -> None:
    an_event(FAILURE)
    group = a_contact_group(a_contact())
    a_rule(name="wider", group=group, **{"mute_for": 300, **fields})
    assert codes(a_rule(group=group, levels=["CRITICAL"], mute_for=300)) == [[]]


def test_where_patterns_do_not_tell_the_past_does() -> None:
    for hour in range(4):
        an_event(FAILURE, at=NOW - timedelta(hours=hour + 1))
    group = a_contact_group(a_contact())
    a_rule(name="by level", group=group, levels=["CRITICAL"])
    rule = a_rule(group=group, names=[FAILURE])
    (found,) = findings_of([rule], account=UID, now=NOW)[rule.pk]
    assert (found.code, found.about, found.sure, found.looked_at) == ("shadowed", "by level", False, 4)


def test_who_is_not_reached_is_named() -> None:
    an_event(FAILURE)
    late = a_contact("Cid")
    late.addresses.update(confirmed_at=None)
    assert codes(a_rule(group=a_contact_group()), a_rule(group=a_contact_group(late))) == [["nobody", "unreached"]] * 2
    assert codes(a_rule(group=a_contact_group(late, a_contact(email="b@example.com")))) == [["unreached"]]


def test_what_is_paused_or_cannot_be_sent_is_named(settings: Any) -> None:
    an_event(FAILURE)
    settings.SMTP_URL = ""
    rule = a_rule(url="https://hooks.example.com/secret-path", group=a_contact_group(a_contact()))
    queue = json.dumps({"region": "cn-hangzhou", "queue": "q", "topic": ""})
    RuleTarget.objects.create(rule=rule, kind="queue", address=queue)
    (hook,) = (each for each in recipients_of(rule) if each.channel == "webhook")
    Destination.objects.create(account=an_account(), destination=hook.destination, channel="webhook", paused_at=NOW)
    found = findings_of([rule], account=UID, now=NOW)[rule.pk]
    assert sorted((each.code, each.about) for each in found) == [
        ("paused", hook.masked), ("unconfigured", "email"), ("unconfigured", "queue"),
    ]  # fmt: skip
    assert "secret-path" not in str([each.about for each in found])


def test_a_rule_that_is_mostly_muted_is_named() -> None:
    arn = an_arn("secret")
    rule = a_rule(mute_for=24 * 3600)
    for minute in range(5):
        an_event(FAILURE, resource=arn, at=NOW - timedelta(minutes=minute))
    dispatch_batch(now=NOW)
    assert codes(rule) == [["mostly-muted"]]


def test_beyond_the_sample_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "SAMPLE", 3)
    for hour in range(8):
        an_event(FAILURE, at=NOW - timedelta(hours=hour + 1))
    rule = a_rule(names=["Key:DeleteKey:Success"])
    (found,) = findings_of([rule], account=UID, now=NOW)[rule.pk]
    assert (found.code, found.sure) == ("never-matched", False)


def test_many_rules_ask_the_database_as_often_as_few(django_assert_num_queries: Any) -> None:
    an_event(FAILURE)
    rules = [a_rule(name=f"rule {number}", names=[FAILURE]) for number in range(2)]
    with CaptureQueriesContext(connection) as few:
        findings_of(rules, account=UID, now=NOW)
    rules += [a_rule(name=f"more {number}", names=[FAILURE]) for number in range(8)]
    with django_assert_num_queries(len(few)):
        findings_of(rules, account=UID, now=NOW)


def test_the_page_and_the_json_name_the_rules() -> None:
    an_event(FAILURE)
    a_rule(name="fine", product="KMS", names=[FAILURE])
    a_rule(name="odd", names=["Key:DeleteKey:Success"])
    client, address = signed_in(), reverse("cloudmonitor:alert_rules_lint")
    (row,) = page_of(client, address).select("tbody tr")
    assert row.get_text(" ", strip=True).startswith("odd Enabled It matched nothing in the last 90 days.")
    short = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "1 of 2 rules need a look" in short
    assert f'hx-get="{address}"' in client.get(reverse("cloudmonitor:alert_rules")).content.decode()
    found = client.get(address, {"format": "json"}).json()["rules"]
    assert [(rule["name"], [each["code"] for each in rule["findings"]]) for rule in found] == [
        ("odd", ["never-matched"])
    ]


def test_the_command_ends_with_one_when_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    an_event(FAILURE)
    a_rule(name="fine", product="KMS", names=[FAILURE])
    call_command("rules", "lint")
    assert capsys.readouterr().out == "Nothing is wrong.\n"
    a_rule(name="odd", names=["Key:DeleteKey:Success"])
    with pytest.raises(SystemExit) as ended:
        call_command("rules", "lint")
    assert ended.value.code == 1
    assert capsys.readouterr().out == "odd: never-matched: It matched nothing in the last 90 days.\n"
