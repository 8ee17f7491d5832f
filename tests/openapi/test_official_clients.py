"""CloudMonitor through Alibaba Cloud's own clients, unmodified, against a server: the new one and the one before it."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from alibabacloud_cms20190101 import models
from alibabacloud_cms20190101.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from alerts.accounts.models import Role
from alerts.events.models import SystemEvent
from alerts.notifications.dispatch import dispatch_batch
from alerts.openapi.cms import CMS
from tests.builders import NOW, a_draft, some_events
from tests.openapi.signing import an_access_key

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
Given = Mapping[str, Any]
FAILED = "Secret:RotateSecret:Failure"
PATTERN = {"Product": "KMS", "LevelList": ["CRITICAL"], "NameList": [FAILED], "EventTypeList": ["*"]}
EVERY: tuple[tuple[str, Given, str], ...] = (
    ("DescribeSystemEventMetaList", {}, "Data.Resource"),
    ("DescribeSystemEventAttribute", {"Product": "KMS", "SearchKeywords": "a or rotatesecret"},
     "SystemEvents.SystemEvent"),
    ("DescribeSystemEventCount", {"Product": "KMS"}, "SystemEventCounts.SystemEventCount"),
    ("DescribeSystemEventHistogram", {"Product": "KMS"}, "SystemEventHistograms.SystemEventHistogram"),
    ("PutContact", {"ContactName": "Alice", "Describe": "d 规则 ~*/", "Lang": "en",
                    "Channels": {"Mail": "alice@example.com"}}, ""),
    ("PutContactGroup", {"ContactGroupName": "g1", "ContactNames": ["Alice"], "EnableSubscribed": True}, ""),
    ("DescribeContactList", {"ContactName": "Alice"}, "Contacts.Contact"),
    ("DescribeContactListByContactGroup", {"ContactGroupName": "g1"}, "Contacts.Contact"),
    ("DescribeContactGroupList", {}, "ContactGroupList.ContactGroup"),
    ("PutEventRule", {"RuleName": "r 规则", "SilenceTime": 3600, "EventPattern": [PATTERN]}, "Data"),
    ("PutEventRuleTargets", {"RuleName": "r 规则", "ContactParameters": [
        {"Id": "1", "ContactGroupName": "g1", "Level": "3"}], "WebhookParameters": [
        {"Id": "2", "Protocol": "http", "Method": "POST", "Url": "http://127.0.0.1:9/cb?a=1&b=2"}]},
     "FailedParameterCount"),
    ("DescribeEventRuleList", {"NamePrefix": "r", "IsEnable": True, "PageSize": "10"}, "EventRules.EventRule"),
    ("DescribeEventRuleAttribute", {"RuleName": "r 规则"}, "Result"),
    ("DescribeEventRuleTargetList", {"RuleName": "r 规则"}, "WebhookParameters.WebhookParameter"),
    ("DisableEventRules", {"RuleNames": ["r 规则"]}, ""),
    ("EnableEventRules", {"RuleNames": ["r 规则"]}, ""),
    ("SendDryRunSystemEvent", {"Product": "KMS", "EventName": FAILED, "EventContent": '{"a": "b c"}'}, ""),
    ("DescribeAlertLogList", {"LastMin": "60"}, "AlertLogList"),
    ("DescribeAlertLogCount", {"LastMin": "60", "GroupBy": "level"}, "AlertLogCount"),
    ("DescribeAlertLogHistogram", {"LastMin": "60"}, "AlertLogHistogramList"),
    ("DeleteEventRuleTargets", {"RuleName": "r 规则", "Ids": ["1"]}, ""),
    ("DeleteEventRules", {"RuleNames": ["r 规则"]}, ""),
    ("DeleteContactGroup", {"ContactGroupName": "g1"}, ""),
    ("DeleteContact", {"ContactName": "Alice"}, ""),
)  # fmt: skip
"""Every action once, in an order in which each finds what it needs, and what of its answer must not be empty."""


def snake(name: str) -> str:
    """Return the method of an action as the clients' generator names it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class New:
    """The client of today: signs the headers, knows a model for each answer."""

    def __init__(self, server: LiveServer, **fields: Any) -> None:
        key, secret = an_access_key(**fields)
        self.config = Config(
            access_key_id=key.key_id, access_key_secret=secret, region_id="cn-hangzhou",
            endpoint=server.url.removeprefix("http://"), protocol="http",
        )  # fmt: skip

    def __call__(self, action: str, told: Given) -> dict[str, Any]:
        """Call, and return what its model understood of the answer."""
        kind = getattr(models, f"{action}Request")
        answer = getattr(Client(self.config), snake(action))(kind().from_map(dict(told)))
        body: dict[str, Any] = answer.body.to_map()
        return body


class NewByParameters(New):
    """The client of today, told to sign the parameters."""

    def __init__(self, server: LiveServer, **fields: Any) -> None:
        super().__init__(server, **fields)
        self.config.signature_algorithm = "v2"


class Old:
    """The client before it: signs the parameters, hands out the answer as it came."""

    def __init__(self, server: LiveServer, **fields: Any) -> None:
        key, secret = an_access_key(**fields)
        self.client = AcsClient(key.key_id, secret, "cn-hangzhou")
        self.endpoint = server.url.removeprefix("http://")

    def __call__(self, action: str, told: Given) -> dict[str, Any]:
        """Call, and return the answer."""
        module = importlib.import_module(f"aliyunsdkcms.request.v20190101.{action}Request")
        request = getattr(module, f"{action}Request")()
        request.set_endpoint(self.endpoint)
        request.set_protocol_type("http")
        request.set_accept_format("json")
        for name, value in flat(told):
            request.add_query_param(name, value)
        body: dict[str, Any] = json.loads(self.client.do_action_with_exception(request))
        return body


def flat(told: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and values as the old client's setters flatten them."""
    if isinstance(told, Mapping):
        for key, value in told.items():
            yield from flat(value, f"{name}.{key}" if name else key)
    elif isinstance(told, list):
        for number, value in enumerate(told, start=1):
            yield from flat(value, f"{name}.{number}")
    else:
        yield name, str(told)


def found(body: Any, path: str) -> Any:
    """Return what stands in an answer under a dotted name."""
    for part in path.split("."):
        body = body[part]
    return body


CLIENTS: tuple[Callable[..., Callable[[str, Given], dict[str, Any]]], ...] = (New, NewByParameters, Old)


def test_every_action_is_understood_by_every_client(live_server: LiveServer) -> None:
    # All in one test: emptying the database for each would take a minute.
    assert {name for name, _told, _path in EVERY} == {action.name for action in CMS}
    [event] = some_events([a_draft(FAILED, at=NOW - timedelta(minutes=5))])
    for maker in CLIENTS:
        client = maker(live_server)
        for name, told, path in EVERY:
            body = client(name, told)
            assert str(body["Code"]) == "200", (name, body)
            assert str(body.get("Success", True)).lower() == "true", (name, body)
            assert body["RequestId"], name
            assert not path or found(body, path), (name, body)
            if name == "DescribeSystemEventAttribute":
                assert [row["Id"] for row in found(body, path)] == [str(event.id)]
            if name == "DescribeEventRuleTargetList":
                assert found(body, path)[0]["Url"] == "http://127.0.0.1:9/cb?a=1&b=2"
            if name == "SendDryRunSystemEvent":
                SystemEvent.objects.update(correlated_at=NOW)
                dispatch_batch(now=timezone.now())


def test_the_clients_make_exceptions_of_refusals(live_server: LiveServer) -> None:
    client = New(live_server)
    refusals: tuple[tuple[str, Given, int, str], ...] = (
        ("PutEventRule", {}, 400, "MissingParameter"),
        ("PutEventRule", {"RuleName": "r", "EventPattern": []}, 400, "MissingParameter"),
        ("DescribeEventRuleAttribute", {"RuleName": "none"}, 404, "ResourceNotFound"),
        ("DescribeSystemEventAttribute", {"PageSize": 1000}, 400, "ParameterInvalid"),
        ("DescribeMetricRuleList", {}, 404, "InvalidAction.NotFound"),
    )
    for action, told, status, code in refusals:
        with pytest.raises(ClientException) as raised:
            client(action, told)
        assert (raised.value.status_code, raised.value.code) == (status, code)
    for maker in CLIENTS:
        looking = maker(live_server, role=Role.VIEWER)
        for name, told, _path in EVERY:
            if not name.startswith("Describe"):
                with pytest.raises((ClientException, ServerException), match="User not authorized"):
                    looking(name, told)


def test_the_clients_tell_that_a_secret_is_wrong_and_send_temporary_credentials(live_server: LiveServer) -> None:
    new, old = New(live_server), Old(live_server)
    new.config.security_token = "a-token"
    assert new("DescribeEventRuleList", {})["Total"] == 0
    new.config.access_key_secret = "another"
    old.client = AcsClient(old.client.get_access_key(), "another", "cn-hangzhou")
    with pytest.raises(ClientException) as raised:
        new("DescribeEventRuleList", {})
    assert raised.value.code == "SignatureDoesNotMatch"
    with pytest.raises(ServerException) as before:
        old("DescribeEventRuleList", {})
    assert before.value.get_error_code() == "InvalidAccessKeySecret"
