"""Create Event Test: a made-up event goes the real way, and is marked as a test everywhere."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.events.models import EventCount, SystemEvent
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.rules.models import AlertRule
from tests.builders import (
    NOW,
    a_rule,
    an_event,
)
from tests.cloudmonitor.people import page_of, signed_in
from tests.cloudmonitor.test_rule_checks import a_form, page_of_answer, words_of

pytestmark = pytest.mark.django_db
FAILURE = "Secret:RotateSecret:Failure"
HTMX = {"HX-Request": "true"}


def sample_on(client: Client, rule: AlertRule, **query: str) -> dict[str, Any]:
    page = page_of(client, reverse("cloudmonitor:alert_rule_test", args=[rule.pk]), **query)
    found: dict[str, Any] = json.loads(page.select_one("textarea").text)  # type: ignore[union-attr]
    return found


def test_a_test_goes_the_real_way_and_is_marked_as_one() -> None:
    rule = a_rule(name="tested", levels=["CRITICAL"], state=AlertRule.State.DISABLED)
    a_rule(name="unconcerned")
    client = signed_in(Role.OPERATOR)
    document = sample_on(client, rule, type=FAILURE)
    document["instanceName"] = "edited"
    sent = client.post(reverse("cloudmonitor:alert_rule_test", args=[rule.pk]), {"document": json.dumps(document)})
    assert sent.status_code == 302
    assert "has not looked at it yet" in words_of(client.get(sent.headers["Location"]))
    dispatch_batch(now=NOW + timedelta(minutes=1))
    while deliver_one(now=NOW + timedelta(minutes=1)):
        pass
    event = SystemEvent.objects.get()
    assert (event.test_of, event.origin, event.instance_name) == (rule.pk, "test", "edited")
    assert [(each.rule, each.verdict, each.test) for each in Decision.objects.all()] == [(rule, "TOLD", True)]
    words = words_of(client.get(sent.headers["Location"], headers=HTMX))
    assert "Kept in the outbox" in words
    assert "Test" in words_of(client.get(reverse("cloudmonitor:system_event", args=[event.pk])))
    assert EventCount.objects.count() == 0


def test_lists_and_exports_have_tests_and_mark_them_and_figures_leave_them_out() -> None:
    rule, client = a_rule(), signed_in(Role.OPERATOR)
    an_event(FAILURE, at=NOW - timedelta(hours=40), test_of=rule.pk, origin="test", instance_name="tried")
    an_event(FAILURE, at=NOW - timedelta(hours=30), instance_name="real")
    address = reverse("cloudmonitor:system_events")
    rows = page_of(client, address).select("tbody tr:has(td)")
    marked = {("tried" in row.text): row.select_one("[data-test]") is not None for row in rows if "td" in str(row)}
    assert marked == {True: True, False: False}
    found = client.get(address, {"format": "json"}).json()["events"]
    assert [(each["InstanceName"], each["Test"]) for each in found] == [("real", False), ("tried", True)]
    assert "tried" not in words_of(client.get(reverse("home")))
    dispatch_batch(now=NOW)
    decided = client.get(reverse("cloudmonitor:decisions"), {"format": "json"}).json()["decisions"]
    assert sorted(each["Test"] for each in decided) == [False, True]
    assert page_of(client, reverse("cloudmonitor:decisions")).select("[data-test]")
    assert page_of(client, reverse("cloudmonitor:history")).select("[data-test]")
    sent = client.get(reverse("cloudmonitor:history"), {"format": "json"}).json()["notifications"]
    assert sorted(each["Test"] for each in sent) == [False, True]
    assert "1 in 7 days" in words_of(client.get(reverse("cloudmonitor:alert_rules")))


def test_the_sample_is_one_that_the_rule_selects_where_there_is_one() -> None:
    rule = a_rule(sql_filter="content.secretType = Rds and level = CRITICAL")
    assert sample_on(signed_in(Role.OPERATOR), rule)["name"] == FAILURE


def test_a_test_that_the_rule_does_not_select_says_why() -> None:
    rule = a_rule(levels=["WARN"])
    client = signed_in(Role.OPERATOR)
    document = sample_on(client, rule, type=FAILURE)
    sent = client.post(reverse("cloudmonitor:alert_rule_test", args=[rule.pk]), {"document": json.dumps(document)})
    dispatch_batch(now=NOW + timedelta(minutes=1))
    words = words_of(client.get(sent.headers["Location"]))
    assert "Why the rule does not select it" in words
    assert "Event level does not hold" in words
    assert Notification.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "name": }', "line 2, column 11"),
        ("[]", "must be an object"),
        ('{"namex": "x"}', "“namex” is no field"),
        ('{"product": "KMS", "name": "a", "level": 5}', "“level” must be a text"),
        ('{"product": "KMS", "name": "a", "level": "INFO", "resourceId": ""}', "“resourceId” is missing"),
        ('{"content": {"n": NaN}}', "NaN is no number"),
        ('{"content": {"n": 1e999}}', "1e999 is no number"),
        ('{"content": "\\ud800"}', "half a character"),
        ('{"content": "\\u0000"}', "cannot hold"),
        ("[" * 30_000, "nested too deeply"),
    ],
)
def test_a_mistake_in_the_json_says_where_it_is_and_loses_nothing(text: str, said: str) -> None:
    rule = a_rule()
    client = signed_in(Role.OPERATOR)
    answer = client.post(reverse("cloudmonitor:alert_rule_test", args=[rule.pk]), {"document": text})
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert page_of_answer(answer).select_one("textarea").text.lstrip("\n") == text
    assert SystemEvent.objects.count() == 0


def test_an_account_sends_ten_tests_a_minute() -> None:
    rule, client = a_rule(), signed_in(Role.OPERATOR)
    address = reverse("cloudmonitor:alert_rule_test", args=[rule.pk])
    document = json.dumps(sample_on(client, rule))
    assert [client.post(address, {"document": document}).status_code for _ in range(11)] == [302] * 10 + [422]
    assert SystemEvent.objects.count() == 10


def test_a_rule_that_is_typed_is_tested_without_being_saved() -> None:
    client = signed_in(Role.OPERATOR)
    sent = client.post(reverse("cloudmonitor:alert_rule_try"), a_form(names=[FAILURE]))
    trial = AlertRule.objects.get()
    assert (trial.state, trial.names, trial.targets.count()) == ("TRIAL", [FAILURE], 1)
    assert not AlertRule.objects.saved().exists()
    assert sent.headers["Location"] == reverse("cloudmonitor:alert_rule_test", args=[trial.pk])
    assert "it is not saved" in words_of(client.get(sent.headers["Location"]))
    assert client.post(reverse("cloudmonitor:alert_rule_try"), a_form(name="")).status_code == 422


def test_a_trial_of_a_stored_rule_leaves_that_as_it_is() -> None:
    rule, client = a_rule(name="kept", levels=["INFO"]), signed_in(Role.OPERATOR)
    client.post(reverse("cloudmonitor:alert_rule_try_stored", args=[rule.pk]), a_form(name="kept", levels=["WARN"]))
    trial = AlertRule.objects.get(state="TRIAL")
    rule.refresh_from_db()
    assert (rule.levels, trial.levels, rule.targets.count()) == (["INFO"], ["WARN"], 1)
