"""System events over the API: the list, what is counted of it, the catalogue, and the dry run."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from alerts.events.catalog import CATALOG
from alerts.events.identity import milliseconds
from alerts.events.models import SystemEvent
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Notification
from tests.builders import NOW, OTHER_UID, a_draft, a_rule, an_account, some_events
from tests.openapi.signing import Program, a_program

pytestmark = pytest.mark.django_db
FAILED, SYNC = "Secret:RotateSecret:Failure", "Key:SyncKey:Success"
TWO = [
    {"Product": "KMS", "Level": "CRITICAL"},
    {"Product": "KMS", "EventType": "Exception"},
    {"Name": FAILED},
    {"Status": "Failed"},
    {"SearchKeywords": "(rotatesecret or nothing) and not synckey"},
]


@pytest.fixture
def program() -> Program:
    return a_program()


@pytest.fixture
def three() -> list[SystemEvent]:
    """Two failures and a success, a minute apart, oldest first; and one of another account."""
    some_events([a_draft(FAILED, account=an_account(OTHER_UID))])
    times = [NOW - timedelta(minutes=30 - each) for each in range(3)]
    return some_events([a_draft(FAILED, at=times[0]), a_draft(SYNC, at=times[1]), a_draft(FAILED, at=times[2])])


def listed(program: Program, **given: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.fine("DescribeSystemEventAttribute", **given)["SystemEvents"]["SystemEvent"]
    return found


def test_the_catalogue_is_listed_in_two_languages(program: Program) -> None:
    answer = program.fine("DescribeSystemEventMetaList")
    assert (answer["Code"], answer["Success"]) == (200, True)
    rows = answer["Data"]["Resource"]
    assert [row["Name"] for row in rows] == [each.name for each in CATALOG]
    assert set(rows[0]) == {"Product", "EventType", "Name", "NameDesc", "NameDesc.En", "Level", "Status", "StatusDesc"}
    assert all(row.values() for row in rows)


def test_events_come_newest_first_with_their_ids(program: Program, three: list[SystemEvent]) -> None:
    answer = program.fine("DescribeSystemEventAttribute", Product="KMS")
    assert (answer["Code"], answer["Success"]) == ("200", "true")
    rows = answer["SystemEvents"]["SystemEvent"]
    assert [row["Id"] for row in rows] == [str(event.id) for event in reversed(three)]
    newest = three[-1]
    assert rows[0] == {
        "Id": str(newest.id), "Time": milliseconds(newest.occurred_at), "Product": "KMS", "Name": FAILED,
        "Level": "CRITICAL", "Status": "Failed", "RegionId": newest.region, "ResourceId": newest.resource,
        "InstanceName": newest.instance_name, "GroupId": "",
        "Content": json.dumps(newest.content, ensure_ascii=False),
    }  # fmt: skip


@pytest.mark.parametrize("given", TWO)
def test_events_are_narrowed_by_each_parameter(
    program: Program, three: list[SystemEvent], given: dict[str, str]
) -> None:
    assert [row["Id"] for row in listed(program, **given)] == [str(three[2].id), str(three[0].id)]
    assert [row["Id"] for row in listed(program, PageNumber=2, PageSize=1, **given)] == [str(three[0].id)]


@pytest.mark.parametrize("given", [*TWO, {}])
def test_counts_and_bars_agree_with_the_list(program: Program, three: list[SystemEvent], given: dict[str, str]) -> None:
    total = len(listed(program, **given))
    counted = program.fine("DescribeSystemEventCount", **given)["SystemEventCounts"]["SystemEventCount"]
    assert sum(row["Num"] for row in counted) == total
    bars = program.fine("DescribeSystemEventHistogram", **given)["SystemEventHistograms"]["SystemEventHistogram"]
    assert sum(bar["Count"] for bar in bars) == total
    assert all(one["EndTime"] == other["StartTime"] for one, other in pairwise(bars))


def test_a_count_shows_the_newest_of_its_kind(program: Program, three: list[SystemEvent]) -> None:
    [row] = program.fine("DescribeSystemEventCount", Name=FAILED)["SystemEventCounts"]["SystemEventCount"]
    assert (row["Num"], row["Time"], row["ResourceId"]) == (2, milliseconds(NOW - timedelta(minutes=28)),
                                                            three[2].resource)  # fmt: skip
    assert "Id" not in row


def test_a_range_holds_both_its_ends_in_milliseconds_or_seconds(program: Program, three: list[SystemEvent]) -> None:
    first, last = (milliseconds(each.occurred_at) for each in (three[0], three[1]))
    assert len(listed(program, StartTime=first, EndTime=last)) == 2
    assert len(listed(program, StartTime=first // 1000, EndTime=last // 1000)) == 2
    assert len(listed(program, StartTime=first, EndTime=first)) == 1
    assert len(listed(program, StartTime=0)) == 3
    assert listed(program, StartTime=0, EndTime=1_600_000_000_000) == []


def test_an_application_group_narrows_too(program: Program) -> None:
    some_events([a_draft(group_id="12,34"), a_draft(group_id="56"), a_draft()])
    assert [row["GroupId"] for row in listed(program, GroupId="34")] == ["12,34"]
    assert (
        program.fine("DescribeSystemEventCount", GroupId="56")["SystemEventCounts"]["SystemEventCount"][0]["Num"] == 1
    )


@pytest.mark.parametrize(
    "given",
    [
        {"PageNumber": "0"},
        {"PageSize": "0"},
        {"PageSize": "101"},
        {"PageNumber": "100000001"},
        {"PageSize": "ten"},
        {"StartTime": "yesterday"},
        {"StartTime": "2", "EndTime": "1"},
        {"SearchKeywords": "(a or"},
        {"Level": "x" * 300},
    ],
)
def test_a_search_that_cannot_be_is_refused(program: Program, given: dict[str, str]) -> None:
    assert program.refused("DescribeSystemEventAttribute", **given) == (400, "ParameterInvalid")


def test_the_newest_page_costs_one_query(
    program: Program, three: list[SystemEvent], django_assert_num_queries: Any
) -> None:
    assert len(listed(program)) == len(three)
    with django_assert_num_queries(1):
        assert len(listed(program, PageSize=3)) == 3
    with django_assert_num_queries(1):
        assert len(listed(program, StartTime=milliseconds(NOW - timedelta(hours=1)))) == 3


def test_pages_go_on_beyond_the_last_days(program: Program) -> None:
    made = some_events([a_draft(at=NOW - timedelta(days=each, hours=1)) for each in (0, 3, 6, 20, 60)])
    for size in (1, 2, 3):
        ids = [row["Id"] for page in range(1, 6) for row in listed(program, PageNumber=page, PageSize=size)]
        assert ids == [str(event.id) for event in made]
    assert listed(program, PageNumber=100_000_000, PageSize=100, SearchKeywords="rotatesecret") == []


def test_a_dry_run_tells_the_rules_that_would_select_it(program: Program) -> None:
    told = a_rule(url="https://hooks.example.com/a", names=[FAILED])
    a_rule(url="https://hooks.example.com/b", names=[SYNC])
    a_rule(url="https://hooks.example.com/c", names=[FAILED], state="DISABLED")
    content = json.dumps({"product": "KMS", "resourceId": "acs:kms:r:1:secret/x", "regionId": "cn-beijing", "a": 1})
    answer = program.fine("SendDryRunSystemEvent", Product="KMS", EventName=FAILED, EventContent=content)
    assert (answer["Code"], answer["Success"]) == ("200", "true")
    [event] = SystemEvent.objects.all()
    assert (event.test_of, event.resource, event.region, event.content) == (
        told.pk, "acs:kms:r:1:secret/x", "cn-beijing", {"a": 1},
    )  # fmt: skip
    SystemEvent.objects.update(correlated_at=NOW)
    dispatch_batch(now=NOW + timedelta(minutes=1))
    assert Notification.objects.filter(decision__rule=told, decision__test=True).count() == 1
    assert listed(program) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"EventName": ""}, "MissingParameter"),
        ({"Product": ""}, "MissingParameter"),
        ({"EventContent": "{"}, "ParameterInvalid"),
        ({"EventContent": "[1]"}, "ParameterInvalid"),
        ({"EventContent": '{"level": "' + "x" * 20 + '"}'}, "ParameterInvalid"),
    ],
)
def test_a_dry_run_of_nothing_is_refused(program: Program, given: dict[str, str], code: str) -> None:
    usual = {"Product": "KMS", "EventName": FAILED}
    assert program.refused("SendDryRunSystemEvent", **{**usual, **given}) == (400, code)


def test_more_than_ten_dry_runs_a_minute_are_throttled(program: Program) -> None:
    a_rule(url="https://hooks.example.com/a")
    for _each in range(10):
        program.fine("SendDryRunSystemEvent", Product="KMS", EventName=FAILED)
    assert program.refused("SendDryRunSystemEvent", Product="KMS", EventName=FAILED) == (429, "Throttling.User")
