"""The Teams channel in front of a receiver that checks what Teams checks."""

import json
from collections.abc import Iterator

import pytest

from alerts.channels.teams import Teams
from tests.channels.contract import CANARY, Door
from tests.channels.robots import HOSTILE, URL, RobotContract, a_door, check_codes, outcome_of
from tests.receivers.http import Reply
from tests.receivers.provider import said
from tests.receivers.teams import TeamsReceiver, connector_failure


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[TeamsReceiver]:
    """A workflow."""
    with TeamsReceiver(signature=CANARY) as receiver:
        yield receiver


@pytest.fixture
def door(receiver: TeamsReceiver) -> Door:
    """The channel at that workflow."""
    return a_door(
        Teams(),
        receiver,
        url=receiver.webhook,
        for_now=Reply(429, body=f"sig={CANARY}".encode(), headers={"Retry-After": "11"}),
        for_good=said(404, error={"code": "WorkflowNotFound", "message": f"no workflow for {CANARY}"}),
    )


class TestTeams(RobotContract):
    """The contracts, kept by Teams."""


def test_a_workflow_says_202_and_a_connector_says_1(door: Door, receiver: TeamsReceiver) -> None:
    assert door.send() == "202"
    receiver.connector = True
    assert door.send() == "200"
    receiver.answer_with(said(result="posted"))
    assert door.send() == "200"


def test_a_connector_tells_of_refusals_inside_200(door: Door, receiver: TeamsReceiver) -> None:
    receiver.answer_with(connector_failure(429))
    error = door.refused()
    assert (error.permanent, error.code, error.retry_after) == (False, "429", 60)
    check_codes(door, receiver, {"413": connector_failure(413), "404": connector_failure(404)}, permanent=True)
    check_codes(door, receiver, {"503": connector_failure(503)}, permanent=False)
    unsure = Reply(200, body=b"Webhook message delivery failed for some reason")
    check_codes(door, receiver, {"200": unsure}, permanent=False)


def test_a_workflow_that_is_turned_off_is_told_with_what_to_do(door: Door, receiver: TeamsReceiver) -> None:
    receiver.answer_with(said(400, error={"code": "WorkflowTriggerIsNotEnabled", "message": "The trigger is off."}))
    error = door.refused()
    assert (error.permanent, error.code) == (True, "WorkflowTriggerIsNotEnabled")
    assert "turn it on" in error.reason


def test_a_page_with_202_is_not_believed(door: Door, receiver: TeamsReceiver) -> None:
    receiver.answer_with(Reply(202, body=b"<html>wait</html>"))
    assert outcome_of(door).status == "UNKNOWN"


def test_an_event_stands_only_in_text_runs(door: Door, receiver: TeamsReceiver) -> None:
    outcome_of(door, subject=HOSTILE[0], text="\n".join(HOSTILE), url=URL)
    card = receiver.requests[0].json["attachments"][0]["content"]
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for run in runs} == {"TextRun"}
    assert [run["text"] for run in runs] == [HOSTILE[0], *HOSTILE]
    assert "entities" not in json.dumps(card["msteams"])
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Details", "url": URL}]
