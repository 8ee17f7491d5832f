"""Event Center › System Event › Event Monitoring: searching, paging, exporting, and who sees what."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import Role, Scope
from alerts.events.catalog import BY_NAME
from alerts.ui import pages
from tests.builders import NOW, OTHER_UID, a_draft, a_token, an_account, an_event, some_events
from tests.cloudmonitor.people import a_stranger, page_of, signed_in, words_of
from tests.events.searches import events_of_every_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:system_events")
FAILURE = "Secret:RotateSecret:Failure"


def exported(client: Client, **query: str) -> Iterator[dict[str, Any]]:
    """Yield every event of a JSON export, page after page."""
    answer = client.get(LIST, {"format": "json", "period": "90d", **query})
    while True:
        assert answer.status_code == 200, answer.content
        document = json.loads(answer.content)
        yield from document["events"]
        if not document["next"]:
            return
        answer = client.get(document["next"])


def test_an_event_stands_in_the_list_with_its_time_in_the_zone_of_the_reader() -> None:
    event = an_event(FAILURE, at=NOW - timedelta(hours=1))
    page = page_of(signed_in(zone="Asia/Shanghai"), LIST)
    row = page.select_one("#results tbody tr")
    assert row is not None
    words = " ".join(row.get_text(" ").split())
    assert f"{NOW + timedelta(hours=7):%Y-%m-%d %H:%M:%S} CST" in words
    assert BY_NAME[FAILURE].title in words
    title, details = row.select(f'a[href="{LIST}{event.id}/"][hx-target="#drawer"]')
    assert (title.get_text(), details.get_text()) == ("Managed secret rotation failed", "Details")
    assert "Times are shown in Asia/Shanghai" in page.get_text()


def test_every_search_is_a_link_and_each_filter_can_be_taken_away() -> None:
    an_event(FAILURE)
    an_event("Key:DeleteKey:Success")
    page = page_of(signed_in(), LIST, level="CRITICAL", period="1d")
    assert len(page.select("#results tbody tr")) == 1
    assert page.select_one('input[name="level"][value="CRITICAL"][checked]')
    (pill,) = page.select(".pill")
    assert "CRITICAL" in pill.get_text()
    assert parse_qs(urlsplit(str(pill.a["href"])).query) == {"period": ["1d"]}  # type: ignore[index]
    assert page.select_one('select[name="period"] option[selected][value="1d"]')


def test_htmx_gets_the_fragment_and_a_cache_can_tell() -> None:
    answer = signed_in().get(LIST, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b'class="filterbar"' in answer.content
    assert "HX-Request" in answer.headers["Vary"]


def test_a_bar_leads_to_the_search_within_its_time() -> None:
    inside, _outside = an_event(FAILURE, at=NOW - timedelta(days=2)), an_event(FAILURE, at=NOW - timedelta(days=4))
    page = page_of(signed_in(zone="Asia/Kolkata"), LIST)
    bars = [str(bar["href"]) for bar in page.select(".chart-plot a")]
    assert len(bars) == 2
    query = parse_qs(urlsplit(bars[-1]).query)
    assert datetime.fromisoformat(query["start"][0]) <= inside.occurred_at < datetime.fromisoformat(query["end"][0])
    narrowed = page_of(signed_in(), bars[-1])
    assert [str(inside.id) in str(row) for row in narrowed.select("#results tbody tr")] == [True]


def test_the_first_bar_of_ninety_days_can_be_opened() -> None:
    an_event(FAILURE, at=NOW - timedelta(days=89, hours=23))
    page = page_of(signed_in(), LIST, period="90d")
    narrowed = page_of(signed_in(), str(page.select(".chart-plot a")[0]["href"]))
    assert len(narrowed.select("#results tbody tr")) == 1


def test_a_date_outside_the_ninety_days_is_a_message_at_the_field() -> None:
    page = page_of(signed_in(), LIST, start="2020-01-01T00:00:00")
    field = page.select_one('.field:has(input[name="start"])')
    assert field is not None
    assert "Events are kept for 90 days" in field.get_text()
    assert page.select_one('input[name="start"]')["value"] == "2020-01-01T00:00:00"  # type: ignore[index]


@pytest.mark.parametrize("text", ["(a or", "and", '"open', "a\x00", "x" * 1001, "( " * 30])
def test_an_expression_that_cannot_be_read_is_a_message_at_the_field(text: str) -> None:
    field = page_of(signed_in(), LIST, keywords=text).select_one('.field:has(input[name="keywords"])')
    assert field is not None
    assert field.select(".errors li")


@pytest.mark.parametrize("query", [{"before": "x"}, {"after": "x"}, {"level": "<script>"}, {"period": ""}, {"q": "?"}])
def test_odd_parameters_do_no_harm(query: dict[str, str]) -> None:
    page_of(signed_in(), LIST, **query)


def test_pages_go_back_and_forth_and_count() -> None:
    some_events(a_draft(FAILURE, at=NOW - timedelta(minutes=number)) for number in range(120))
    client = signed_in()
    first = page_of(client, LIST)
    assert "120 events" in first.get_text()
    second = page_of(client, str(first.select_one('a[rel="next"]')["href"]))  # type: ignore[index]
    third = page_of(client, str(second.select_one('a[rel="next"]')["href"]))  # type: ignore[index]
    assert [len(page.select("#results tbody tr")) for page in (first, second, third)] == [50, 50, 20]
    assert third.select_one('a[rel="next"]') is None
    back = page_of(client, str(third.select_one('a[rel="prev"]')["href"]))  # type: ignore[index]
    assert back.select("#results tbody tr") == second.select("#results tbody tr")


@pytest.mark.parametrize("query", [{}, {"keywords": "apple or banana"}, {"level": "CRITICAL"}])
def test_a_json_export_holds_each_event_exactly_once(query: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "JSON_PAGE", 9)
    events = events_of_every_kind()
    wanted = [
        str(event.id)
        for event in events
        if (not query.get("keywords") or event.content["word"] in {"apple", "banana"})
        and (not query.get("level") or event.level == "CRITICAL")
    ]
    assert [each["Id"] for each in exported(signed_in(), **query)] == wanted


def test_a_csv_export_holds_everything_and_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "CHUNK", 7)
    events = events_of_every_kind(40)
    evil = an_event("=cmd()", at=NOW)
    answer: Any = signed_in().get(LIST, {"format": "csv", "period": "90d"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Id"] for row in rows] == [str(evil.id), *(str(event.id) for event in events)]
    assert rows[0]["Name"] == "'=cmd()"


def test_a_program_reads_the_events_with_its_token_in_the_words_of_the_api() -> None:
    event = an_event(FAILURE, at=NOW - timedelta(minutes=3))
    client = Client(headers={"Authorization": f"Bearer {a_token(Scope.READ)}"})
    (found,) = exported(client)
    assert found["Id"] == str(event.id)
    assert found["Time"] == int(event.occurred_at.timestamp() * 1000)
    assert (found["Name"], found["Level"], found["Status"]) == (FAILURE, "CRITICAL", "Failed")
    assert json.loads(found["Content"]) == event.content
    assert client.get(LIST, {"format": "json", "start": "2020-01-01"}).status_code == 400


def test_other_accounts_events_are_not_found() -> None:
    other = an_event(FAILURE, account=an_account(OTHER_UID))
    client = signed_in()
    assert not page_of(client, LIST).select("#results tbody tr")
    assert client.get(f"{LIST}{other.id}/").status_code == 404
    assert a_stranger().get(f"{LIST}{other.id}/").status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_who_may_change_something_is_offered_to_save_the_search(role: Role) -> None:
    offered = page_of(signed_in(role), LIST).find(string=lambda text: "Save as Alert Rule" in str(text))
    assert bool(offered) == (role == Role.OPERATOR)


def test_an_empty_account_is_told_that_events_come_by_themselves() -> None:
    assert "Events appear here by themselves" in words_of(signed_in().get(LIST))


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("query", "queries"), [({}, 9), ({"period": "1h"}, 6), ({"keywords": "kms"}, 9)])
def test_the_list_asks_the_database_the_same_number_of_times(
    count: int, query: dict[str, str], queries: int, django_assert_max_num_queries: Any
) -> None:
    some_events(a_draft(FAILURE, at=NOW - timedelta(minutes=number)) for number in range(count))
    client = signed_in()
    client.get(LIST)
    with django_assert_max_num_queries(queries):
        client.get(LIST, query)
