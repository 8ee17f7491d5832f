"""Event-triggered Alert Rules: the list, what may be done in it, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision
from tests.builders import NOW, a_rule, an_event
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of
from tests.cloudmonitor.test_alert_rules import a_default_group, of, typed

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:alert_rules")
CREATE = reverse("cloudmonitor:alert_rule_create")
FAILURE = "Secret:RotateSecret:Failure"


def test_the_list_says_what_a_rule_selects_where_it_goes_and_how_often_it_fired() -> None:
    rule = a_rule(name="night shift", group=a_default_group(), levels=["CRITICAL"], keywords=["rds"])
    page = words_of(signed_in().get(LIST))
    for said in ("night shift", "CRITICAL", "All products", "rds", "Default Contact Group", "24 Hours", "not yet"):
        assert said in page, said
    for name in ("a", "b"):
        an_event(FAILURE, instance_name=name, content={"secretName": "rds"})
    dispatch_batch(now=NOW)
    Decision.objects.filter(pk=Decision.objects.order_by("pk").values("pk")[:1]).update(
        decided_at=NOW - timedelta(days=8)
    )
    assert "1 in 7 days" in words_of(signed_in().get(LIST))
    assert rule.decisions.count() == 2


def test_an_empty_list_says_what_to_do() -> None:
    assert "No alert rules yet" in words_of(signed_in().get(LIST))


def test_a_viewer_looks_and_changes_nothing() -> None:
    rule, viewer = a_rule(), signed_in(Role.VIEWER)
    page = page_of(viewer, LIST)
    assert not page.select("#results form, #results button")
    assert page_of(viewer, of(rule, "modify")).select_one("form#rule-form fieldset[disabled]")
    assert viewer.get(CREATE).status_code == 403
    for path in (CREATE, of(rule, "modify"), of(rule, "disable"), of(rule, "delete")):
        sent(viewer, path, typed(), expect=403)


def test_another_accounts_rules_are_not_found() -> None:
    rule, stranger = a_rule(name="canary rule"), a_stranger()
    assert b"canary rule" not in stranger.get(LIST).content
    assert stranger.get(of(rule, "modify")).status_code == 404
    assert stranger.get(CREATE, {"copy": rule.pk}).status_code == 404
    for verb in ("modify", "enable", "disable", "delete"):
        sent(stranger, of(rule, verb), typed(), expect=404)


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_the_same_number_of_times(count: int, django_assert_num_queries: Any) -> None:
    group = a_default_group()
    for _number in range(count):
        a_rule(group=group)
    client = signed_in()
    client.get(LIST)
    with django_assert_num_queries(9):
        client.get(LIST)
