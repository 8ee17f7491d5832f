"""One good call of every action of CMS, and what of it must be there; as `kms.examples` has them for KMS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from alerts.notifications.dispatch import dispatch_batch
from alerts.rules.models import AlertRule
from tests.builders import NOW, a_contact, a_contact_group, a_draft, a_number, a_rule, some_events
from tests.openapi.kms.examples import Example, a_listed

FAILED = "Secret:RotateSecret:Failure"
URL = "http://127.0.0.1:9/cb?a=1&b=2"
Make = Callable[[], dict[str, str]]


def an_event_of_before() -> None:
    """Record an event that a search finds."""
    some_events([a_draft(FAILED, at=NOW - timedelta(minutes=5))])


def a_decision() -> None:
    """Let a rule tell somebody of an event."""
    a_rule(name=f"told {a_number()}", group=a_contact_group(a_contact()))
    an_event_of_before()
    dispatch_batch(now=timezone.now())


def events(**further: str) -> Make:
    """Return what records an event and searches for it."""

    def make() -> dict[str, str]:
        an_event_of_before()
        return {"Product": "KMS", "Level": "CRITICAL", "SearchKeywords": "a or rotatesecret", **further}

    return make


def logs(**further: str) -> Make:
    """Return what makes an alert log and asks for it."""

    def make() -> dict[str, str]:
        a_decision()
        return {"LastMin": "60", **further}

    return make


def of_rule(name: str = "RuleName", **further: str) -> Make:
    """Return what makes a rule and names it."""
    return lambda: {name: a_rule().name, **further}


def a_rule_with_targets() -> AlertRule:
    """Return a rule that tells a group and a URL."""
    return a_rule(group=a_contact_group(a_contact()), url=URL)


def new_rule() -> dict[str, str]:
    """Return the parameters of a rule."""
    pattern = {"Product": "KMS", "LevelList.1": "CRITICAL", "NameList.1": FAILED, "EventTypeList.1": "*"}
    return {
        "RuleName": f"规则 {a_number()}", "SilenceTime": "3600", "State": "ENABLED", "EventType": "SYSTEM",
        **{f"EventPattern.1.{name}": value for name, value in pattern.items()},
    }  # fmt: skip


def targets() -> dict[str, str]:
    """Return the parameters of targets of a new rule."""
    return {
        "RuleName": a_rule().name,
        "ContactParameters.1.Id": "1", "ContactParameters.1.ContactGroupName": a_contact_group(a_contact()).name,
        "ContactParameters.1.Level": "3",
        "WebhookParameters.1.Id": "2", "WebhookParameters.1.Protocol": "http", "WebhookParameters.1.Method": "POST",
        "WebhookParameters.1.Url": URL,
    }  # fmt: skip


def of_group(**further: str) -> dict[str, str]:
    """Make a group with somebody in it and name it."""
    return {"ContactGroupName": a_contact_group(a_contact()).name, **further}


RULES = ("RuleNames.1",)
EXAMPLES = {
    "DescribeSystemEventMetaList": Example(),
    "DescribeSystemEventAttribute": Example(events(PageNumber="1"), lists="SystemEvents.SystemEvent"),
    "DescribeSystemEventCount": Example(events(), lists="SystemEventCounts.SystemEventCount"),
    "DescribeSystemEventHistogram": Example(events()),
    "SendDryRunSystemEvent": Example(
        lambda: {"Product": "KMS", "EventName": FAILED, "EventContent": '{"a": "b c"}'}, {}, ("Product", "EventName")
    ),
    "PutEventRule": Example(new_rule, {}, ("RuleName", "EventPattern.1.Product")),
    "PutEventRuleTargets": Example(targets, {}, ("RuleName", "WebhookParameters.1.Url"), names=True),
    "DeleteEventRules": Example(of_rule("RuleNames.1"), {}, RULES, names=True),
    "DeleteEventRuleTargets": Example(
        lambda: {"RuleName": a_rule_with_targets().name, "Ids.1": "1"}, {}, ("RuleName", "Ids.1"), names=True
    ),
    "EnableEventRules": Example(of_rule("RuleNames.1"), {}, RULES, names=True),
    "DisableEventRules": Example(of_rule("RuleNames.1"), {}, RULES, names=True),
    "DescribeEventRuleAttribute": Example(
        lambda: {"RuleName": a_rule(keywords=["one"], levels=["WARN"]).name}, {}, ("RuleName",), names=True
    ),
    "DescribeEventRuleList": Example(
        lambda: {"NamePrefix": a_rule(keywords=["one"]).name, "IsEnable": "True", "PageSize": "10"},
        lists="EventRules.EventRule",
    ),
    "DescribeEventRuleTargetList": Example(
        lambda: {"RuleName": a_rule_with_targets().name}, {}, ("RuleName",), names=True
    ),
    "PutContact": Example(
        lambda: {"ContactName": f"Ann{a_number()}", "Describe": "d 规则 ~*/", "Lang": "en",
                 "Channels.Mail": "ann@example.com"},
        {}, ("ContactName", "Describe", "Channels.Mail"),
    ),
    "PutContactGroup": Example(
        lambda: {"ContactGroupName": f"group{a_number()}", "ContactNames.1": a_contact().name,
                 "EnableSubscribed": "True"},
        {}, ("ContactGroupName",),
    ),
    "DeleteContact": Example(lambda: {"ContactName": a_contact().name}, {}, ("ContactName",), names=True),
    "DeleteContactGroup": Example(of_group, {}, ("ContactGroupName",), names=True),
    "DescribeContactList": Example(
        lambda: {"ContactName": a_contact_group(a_contact()).contacts.get().name}, lists="Contacts.Contact"
    ),
    "DescribeContactListByContactGroup": Example(of_group, {}, ("ContactGroupName",), names=True),
    "DescribeContactGroupList": Example(a_listed(of_group), lists="ContactGroupList.ContactGroup"),
    "DescribeAlertLogList": Example(logs(), lists="AlertLogList"),
    "DescribeAlertLogCount": Example(logs(GroupBy="level"), {}, ("GroupBy",), lists="AlertLogCount"),
    "DescribeAlertLogHistogram": Example(logs()),
}  # fmt: skip
