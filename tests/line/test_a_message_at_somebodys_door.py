"""The main job, end to end: the documented payloads come in, a rule saved from the search tells people and programs."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from bs4 import BeautifulSoup

from tests.installation import Installation, a_free_port, patience
from tests.person import REGION, Person, Program, a_cloud_event, wait_for
from tests.receivers.http import HttpReceiver, Reply
from tests.receivers.smtp import SmtpReceiver

pytestmark = [pytest.mark.line, pytest.mark.timeout(300)]

CREATE = "/cloudmonitor/event-center/alert-rules/create/"
ADD_TO_GROUP = "/cloudmonitor/alerts/contacts/add-to-group/"
WITHIN = 3.0  # seconds from the 202 to the webhook


@pytest.fixture(scope="module")
def post_office() -> Iterator[SmtpReceiver]:
    """The mail server of the installation."""
    with SmtpReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def staffed(
    tmp_path_factory: pytest.TempPathFactory, tables_made: Path, post_office: SmtpReceiver
) -> Iterator[tuple[Installation, Person, Program]]:
    """An empty installation with a mail server, a contact in the default group, and somebody to use it."""
    environ = {"KMSCONSOLE_DEMO": "0", "KMSCONSOLE_SMTP_URL": post_office.url}
    data = tmp_path_factory.mktemp("told") / "data"
    one = Installation(data, a_free_port(), environ, tables=tables_made)
    try:
        with Person(one.start()) as person, Program(one) as program:
            person.send("/cloudmonitor/alerts/contacts/create/", {"name": "Anna.S", "email": "anna@example.com"})
            confirm(one, post_office)
            page = person.open(ADD_TO_GROUP)
            contact = page.select_one("input[name=contact]")
            group = page.select_one("select[name=group] option[value]:not([value=''])")
            assert contact is not None
            assert group is not None
            person.send(ADD_TO_GROUP, {"contact": contact["value"], "group": group["value"]})
            yield one, person, program
    finally:
        one.stop()


@pytest.fixture
def told(
    staffed: tuple[Installation, Person, Program], post_office: SmtpReceiver
) -> Iterator[tuple[Installation, Person, Program]]:
    """The installation without alert rules and without mail of another test."""
    post_office.inbox.clear()
    yield staffed
    with psycopg.connect(staffed[0].database_url) as connection:
        connection.execute("UPDATE rules_alertrule SET state = 'DISABLED'")


def confirm(one: Installation, post_office: SmtpReceiver) -> None:
    """Do what somebody does who gets the question: open the link in the mail, and press the button there."""
    (mail,) = post_office.wait_for(1, seconds=patience(10))
    assert mail.recipients == ["anna@example.com"]
    link = re.search(r"https?://[^\s/]+(/confirm/\S+)", mail.part("plain"))
    assert link is not None
    assert link[0] in mail.part("html")
    with httpx2.Client(base_url=one.url, trust_env=False) as reader:
        for _ in range(2):  # looking is not confirming, however often
            page = BeautifulSoup(reader.get(link[1]).text, "html.parser")
        token = page.select_one("main form input[name=csrfmiddlewaretoken]")
        assert token is not None
        answer = reader.post(link[1], data={"csrfmiddlewaretoken": str(token["value"])})
        assert "The address is confirmed" in answer.text
        assert reader.get(link[1]).status_code == 404
    assert link[1] not in one.log


def save_rule(person: Person, search: str, **fields: Any) -> None:
    """Press Save as Alert Rule on a search and confirm the panel, with a callback address."""
    page = person.open(f"/cloudmonitor/event-center/system-events/?{search}")
    link = next(a["href"] for a in page.select("a[href]") if "Save as Alert Rule" in a.text)
    person.send(str(link), fields)


def the_documented_payload(*, succeeded: bool) -> dict[str, Any]:
    """Return a rotation payload as the KMS documentation shows it, of this moment."""
    now = datetime.now(UTC)
    content: dict[str, Any] = {
        "eventId": uuid.uuid4().hex, "secretName": "rds-prod-app", "secretType": "Rds",
        "RotationEntityArn": "acs:rds:cn-hangzhou:1000000000000001:dbinstance/rm-bp1xxxx",
    }  # fmt: skip
    if succeeded:
        content |= {"rotationStatus": "Enabled", "secretSubType": "SingleUser", "successTime": f"{now:%FT%TZ}"}
    else:
        failure = {"errorCode": "Kms:ErrorCode", "errorMessage": "text"}
        content |= {"rotationStatus": "Invalid", "rotationSubType": "SingleUser", "failureInfo": failure}
        content |= {"failureTime": f"{now:%FT%TZ}"}
    return {
        "product": "KMS", "ver": "1.0", "eventTime": f"{now:%Y%m%dT%H%M%S}.120+0000", "regionId": REGION,
        "resourceId": "acs:kms:cn-hangzhou:1000000000000001:secret/rds-prod-app",
        "level": "INFO" if succeeded else "CRITICAL", "status": "Normal" if succeeded else "Failed",
        "name": "Secret:RotateSecret:Success" if succeeded else "Secret:RotateSecret:Failure", "content": content,
        **({"instanceName": "rds-prod-app"} if succeeded else {}),
    }  # fmt: skip


def test_the_documented_rotation_payloads_reach_both_consoles_and_both_doors(
    told: tuple[Installation, Person, Program], http_receiver: HttpReceiver, post_office: SmtpReceiver
) -> None:
    _one, person, program = told
    hook = f"{http_receiver.url}/hooks/of-nobody-else"
    save_rule(person, "level=CRITICAL&name=Secret:RotateSecret:Failure", **{"urls-0-url": hook, "name": "rotation"})
    failure, success = the_documented_payload(succeeded=False), the_documented_payload(succeeded=True)

    assert program.call_back(failure)["accepted"] == program.call_back(success)["accepted"] == 1
    answered = time.monotonic()

    (request,) = http_receiver.wait_for(1, seconds=patience(WITHIN))
    assert time.monotonic() - answered < patience(WITHIN)
    (mail,) = post_office.wait_for(1, seconds=patience(5))
    in_cloudmonitor, in_kms = (program.events(resource=failure["resourceId"], console=each) for each in ("", REGION))

    assert in_cloudmonitor == in_kms
    assert {event["Name"] for event in in_kms} == {failure["name"], success["name"]}
    assert (request.method, request.path) == ("POST", "/hooks/of-nobody-else")
    assert request.json["content"] == failure["content"]
    assert {name: request.json[name] for name in ("product", "level", "name", "status", "regionId", "resourceId")} == {
        name: failure[name] for name in ("product", "level", "name", "status", "regionId", "resourceId")
    }
    assert (request.json["ruleName"], request.json["userId"]) == ("rotation", "1000000000000001")
    assert mail.recipients == ["anna@example.com"]
    assert mail.subject == "[CRITICAL] Managed secret rotation failed: rds-prod-app (cn-hangzhou)"
    details = person.open(f"/kms/{REGION}/alert-events/{request.json['id']}/").text
    assert "Kms:ErrorCode" in details
    assert "rotation" in details
    assert "of-nobody-else" not in details


def test_the_same_batch_sent_three_times_gives_no_second_message(
    told: tuple[Installation, Person, Program], http_receiver: HttpReceiver
) -> None:
    _one, person, program = told
    save_rule(person, "level=WARN", **{"urls-0-url": http_receiver.url, "name": "deleted"})
    batch = [a_cloud_event("kms.key.deleted", f"key/{uuid.uuid4()}") for _ in range(20)]

    for _ in range(3):
        program.send(batch)
    http_receiver.wait_for(20, seconds=patience(10))
    time.sleep(2)

    told_of = [request.json["resourceId"] for request in http_receiver.requests]
    assert sorted(told_of) == sorted(sent["subject"] for sent in batch)


def test_a_callback_that_fails_for_now_is_tried_again_with_the_same_delivery_id(
    told: tuple[Installation, Person, Program], http_receiver: HttpReceiver
) -> None:
    _one, person, program = told
    save_rule(person, "level=WARN", **{"urls-0-url": http_receiver.url, "name": "warnings"})
    http_receiver.answer_with(Reply(status=503))
    program.send([a_cloud_event("kms.secret.deleted", "secret/once-more")])

    first, second = http_receiver.wait_for(2, seconds=patience(15))

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.at - first.at >= 5
    wait_for(lambda: "Accepted" in person.open("/cloudmonitor/alerts/history/").text, seconds=5, what="the outcome")
