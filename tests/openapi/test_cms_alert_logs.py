"""The alert history over the API: one log for each decision of a rule, with who was told how."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision
from alerts.rules.models import AlertRule
from tests.builders import a_contact, a_contact_group, a_rule, an_event
from tests.openapi.signing import Program, a_program

pytestmark = pytest.mark.django_db
FAILED, SYNC = "Secret:RotateSecret:Failure", "Key:SyncKey:Success"


@pytest.fixture
def program() -> Program:
    return a_program()


@pytest.fixture
def rule() -> AlertRule:
    """A rule that told of one event, muted the next one, and told of another kind; by mail and by callback."""
    group = a_contact_group(a_contact("Ann", email="ann@example.com", webhook="https://h.example.com/canary"),
                            name="g1")  # fmt: skip
    made = a_rule(name="loud", group=group)
    resource = "acs:kms:cn-hangzhou:1000000000000001:secret/one"
    for name in (FAILED, FAILED, SYNC):
        an_event(name, resource=resource)
        dispatch_batch(now=timezone.now())
    return made


def logs(program: Program, **given: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.fine("DescribeAlertLogList", **given)["AlertLogList"]
    return found


def test_a_log_says_what_was_decided_and_who_was_told(program: Program, rule: AlertRule) -> None:
    answer = program.fine("DescribeAlertLogList")
    assert (answer["Code"], answer["Success"], answer["PageNumber"], answer["PageSize"]) == ("200", True, 1, 10)
    newest, muted, first = answer["AlertLogList"]
    assert (newest["EventName"], newest["Level"], newest["SendStatus"]) == (SYNC, "P4", "0")
    assert (muted["SendStatus"], first["SendStatus"]) == ("2", "0")
    assert first["RuleName"] == "loud"
    assert first["RuleId"] == str(rule.pk)
    assert first["ContactGroups"] == ["g1"]
    assert first["Product"] == "KMS"
    assert len(first["ContactMailList"]) == 1
    assert {each["Channel"] for each in first["SendDetail"]["ChannelResultList"]} == {"MAIL", "WEBHOOK"}
    assert {"code", "message", "url"} == set(first["WebhookList"][0])
    assert first["AlertTime"].isdigit()
    assert json.loads(first["Message"])["name"] == FAILED


def test_addresses_are_masked_for_everybody(program: Program, rule: AlertRule) -> None:
    shown = json.dumps(logs(program, RuleName=rule.name))
    assert "canary" not in shown
    assert "ann@example.com" not in shown


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"RuleName": "loud"}, 3),
        ({"RuleName": "quiet"}, 0),
        ({"RuleId": "none"}, 0),
        ({"ContactGroup": "g1"}, 3),
        ({"ContactGroup": "g2"}, 0),
        ({"Level": "P2"}, 2),
        ({"Level": "P4"}, 1),
        ({"SendStatus": "0"}, 2),
        ({"SendStatus": "2"}, 1),
        ({"SendStatus": "4"}, 0),
        ({"Product": "KMS"}, 3),
        ({"Product": "ECS"}, 0),
        ({"SearchKey": "synckey"}, 1),
        ({"MetricName": SYNC}, 1),
        ({"EventType": "TRIGGERED"}, 3),
        ({"EventType": "RESOLVED"}, 0),
        ({"SourceType": "METRIC"}, 0),
        ({"LastMin": "60"}, 3),
        ({"PageSize": "2", "PageNumber": "2"}, 1),
    ],
)
def test_logs_are_narrowed_by_each_parameter(program: Program, given: dict[str, str], count: int) -> None:
    assert len(logs(program, **given)) == count


def test_a_range_is_given_whole_and_is_short(program: Program, rule: AlertRule) -> None:
    now = int(timezone.now().timestamp() * 1000)
    day = 24 * 3600 * 1000
    assert len(logs(program, StartTime=now - day, EndTime=now + 1000)) == 3
    assert logs(program, StartTime=now - 3 * day, EndTime=now - 2 * day) == []
    assert program.refused("DescribeAlertLogList", StartTime=now - day) == (400, "MissingParameter")
    for start, end in ((now - 16 * day, now), (now, now - day), (now - 400 * day, now - 399 * day)):
        given = {"StartTime": start, "EndTime": end}
        assert program.refused("DescribeAlertLogList", **given) == (400, "ParameterInvalid")
    assert Decision.objects.filter(rule=rule).count() == 3


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("level", {("P2",): 2, ("P4",): 1}),
        ("product", {("KMS",): 3}),
        ("contactGroup", {("g1",): 3}),
        ("groupId", {("",): 3}),
        ("product,metricName", {("KMS", FAILED): 2, ("KMS", SYNC): 1}),
    ],
)
def test_logs_are_counted_by_what_is_asked(program: Program, by: str, rows: dict[tuple[str, ...], int]) -> None:
    answer = program.fine("DescribeAlertLogCount", GroupBy=by)
    found = {tuple(each["Value"] for each in row["Logs"]): row["Count"] for row in answer["AlertLogCount"]}
    assert found == rows
    assert [each["Name"] for each in answer["AlertLogCount"][0]["Logs"]] == by.split(",")


def test_a_count_needs_a_grouping(program: Program) -> None:
    assert program.refused("DescribeAlertLogCount") == (400, "MissingParameter")
    assert program.refused("DescribeAlertLogCount", GroupBy="mood") == (400, "ParameterInvalid")


@pytest.mark.usefixtures("rule")
def test_bars_cover_the_range_in_seconds(program: Program) -> None:
    bars = program.fine("DescribeAlertLogHistogram", LastMin="30")["AlertLogHistogramList"]
    assert sum(bar["Count"] for bar in bars) == 3
    assert all(
        bar["To"] > bar["From"] > timezone.now().timestamp() - timedelta(hours=1).total_seconds() for bar in bars
    )
