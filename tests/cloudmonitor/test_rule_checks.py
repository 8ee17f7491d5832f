"""Before a rule is saved: its preview on the past, what it makes of one event, and a test that really goes out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.contacts.models import ContactGroup
from alerts.events import partitions
from alerts.events.models import EventCount, SystemEvent
from alerts.notifications import past as looking_back
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.rules.models import AlertRule
from tests.builders import (
    NOW,
    OTHER_UID,
    a_contact,
    a_contact_group,
    a_rule,
    a_token,
    an_account,
    an_arn,
    an_event,
)
from tests.cloudmonitor.people import page_of, signed_in

pytestmark = pytest.mark.django_db
FAILURE = "Secret:RotateSecret:Failure"
ARN = an_arn("secret", "rds-prod")
HTMX = {"HX-Request": "true"}
CHECKS = "cloudmonitor:alert_rule_checks"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that is busy with other tests have its time."""
    for name in ("READING", "SAMPLING"):
        monkeypatch.setattr(looking_back, name, 30)


@pytest.fixture(autouse=True)
def weeks() -> None:
    """Make the partitions that every installation has."""
    partitions.ensure(now=NOW)


def a_form(**fields: Any) -> dict[str, Any]:
    known = ContactGroup.objects.filter(name="On call").first()
    group = known or a_contact_group(a_contact("Ann"), name="On call")
    rows = {"groups-TOTAL_FORMS": "1", "groups-INITIAL_FORMS": "0", "groups-0-group": group.pk,
            "groups-0-method": "CRITICAL"}  # fmt: skip
    return {"name": "typed", "mute_for": "3600", "time_zone": "UTC", **rows, **fields}


def check(client: Client, **fields: Any) -> str:
    return words_of(client.post(reverse(CHECKS), a_form(**fields), headers=HTMX))


def test_the_preview_counts_matches_and_messages_as_they_are_typed() -> None:
    for hour in range(6):
        an_event(FAILURE, at=NOW - timedelta(hours=hour, minutes=5), resource=ARN)
    an_event("Key:DeleteKey:Success", at=NOW - timedelta(hours=1))
    words = check(signed_in(Role.OPERATOR), names=[FAILURE], mute_for="10800")
    assert "Events matched in 90 days 6 counted" in words
    assert "Would have been told 2 4 muted, 0 outside hours" in words
    assert "Messages 2" in words
    assert "Ann by Email: a•••@example.com 2" in words
    assert words.count("Managed secret rotation failed") == 5
    assert AlertRule.objects.count() == 0


def test_a_name_that_is_taken_or_missing_does_not_stop_the_preview() -> None:
    a_rule(name="typed")
    an_event(FAILURE)
    assert "Events matched in 90 days 1" in check(signed_in(Role.OPERATOR))
    words = words_of(signed_in(Role.OPERATOR).post(reverse(CHECKS), {"mute_for": "300"}, headers=HTMX))
    assert "Nobody: no message would go out." in words


def test_a_form_that_is_not_right_says_which_fields_stop_the_preview() -> None:
    words = check(signed_in(Role.OPERATOR), sql_filter="level = ", mute_for="7")
    assert "No preview yet" in words
    assert "SQL filter :" in words
    assert "Mute for :" in words
    assert "Events matched" not in words


def test_without_scripts_the_panel_comes_back_with_what_was_typed_and_found() -> None:
    an_event(FAILURE)
    answer = signed_in(Role.OPERATOR).post(reverse(CHECKS), a_form(name="half typed", description="kept"))
    page = page_of_answer(answer)
    form = page.select_one("#rule-form")
    assert form is not None
    assert form["action"] == reverse("cloudmonitor:alert_rule_create")
    assert page.select_one('input[name="description"]')["value"] == "kept"
    assert "Events matched in 90 days 1" in words_of(answer)


def test_a_stored_rule_is_previewed_for_a_viewer_too() -> None:
    an_event(FAILURE)
    rule = a_rule()
    address = reverse("cloudmonitor:alert_rule_checks_stored", args=[rule.pk])
    assert "Events matched in 90 days 1" in words_of(signed_in(Role.VIEWER).get(address, headers=HTMX))
    assert "Events matched in 90 days 1" in words_of(signed_in(Role.VIEWER).get(address))
    assert signed_in(Role.VIEWER).post(address, a_form()).status_code == 403


def test_what_is_typed_explains_an_event_by_id_or_address() -> None:
    event = an_event(FAILURE, resource=ARN)
    client = signed_in(Role.OPERATOR)
    for asked in (str(event.pk), f"http://console.example/x/{event.pk}/?level=WARN"):
        words = check(client, levels=["WARN"], sql_filter="content.secretType = Ecs", explain=asked)
        assert "Not selected: Event level does not hold." in words
        assert "Event level WARN CRITICAL no" in words
        assert '"Rds"' in words
    assert "There is no such event here" in check(client, explain="nothing")
    other = an_event(FAILURE, account=an_account(OTHER_UID))
    assert "There is no such event here" in check(client, explain=str(other.pk))


def test_a_stored_rule_explains_an_event_as_page_and_json() -> None:
    event = an_event(FAILURE, resource=ARN)
    rule = a_rule(name="warnings", levels=["WARN"])
    address = reverse("cloudmonitor:alert_rule_explain", args=[rule.pk])
    assert "Not selected" in words_of(signed_in(Role.VIEWER).get(address, {"event": str(event.pk)}))
    token = {"Authorization": f"Bearer {a_token()}"}
    found = Client().get(address, {"event": str(event.pk), "format": "json"}, headers=token).json()
    assert found["verdict"] == "UNSELECTED"
    level = next(clause for clause in found["clauses"] if clause["name"] == "level")
    assert level == {"name": "level", "wanted": ["WARN"], "found": "CRITICAL", "holds": False, "findings": []}
    assert Client().get(address, {"format": "json"}, headers=token).status_code == 404


def test_details_lead_to_what_every_rule_made_of_it() -> None:
    a_rule(name="wanted", group=a_contact_group(name="empty"))
    a_rule(name="other level", levels=["WARN"], names=["Key:DeleteKey:Success"])
    a_rule(name="nearly", levels=["WARN"])
    a_rule(name="switched off", state=AlertRule.State.DISABLED)
    event = an_event(FAILURE, resource=ARN)
    dispatch_batch(now=NOW)
    client = signed_in()
    address = reverse("cloudmonitor:event_explained", args=[event.pk])
    assert "Why was nobody told?" in words_of(client.get(reverse("cloudmonitor:system_event", args=[event.pk])))
    rows = [row.get_text(" ", strip=True) for row in page_of(client, address).select("tbody tr")]
    assert [row.split(" Selected")[0].split(" Not")[0] for row in rows] == ["wanted", "nearly", "other level"]
    assert "nobody can be told" in rows[0]
    found = client.get(address, {"format": "json"}).json()
    assert [rule["rule"]["name"] for rule in found["rules"]] == ["wanted", "nearly", "other level"]
    assert found["rules"][0]["unreached"] == [
        {"group": "empty", "contact": "", "method": "CRITICAL", "reason": "empty-group"}
    ]
    assert found["rules"][0]["decided"]["verdict"] == "NOBODY"


def test_the_explanation_of_many_rules_asks_the_database_the_same_number_of_times(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(8):
        a_rule(name=f"rule {number}")
    event, client = an_event(FAILURE), signed_in()
    address = reverse("cloudmonitor:event_explained", args=[event.pk])
    client.get(address)
    with django_assert_max_num_queries(14):
        client.get(address)


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


def page_of_answer(answer: Any) -> Any:
    return BeautifulSoup(answer.content, "html.parser")


def words_of(answer: Any) -> str:
    """Return the words of a page's main part, or of a fragment."""
    page = page_of_answer(answer)
    return " ".join((page.find("main") or page).get_text(" ").split())


def test_a_typed_rule_that_does_what_a_stored_one_does_is_called_shadowed() -> None:
    client, typed = signed_in(Role.OPERATOR), a_form(names=[FAILURE])
    group = ContactGroup.objects.get(name="On call")
    a_rule(name="there already", names=[FAILURE], mute_for=3600, group=group)
    assert "there already" in words_of(client.post(reverse(CHECKS), typed, headers=HTMX))


def test_a_viewer_sees_what_a_stored_rule_does_and_sends_nothing() -> None:
    rule = a_rule(names=[FAILURE])
    an_event(FAILURE, at=NOW - timedelta(hours=1))
    client = signed_in(Role.VIEWER)
    page = page_of(client, reverse("cloudmonitor:alert_rule_modify", args=[rule.pk]))
    checks = page.select_one("#rule-checks")
    assert checks is not None
    assert (checks.get("hx-post"), checks.select("button")) == (None, [])
    assert "Events matched in 90 days 1" in words_of(client.get(str(checks["hx-get"]), headers=HTMX))
