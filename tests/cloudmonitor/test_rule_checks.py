"""Before a rule is saved: its preview on the past, what it makes of one event, and a test that really goes out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.contacts.models import ContactGroup
from alerts.notifications import past as looking_back
from alerts.notifications.dispatch import dispatch_batch
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
    words = check(signed_in(Role.OPERATOR), sql_filter="level = ", mute_for="99999999")
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


def test_where_an_sql_filter_missed_the_values_stand_that_it_compared() -> None:
    a_rule(name="by content", sql_filter="content.secretType = Ecs")
    event = an_event(FAILURE, resource=ARN)
    page = page_of(signed_in(), reverse("cloudmonitor:event_explained", args=[event.pk]))
    cells = [" ".join(cell.get_text(" ").split()) for cell in page.select("tbody td")]
    assert cells[2] == "✗ content.secretType = 'Ecs' – \"Rds\""


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
