"""What a message says, and that nothing from outside can make it say something else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.channels.base import Message
from alerts.events.catalog import CATALOG
from alerts.events.models import SystemEvent
from alerts.notifications.message import callback_body, compose, composed
from alerts.notifications.models import Decision, Notification
from alerts.notifications.plain import MOST_PAIRS, line, pairs_of
from alerts.notifications.threads import thread_of
from tests.builders import a_rule, an_account, an_event

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 2, 15, 2, 120_000, UTC)


def a_message(event: SystemEvent, *, zone: str = "UTC", **fields: Any) -> Message:
    """Return what somebody in this zone is told of the event by the rule `rotation_failed`."""
    rule = a_rule(name=fields.pop("rule_name", "rotation_failed"), mute_for=3 * 3600)
    decision = Decision(
        account=event.account, event_id=event.id, rule=rule, rule_name=rule.name, event_name=event.name,
        resource=event.resource, level=event.level, test=event.test_of is not None,
    )  # fmt: skip
    told = {"recipient": "Li.Na", "language": "auto", "channel": "email"} | fields
    return compose(Notification(account=event.account, decision=decision, time_zone=zone, **told), event)


def a_failure(**fields: Any) -> SystemEvent:
    """Return the documented rotation failure of the secret rds-prod-app."""
    resource = f"acs:kms:cn-hangzhou:{an_account().uid}:secret/rds-prod-app"
    told: dict[str, Any] = {"at": AT, "resource": resource, "instance_name": "rds-prod-app"} | fields
    return an_event(**told)


def test_a_rotation_failure_says_in_its_subject_what_failed_and_where() -> None:
    assert a_message(a_failure()).subject == "[CRITICAL] Managed secret rotation failed: rds-prod-app (cn-hangzhou)"


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_rotation_failure_tells_everything_that_one_needs_to_act(part: str) -> None:
    event = a_failure()
    said = str(getattr(a_message(event, zone="Asia/Shanghai"), part))
    said = BeautifulSoup(said, "html.parser").get_text(" ") if part == "html" else said
    for words in (
        "rds-prod-app", "China (Hangzhou)", event.account.name, event.account_id,
        "2026-11-22 10:15:02 Asia/Shanghai (UTC+08:00)", "2026-11-22 02:15:02 UTC",
        "The account does not exist. (Kms:ErrorCode)", "What happened", "Impact", "Automatic rotation stops",
        "What to do", "mend the permission", "Secret:RotateSecret:Failure", event.resource, str(event.id),
        "“rotation_failed”", "Li.Na", "muted for 3 hours", "failureInfo.errorCode", "Kms:ErrorCode",
    ):  # fmt: skip
        assert words in said


def test_a_message_links_to_the_event(settings: Any) -> None:
    settings.SITE_URL = "https://kms.example.com"
    event = a_failure()
    address = f"https://kms.example.com/cloudmonitor/event-center/system-events/{event.id}/"
    message = a_message(event)
    assert address in message.text
    assert BeautifulSoup(message.html, "html.parser").find("a", href=address)


def test_somebody_in_utc_reads_the_time_once() -> None:
    message = a_message(a_failure())
    assert message.text.count("2026-11-22 02:15:02 UTC") == 1
    assert "UTC+00:00" not in message.text


@pytest.mark.parametrize("record", CATALOG, ids=lambda record: record.name)
def test_every_event_of_the_catalogue_makes_a_whole_message(record: Any) -> None:
    event = an_event(record.name)
    message = a_message(event)
    assert message.subject == f"[{record.level}] {record.title}: {event.instance_name} (cn-hangzhou)"
    for words in (record.meaning, record.impact, record.remedy):
        assert words in message.text
        assert words in BeautifulSoup(message.html, "html.parser").get_text()
    assert "None" not in message.text.replace(record.impact, "")


def test_an_event_that_is_not_in_the_catalogue_is_told_by_its_name() -> None:
    event = an_event("Disk:Broken:Now", product="ECS", level="WARN", instance_name="", resource="i-1", content={"a": 1})
    message = a_message(event)
    assert message.subject == "[WARN] Disk:Broken:Now: i-1 (cn-hangzhou)"
    assert "What to do" not in message.text
    assert "a: 1" in message.text


NASTY = "x\r\nBcc: thief@example.com\n\n<script>alert(1)</script>\u202egnp.exe\x1b\u2028& “q” "


def test_a_name_with_line_ends_is_one_line_in_the_subject_and_no_heading_in_the_text() -> None:
    message = a_message(a_failure(instance_name=NASTY))
    assert "\r" not in message.subject
    assert "\n" not in message.subject
    assert message.subject.startswith("[CRITICAL] Managed secret rotation failed: x Bcc: thief@example.com <script>")
    assert not [each for each in message.text.splitlines() if each.startswith("Bcc")]
    assert "\u202e" not in message.subject + message.text + message.html


def test_what_comes_from_outside_is_no_markup_in_the_mail_and_no_entity_in_the_text() -> None:
    message = a_message(a_failure(instance_name=NASTY, content={"<b>k</b>": "a & b", "list": ["<i>", "<i>"]}))
    assert "<script>" not in message.html
    assert "<b>" not in message.html
    assert "<i>" not in message.html
    assert "&amp;" not in message.text + message.subject
    assert "<b>k</b>: a & b" in message.text


@given(st.text())
@example("0 \x08 0")
def test_a_line_has_no_end_and_nothing_unseen(text: str) -> None:
    assert len(line(text).splitlines()) <= 1
    assert line(text) == line(line(text))


def test_a_very_long_name_leaves_room_for_the_rest() -> None:
    message = a_message(a_failure(instance_name="n" * 256))
    assert len(message.subject) <= 200
    assert message.subject.endswith("… (cn-hangzhou)")


def test_deep_and_long_content_is_told_in_few_short_lines() -> None:
    found = pairs_of({"a": {"b": [{"c": None}, {"c": True}]}, "e": [], "long": "y" * 999})
    assert found[:3] == [("a.b.0.c", "–"), ("a.b.1.c", "true"), ("e", "–")]
    assert len(found[3][1]) == 300
    assert len(pairs_of({str(number): number for number in range(99)})) == MOST_PAIRS


@pytest.mark.parametrize("content", [[], {}, "text", None, [1, 2], 7])
def test_content_that_is_no_object_breaks_nothing(content: Any) -> None:
    event = a_failure()
    event.content = content
    assert a_message(event).text


def test_the_callback_body_is_that_of_cloudmonitor_with_the_content_untouched() -> None:
    event = a_failure(content={"failureInfo": {"errorCode": "x"}, "n": [1, None]})
    assert json.loads(json.dumps(callback_body(event, rule_name="r"))) == {
        "product": "KMS", "ver": "1.0", "id": str(event.id), "traceId": str(event.id), "level": "CRITICAL",
        "eventType": "Exception", "name": "Secret:RotateSecret:Failure", "status": "Failed",
        "regionId": "cn-hangzhou", "instanceName": "rds-prod-app", "groupId": "", "userId": event.account_id,
        "resourceId": event.resource, "eventTime": "20261122T021502.120+0000", "ruleName": "r",
        "content": {"failureInfo": {"errorCode": "x"}, "n": [1, None]},
    }  # fmt: skip


def test_the_mail_has_no_address_of_the_recipient_and_nothing_to_load() -> None:
    message = a_message(a_failure(), address='{"email": "li.na@example.com"}', masked="l•••@example.com")
    assert "example.com" not in message.text + message.html
    page = BeautifulSoup(message.html, "html.parser")
    assert not page.find_all(["img", "script", "link", "iframe"])


def test_in_chinese_everything_but_the_catalogues_texts_is_chinese() -> None:
    message = a_message(a_failure(), language="zh-hans", zone="Asia/Shanghai")
    assert message.subject == "[CRITICAL] 托管凭据轮转失败：rds-prod-app（cn-hangzhou）"
    assert message.language == "zh-hans"
    for words in (
        "凭据", "地域", "开始时间", "原因", "发生了什么", "影响", "处理建议", "查看事件", "详细信息", "事件 ID",
        "您作为 Li.Na 收到此消息，由报警规则“rotation_failed”触发。", "将在 3 小时内不再通知",
    ):  # fmt: skip
        assert words in message.text
        assert words in BeautifulSoup(message.html, "html.parser").get_text()
    for words in ("What happened", "Region", "Since", "You get this message", "Details"):
        assert words not in message.text + message.html


@pytest.mark.parametrize(
    ("language", "mark", "note"), [("en", "[TEST] ", "This is a test."), ("zh-hans", "【测试】", "这是一条测试消息")]
)
@pytest.mark.parametrize("channel", ["email", "dingtalk", "sms", "webhook"])
def test_a_test_says_so_in_subject_and_text_on_every_channel(channel: str, language: str, mark: str, note: str) -> None:
    event = a_failure()
    event.test_of = 1
    message = a_message(event, language=language, channel=channel)
    assert message.subject.startswith(mark)
    assert message.text.startswith(note)
    assert (note in message.html) is (channel == "email")
    assert message.body["test"] is True
    assert "test" not in a_message(a_failure(), channel=channel, rule_name="other").body


def test_a_failure_and_the_success_after_it_are_one_thread_and_another_secret_is_another() -> None:
    failed, told = a_failure(), a_failure().resource
    again = an_event("Secret:RotateSecret:Success", resource=told, instance_name="rds-prod-app")
    other = a_failure(resource=told + "2")
    message = a_message(failed, rule_name="r2")
    assert message.thread.isalnum()
    assert message.source == "r2"
    assert message.url.endswith(f"/{failed.id}/")
    assert thread_of_event(failed) != message.thread, "another rule"
    assert thread_of_event(again) == thread_of_event(failed) != thread_of_event(other)


def thread_of_event(event: SystemEvent) -> str:
    """Return the thread of what the rule `r` says of an event."""
    return thread_of(
        Decision(account=event.account, rule_name="r", event_name=event.name, resource=event.resource, level="INFO")
    )


def test_a_robot_and_a_phone_get_less_than_a_mail() -> None:
    mail, robot, phone = (a_message(a_failure(), channel=kind, rule_name=kind) for kind in ("email", "slack", "sms"))
    assert len(mail.text) > len(robot.text) > len(phone.text)
    assert phone.text.count("\n") <= 3
    assert "mend the permission" in robot.text
    assert robot.html == phone.html == ""


def test_what_was_merged_is_listed_with_level_title_resource_and_time() -> None:
    event = a_failure()
    decisions = [
        Decision(account=event.account, rule_name="r", event_name=event.name, level="CRITICAL", occurred_at=AT,
                 resource=f"acs:kms:cn-hangzhou:1:secret/s-{number}")
        for number in range(120)
    ]  # fmt: skip
    decision = Decision(account=event.account, event_id=event.id, rule_name="r", level=event.level)
    for channel in ("dingtalk", "email"):
        row = Notification(account=event.account, decision=decision, language="en", channel=channel, recipient="Ann")
        message = composed(row, event, merged=decisions).message
        assert message.subject.endswith("(and 120 more)")
        assert "120 more since the last message" in message.text
        assert "[CRITICAL] Managed secret rotation failed · s-7 · 2026-11-22 02:15:02 UTC" in message.text
        assert "… and 20 more; see the alert history." in message.text
        assert ("s-99 ·" in message.html) is (channel == "email")
