"""Security Operations › Alert Events: the same events as in CloudMonitor, of KMS and of one region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from alerts.accounts.models import Role
from tests.builders import OTHER_UID, an_account, an_event
from tests.kms.visitor import Visitor

if TYPE_CHECKING:
    from alerts.events.models import SystemEvent

pytestmark = pytest.mark.django_db

FAILURE = "Secret:RotateSecret:Failure"
HERE = reverse("kms:alertevents", args=["cn-hangzhou"])


def address(event: SystemEvent, region: str = "cn-hangzhou") -> str:
    """Return the address of an event in the KMS console."""
    return reverse("kms:alertevents_event", args=[region, event.id])


def rows_of(page: Any) -> list[str]:
    """Return the addresses that the rows of a list lead to, each once: title and Details lead to the same page."""
    return list(dict.fromkeys(str(link["href"]).partition("?")[0] for link in page.select("#results tbody a")))


def test_both_consoles_show_the_same_event_under_the_same_id() -> None:
    event, visitor = an_event(FAILURE), Visitor()
    assert rows_of(visitor.open(HERE)) == [address(event)]
    other = reverse("cloudmonitor:system_event", args=[event.id])
    assert rows_of(visitor.open(reverse("cloudmonitor:system_events"))) == [other]
    for page in (address(event), other):
        assert str(event.id) in visitor.open(page).get_text()


def test_only_events_of_kms_in_this_region_are_shown() -> None:
    event = an_event(FAILURE)
    elsewhere = an_event(FAILURE, region="cn-shanghai")
    foreign = an_event("Instance:Reboot", product="ECS")
    another = an_event(FAILURE, account=an_account(OTHER_UID))
    visitor = Visitor()
    for query in ("", "?region=cn-shanghai", "?product=ECS&status=Normal", "?keywords=nothing"):
        assert rows_of(visitor.open(HERE + query)) == [address(event)]
    assert rows_of(visitor.open(reverse("kms:alertevents", args=["cn-shanghai"]))) == [
        address(elsewhere, "cn-shanghai")
    ]
    for hidden in (elsewhere, foreign, another):
        assert visitor.get(address(hidden)).status_code == 404


def test_it_is_searched_by_type_level_and_time() -> None:
    failed, deleted = an_event(FAILURE), an_event("Key:DeleteKey:Success")
    page = Visitor().open(HERE)
    fields = [field["name"] for field in page.select("form.filterbar [name]")]
    assert sorted(set(fields)) == ["end", "level", "name", "period", "start"]
    assert rows_of(Visitor().open(f"{HERE}?name={FAILURE}")) == [address(failed)]
    assert rows_of(Visitor().open(f"{HERE}?level=WARN&period=1h")) == [address(deleted)]
    assert "90 days" in Visitor().open(f"{HERE}?start=2020-01-01T00:00").select_one(".errors").get_text()  # type: ignore[union-attr]


def test_the_page_says_where_notifications_are_set() -> None:
    page = Visitor(Role.VIEWER).open(HERE)
    assert page.select_one(f'.lead a[href="{reverse("cloudmonitor:alert_rules")}"]')
    assert "CloudMonitor Alerts" in page.select_one(".tabs").get_text()  # type: ignore[union-attr]


def test_saving_the_search_carries_the_product_and_the_region_over() -> None:
    links = Visitor().open(f"{HERE}?level=WARN").select("#results a")
    link = next(each for each in links if "Save as Alert Rule" in each.get_text())
    panel = Visitor().open(str(link["href"]))
    assert panel.select_one('select[name="product"] option[selected][value="KMS"]')
    assert "region = 'cn-hangzhou'" in panel.select_one('[name="sql_filter"]').get_text()  # type: ignore[union-attr]


def test_a_region_that_does_not_exist_is_not_found() -> None:
    assert Visitor().get(reverse("kms:alertevents", args=["nowhere-1"])).status_code == 404
