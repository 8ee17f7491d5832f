"""Details of a system event: what it says, means and led to, as a page and as a drawer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.events.catalog import BY_NAME
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_event
from tests.cloudmonitor.people import page_of, signed_in, words_of

pytestmark = pytest.mark.django_db

FAILURE = "Secret:RotateSecret:Failure"
ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/rds-app"


def address(event: Any) -> str:
    """Return the address of an event's page."""
    return reverse("cloudmonitor:system_event", args=[event.id])


def test_the_page_tells_everything_about_an_event() -> None:
    event = an_event(FAILURE, original_id="original-4711", content={"a": 1, "failureInfo": {"errorCode": "Kms:X"}})
    words = words_of(signed_in().get(address(event)))
    record = BY_NAME[FAILURE]
    told = (record.title, record.meaning, record.impact, record.remedy, str(event.id), "original-4711", event.resource)
    for said in (*told, "errorCode", "Kms:X", '"failureInfo": {', "CRITICAL", "Failed"):
        assert said in words, said


def test_htmx_gets_a_drawer_with_its_own_address() -> None:
    event = an_event(FAILURE)
    answer = signed_in().get(f"{address(event)}?level=CRITICAL", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert f'data-url="{address(event)}?level=CRITICAL"' in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


def test_the_page_leads_back_to_the_search_that_led_to_it() -> None:
    page = page_of(signed_in(), address(an_event(FAILURE)), level="CRITICAL", keywords="a or b")
    back = reverse("cloudmonitor:system_events") + "?level=CRITICAL&keywords=a+or+b"
    assert page.select_one(f'.actions a[href="{back}"]')


def test_a_late_arrival_says_so() -> None:
    assert "more than 90 days" in words_of(signed_in().get(address(an_event(FAILURE, note="OutsideRetention"))))


def test_an_event_that_is_not_in_the_catalogue_is_shown_by_its_name() -> None:
    event = an_event("Elsewhere:<b>Thing</b>:Happened", content={"deep": [{"x": [1, {"y": None}]}]})
    words = words_of(signed_in().get(address(event)))
    assert "Elsewhere:<b>Thing</b>:Happened" in words
    assert "What it means" not in words


def test_earlier_and_later_events_of_the_resource_are_linked() -> None:
    events = [an_event(FAILURE, at=NOW - timedelta(hours=hour), resource=ARN) for hour in range(14)]
    an_event(FAILURE, at=NOW - timedelta(hours=7), resource=ARN + "-other")
    shown = page_of(signed_in(), address(events[7])).select(".history li")
    assert len(shown) == 11
    assert [bool(each.get("aria-current")) for each in shown] == [False] * 5 + [True] + [False] * 5
    assert [each.a["href"] for each in shown if each.a] == [address(each) for each in (*events[2:7], *events[8:13])]


def test_before_the_rules_have_looked_it_says_so() -> None:
    assert "have not looked at it yet" in words_of(signed_in().get(address(an_event(FAILURE))))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_when_no_rule_asked_it_offers_to_make_one(role: Role) -> None:
    event = an_event(FAILURE)
    dispatch_batch(now=NOW)
    page = page_of(signed_in(role), address(event))
    assert "No alert rule asked for this event" in page.get_text()
    offered = page.find("a", string=lambda text: "Save an alert rule" in str(text))
    assert bool(offered) == (role == Role.OPERATOR)


def test_what_happened_names_rule_message_and_attempt_and_no_address() -> None:
    a_rule(name="night shift", group=a_contact_group(a_contact("Ann", email="canary.local@example.com")))
    a_rule(name="nobody there", group=a_contact_group())
    first, second = (an_event(FAILURE, resource=ARN, at=NOW - timedelta(minutes=n)) for n in (9, 5))
    dispatch_batch(now=NOW)
    while deliver_one(now=NOW):
        pass
    words = words_of(signed_in().get(address(first)))
    for said in ("night shift: Told", "Email to Ann: Kept in the outbox", "Attempt 1", "nobody there: Nobody to tell"):
        assert said in words, said
    assert "canary.local" not in words
    assert "within the mute period of 1 d" in words_of(signed_in().get(address(second)))


def test_the_page_asks_the_database_the_same_number_of_times(django_assert_num_queries: Any) -> None:
    for number in range(5):
        a_rule(name=f"rule {number}", mute_for=300)
    event = an_event(FAILURE)
    dispatch_batch(now=NOW)
    client = signed_in()
    client.get(address(event))
    with django_assert_num_queries(9):
        client.get(address(event))
