"""Every channel, from the rule to the provider's door: what is composed is what each of them wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from alerts.channels import BY_KIND
from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Notification
from alerts.rules.models import RuleTarget
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_event
from tests.receivers.dingtalk import DingTalkReceiver
from tests.receivers.function import FunctionReceiver
from tests.receivers.http import HttpReceiver
from tests.receivers.lark import LarkReceiver
from tests.receivers.log import LogReceiver
from tests.receivers.phone import PhoneReceiver
from tests.receivers.queue import QueueReceiver
from tests.receivers.slack import SlackReceiver
from tests.receivers.smtp import SmtpReceiver
from tests.receivers.teams import TeamsReceiver
from tests.receivers.wecom import WeComReceiver

pytestmark = pytest.mark.django_db

KEY: dict[str, Any] = {"key_id": "LTAI4example", "key_secret": "secret"}
TITLE = "Managed secret rotation failed"
REMEDY = "mend the permission"
Heard = Callable[[], str]
"""Returns what the provider heard."""
Case = tuple[Mapping[str, str], Heard]
"""The address, and what was heard there."""


@pytest.fixture
def stack(socket_enabled: None, settings: Settings) -> Iterator[ExitStack]:
    """Return where receivers are started; they stop at the end."""
    settings.OUTGOING_ALLOW = (ip_network("127.0.0.0/8"),)
    settings.CLOUD_ACCESS_KEY = ":".join(KEY.values())
    with ExitStack() as stack:
        yield stack


def a_robot(receiver: Any) -> Case:
    """Return the case of a chat robot."""
    return {"url": receiver.webhook}, lambda: json.dumps(receiver.requests[0].json, ensure_ascii=False)


def a_phone(stack: ExitStack, settings: Settings, kind: str) -> Case:
    """Return the case of a telephone number."""
    receiver = stack.enter_context(PhoneReceiver(path="send", token="t-1"))
    settings.PHONE = settings.PHONE | {f"{kind}_url": receiver.endpoint, "authorization": "Bearer t-1"}
    return {"phone": "+8613800001234"}, lambda: str(receiver.requests[0].json["text"])


def a_mail(stack: ExitStack, settings: Settings) -> Case:
    """Return the case of a mailbox."""
    receiver = stack.enter_context(SmtpReceiver())
    settings.SMTP_URL = receiver.url
    return {"email": "ann@example.com"}, lambda: receiver.wait_for()[0].part("plain")


def a_service(receiver: Any, settings: Settings, address: Mapping[str, str], heard: Heard) -> Case:
    """Return the case of a service of the cloud."""
    settings.CLOUD_ENDPOINT = receiver.url
    return {"region": "cn-hangzhou", **address}, heard


def case_of(kind: str, stack: ExitStack, settings: Settings) -> Case:
    """Start the receiver of a channel."""
    robots: Mapping[str, Any] = {
        "dingtalk": lambda: DingTalkReceiver(token="t"),
        "lark": lambda: LarkReceiver(token="t"),
        "wecom": lambda: WeComReceiver(key="k"),
        "slack": lambda: SlackReceiver(path="T0/B0/x"),
        "teams": lambda: TeamsReceiver(signature="s"),
    }
    if kind in robots:
        return a_robot(stack.enter_context(robots[kind]()))
    if kind in {"sms", "voice"}:
        return a_phone(stack, settings, kind)
    if kind == "email":
        return a_mail(stack, settings)
    if kind == "webhook":
        hook = stack.enter_context(HttpReceiver())
        return {"url": f"{hook.url}/hook", "method": "POST"}, lambda: str(hook.requests[0].body, "utf-8")
    return machine_case(kind, stack, settings)


def machine_case(kind: str, stack: ExitStack, settings: Settings) -> Case:
    """Start the receiver of a service of the cloud."""
    if kind == "queue":
        queue = stack.enter_context(QueueReceiver(**KEY, queues=("alerts",)))
        return a_service(queue, settings, {"queue": "alerts"}, lambda: queue.bodies[0][1])
    if kind == "function":
        function = stack.enter_context(FunctionReceiver(**KEY, functions=("alert",)))
        address = {"service": "", "function": "alert"}
        return a_service(function, settings, address, lambda: str(function.calls[0][1], "utf-8"))
    log = stack.enter_context(LogReceiver(**KEY, project="audit", logstore="events"))
    return a_service(log, settings, {"project": "audit", "logstore": "events"}, lambda: json.dumps(log.logs[0].fields))


def a_rule_that_tells(kind: str, address: Mapping[str, str]) -> None:
    """Make a rule with this one destination of this channel."""
    if kind in RuleTarget.Kind.values:
        rule = a_rule(url="https://replaced.example.com/")
        rule.targets.update(kind=kind)
        target = rule.targets.get()
        target.address = json.dumps(dict(address))
        target.save()
        return
    place = "phone" if kind in {"sms", "voice"} else kind
    given: dict[str, Any] = {"email": "", place: address} if place != "email" else {}
    contact = a_contact("Ann", **given)
    a_rule(group=a_contact_group(contact))


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_message_reaches_every_channel(kind: str, stack: ExitStack, settings: Settings) -> None:
    address, heard = case_of(kind, stack, settings)
    a_rule_that_tells(kind, address)
    event = an_event(instance_name="rds-prod-app")
    dispatch_batch(now=NOW)
    while deliver_one(now=NOW):
        pass
    row = Notification.objects.get(channel=kind)
    assert (row.state, row.attempts.get().outcome) == ("SENT", "ACCEPTED"), row.answer
    assert row.decision
    said = heard()
    if kind in {"webhook", "queue", "function", "log"}:
        found = json.loads(said)
        assert (found["id"], found["name"], found["ruleName"]) == (str(event.id), event.name, row.decision.rule_name)
        return
    assert TITLE in said
    assert "rds-prod-app" in said
    assert (REMEDY in said) is (kind not in {"sms", "voice"}), "phones get the short text"
    assert (str(event.id) in said) is (kind != "voice"), "everything but a call links to the event"


@pytest.mark.parametrize("kind", ["dingtalk", "wecom"])
def test_a_burst_to_a_robot_with_a_limit_arrives_as_one_message_that_lists_the_rest(
    kind: str, stack: ExitStack, settings: Settings
) -> None:
    address, heard = case_of(kind, stack, settings)
    a_rule_that_tells(kind, address)
    events = [an_event(instance_name="", resource=f"acs:kms:cn-hangzhou:1:secret/s-{n}") for n in range(40)]
    dispatch_batch(now=NOW)
    assert deliver_one(now=NOW)
    assert not deliver_one(now=NOW)
    sent = Notification.objects.get(state="SENT")
    assert Notification.objects.filter(state="MERGED", merged_into=sent).count() == len(events) - 1
    said = heard()
    assert "and 39 more" in said
    assert "s-39" in sent.text
    assert sent.subject.startswith(f"[{events[0].level}]")
