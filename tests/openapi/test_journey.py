"""The API of a whole installation: what an SDK puts is told of, and what happened is read back by an SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from alibabacloud_cms20190101 import models as cms
from alibabacloud_cms20190101.client import Client as CmsClient
from alibabacloud_kms20160120 import models as kms
from alibabacloud_kms20160120.client import Client as KmsClient
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from bs4 import BeautifulSoup

from tests.installation import Installation
from tests.person import Person, filled_in, wait_for
from tests.receivers.http import HttpReceiver

pytestmark = [
    pytest.mark.line,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
LIST = "/account/access-keys/"
RULE, NAME = "deletions", "Key:ScheduleKeyDeletion:Success"


@pytest.fixture
def person(a_sturdy_installation: Installation) -> Iterator[Person]:
    """The administrator."""
    with Person(a_sturdy_installation) as one:
        yield one


@pytest.fixture
def config(a_sturdy_installation: Installation, person: Person) -> Config:
    """What an SDK is told, with an access key that was made in the console."""
    page = person.send(f"{LIST}create/", {"name": "journey", "role": "administrator"}).text
    key_id, secret, *_more = [each.text for each in soup(page).select("main code")]
    host = a_sturdy_installation.url.removeprefix("http://").rstrip("/")
    return Config(access_key_id=key_id, access_key_secret=secret, endpoint=host, protocol="http")


def soup(page: str) -> Any:
    """Read a page."""
    return BeautifulSoup(page, "html.parser")


def test_a_key_scheduled_by_one_sdk_is_told_of_and_read_back_by_the_other(
    config: Config, person: Person, http_receiver: HttpReceiver
) -> None:
    monitor, keys = CmsClient(config), KmsClient(config)
    pattern = cms.PutEventRuleRequestEventPattern(product="KMS", name_list=[NAME])
    monitor.put_event_rule(cms.PutEventRuleRequest(rule_name=RULE, event_pattern=[pattern], silence_time=300))
    monitor.put_contact(
        cms.PutContactRequest(
            contact_name="Journey", describe="d", channels=cms.PutContactRequestChannels(mail="journey@example.com")
        )
    )
    monitor.put_contact_group(cms.PutContactGroupRequest(contact_group_name="travellers", contact_names=["Journey"]))
    hook = cms.PutEventRuleTargetsRequestWebhookParameters(id="1", method="POST", url=f"{http_receiver.url}/cb")
    group = cms.PutEventRuleTargetsRequestContactParameters(id="2", contact_group_name="travellers", level="4")
    monitor.put_event_rule_targets(
        cms.PutEventRuleTargetsRequest(rule_name=RULE, webhook_parameters=[hook], contact_parameters=[group])
    )
    key = keys.create_key(kms.CreateKeyRequest()).body.key_metadata
    keys.schedule_key_deletion(kms.ScheduleKeyDeletionRequest(key_id=key.key_id, pending_window_in_days=7))

    def happened() -> Any:
        asked = cms.DescribeSystemEventAttributeRequest(product="KMS", name=NAME, search_keywords=key.key_id)
        return monitor.describe_system_event_attribute(asked).body.system_events.system_event

    [event] = wait_for(happened, seconds=10, what="the event")
    assert event.resource_id == key.arn
    [callback] = http_receiver.wait_for(1, seconds=20)
    assert callback.json["id"] == event.id
    assert person.web.get(f"/cloudmonitor/event-center/system-events/{event.id}/").status_code == 200

    def logged() -> Any:
        asked = cms.DescribeAlertLogListRequest(rule_name=RULE, last_min="60")
        found = monitor.describe_alert_log_list(asked).body.alert_log_list
        return [each for each in found if each.webhook_list and each.webhook_list[0].code == "SENT"]

    [log] = wait_for(logged, seconds=20, what="the alert log")
    assert (log.event_name, log.send_status, log.contact_groups) == (NAME, "0", ["travellers"])
    assert config.access_key_id in person.open("/account/audit/").text


def test_a_key_that_is_disabled_in_the_console_stops_within_seconds(config: Config, person: Person) -> None:
    monitor = CmsClient(config)
    asked = cms.DescribeEventRuleListRequest()
    assert monitor.describe_event_rule_list(asked).status_code == 200
    [row] = [each for each in person.open(LIST).select("main tr") if config.access_key_id in each.text]
    [page] = [str(a["href"]) for a in row.select("a[href]") if str(a["href"]).endswith("/disable/")]
    form = person.open(page).select_one("main form[method=post]")
    assert person.web.post(page, data=filled_in(form)).status_code == 200

    def refused() -> Any:
        try:
            monitor.describe_event_rule_list(asked)
        except ClientException as error:
            return error.code
        return None

    assert wait_for(refused, seconds=3, what="the refusal") == "InvalidAccessKeyId.Inactive"


def test_the_root_answers_programs_as_json_and_browsers_with_the_console(a_sturdy_installation: Installation) -> None:
    with httpx2.Client(base_url=a_sturdy_installation.url, trust_env=False) as web:
        for answer in (web.get("/?Action=ListKeys"), web.post("/"), web.put("/", headers={"x-acs-action": "ListKeys"})):
            assert answer.status_code in {400, 405}
            assert answer.headers["content-type"] == "application/json;charset=utf-8"
            assert answer.headers["content-length"] == str(len(answer.content))
        assert web.get("/").headers["location"].startswith("/accounts/login/")
