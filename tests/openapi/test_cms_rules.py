"""Rules and targets over the API: what a program puts is what it reads, what the console shows, and what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts.rules.document import document_of, form_of, mistakes_of
from alerts.rules.models import AlertRule, ResourceGroup, RuleTarget, RuleVersion
from alerts.rules.save import save_rule
from tests.builders import NOW, a_user, an_account
from tests.openapi.cms_sample import PATTERN, RULE, URL, put_contact, put_rule
from tests.openapi.signing import Program, a_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return a_program()


def result(program: Program, name: str = RULE) -> dict[str, Any]:
    found: dict[str, Any] = program.fine("DescribeEventRuleAttribute", RuleName=name)["Result"]
    return found


def targets(program: Program, name: str = RULE) -> dict[str, Any]:
    return program.fine("DescribeEventRuleTargetList", RuleName=name)


def test_a_rule_is_read_as_it_was_put(program: Program) -> None:
    answer = program.fine("PutEventRule", RuleName=RULE, Description="d", SilenceTime=3600, GroupId=0, **PATTERN)
    assert (answer["Code"], answer["Data"], answer["Success"]) == ("200", "1", True)
    assert result(program) == {
        "Name": RULE, "Description": "d", "EventType": "SYSTEM", "State": "ENABLED", "GroupId": "0",
        "SilenceTime": 3600,
        "EventPattern": {
            "Product": "KMS", "EventTypeList": {"EventTypeList": ["Exception"]},
            "LevelList": {"LevelList": ["CRITICAL"]}, "StatusList": {"StatusList": ["Failed"]},
            "NameList": {"NameList": ["Secret:RotateSecret:Failure"]}, "SQLFilter": "level = 'CRITICAL'",
        },
    }  # fmt: skip


def test_putting_a_rule_again_changes_what_is_named_and_keeps_the_rest(program: Program) -> None:
    put_rule(program, Description="first", SilenceTime=300)
    program.fine("PutEventRule", RuleName=RULE, EventPattern_1_Product="KMS", EventPattern_1_LevelList_1="*")
    found = result(program)
    assert (found["Description"], found["SilenceTime"], found["State"]) == ("first", 300, "ENABLED")
    assert found["EventPattern"]["LevelList"] == {"LevelList": ["*"]}
    assert found["EventPattern"]["SQLFilter"] == ""
    assert RuleVersion.objects.filter(rule__name=RULE).count() == 2
    assert RuleVersion.objects.filter(made_by=f"access key {program.key_id}").count() == 2


def test_all_beside_some_is_all(program: Program) -> None:
    put_rule(program, EventPattern_1_LevelList_2="*")
    assert result(program)["EventPattern"]["LevelList"] == {"LevelList": ["*"]}


@pytest.mark.parametrize(
    ("sent", "words", "relation"),
    [
        ({"CustomFilters": "word"}, ["word"], "OR"),
        ({"KeywordFilter_Keywords_1": "a", "KeywordFilter_Keywords_2": "b", "KeywordFilter_Relation": "NOT"},
         ["a", "b"], "NOT"),
    ],
)  # fmt: skip
def test_keywords_stand_in_the_wrappers_that_the_sdk_reads(
    program: Program, sent: dict[str, str], words: list[str], relation: str
) -> None:
    put_rule(program, **{f"EventPattern_1_{name}": value for name, value in sent.items()})
    assert result(program)["EventPattern"]["KeywordFilterObj"] == {"Keywords": {"keyword": words}, "Relation": relation}
    [rule] = program.fine("DescribeEventRuleList")["EventRules"]["EventRule"]
    [pattern] = rule["EventPattern"]["EventPattern"]
    assert pattern["KeywordFilter"] == {"Keywords": {"Keywords": words}, "Relation": relation}
    assert pattern["CustomFilters"] == ("word" if words == ["word"] else "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RuleName": ""}, "MissingParameter"),
        ({"RuleName": "x" * 129}, "ParameterInvalid"),
        ({"EventPattern_1_Product": ""}, "MissingParameter"),
        ({"EventPattern_2_Product": "KMS"}, "ParameterInvalid"),
        ({"EventPattern_1_LevelList_1": "LOUD"}, "ParameterInvalid"),
        ({"EventPattern_1_SQLFilter": "level = "}, "ParameterInvalid"),
        ({"EventPattern_1_CustomFilters": "a", "EventPattern_1_KeywordFilter_Keywords_1": "b"}, "ParameterInvalid"),
        ({"EventPattern_1_KeywordFilter_Keywords_1": "b", "EventPattern_1_KeywordFilter_Relation": "XOR"},
         "ParameterInvalid"),
        ({"SilenceTime": "soon"}, "ParameterInvalid"),
        ({"SilenceTime": "-1"}, "ParameterInvalid"),
        ({"State": "ON"}, "ParameterInvalid"),
        ({"State": "TRIAL"}, "ParameterInvalid"),
        ({"EventType": "CUSTOM"}, "ParameterInvalid"),
        ({f"EventPattern_1_NameList_{number}": f"n{number}" for number in range(1, 52)}, "ParameterInvalid"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_and_nothing_is_stored(
    program: Program, changes: dict[str, str], code: str
) -> None:
    given = {"RuleName": RULE, **PATTERN, **changes}
    assert program.refused("PutEventRule", **given) == (400, code)
    assert not AlertRule.objects.exists()


def test_a_rule_needs_a_pattern(program: Program) -> None:
    assert program.refused("PutEventRule", RuleName=RULE) == (400, "MissingParameter")


def test_a_rule_looks_at_a_resource_group_by_number_or_name(program: Program) -> None:
    group = ResourceGroup.objects.create(account=an_account(), name="prod", patterns=["*"], created_at=NOW)
    put_rule(program, GroupId=group.pk)
    assert result(program)["GroupId"] == str(group.pk)
    put_rule(program, GroupId="0")
    assert result(program)["GroupId"] == "0"
    put_rule(program, GroupId="prod")
    assert program.fine("DescribeEventRuleList", GroupId="prod")["Total"] == 1
    assert program.refused("PutEventRule", RuleName=RULE, GroupId="99", **PATTERN) == (404, "ResourceNotFound")


def test_rules_are_listed_by_prefix_state_and_page(program: Program) -> None:
    for name in ("a1", "a2", "b1"):
        put_rule(program, name)
    program.fine("DisableEventRules", RuleNames_1="a2")
    listed = program.fine("DescribeEventRuleList", NamePrefix="a", PageNumber="1", PageSize="1")
    assert (listed["Total"], [each["Name"] for each in listed["EventRules"]["EventRule"]]) == (2, ["a1"])
    assert program.fine("DescribeEventRuleList", IsEnable="True")["Total"] == 2
    assert program.fine("DescribeEventRuleList", IsEnable="False")["Total"] == 1
    assert program.refused("DescribeEventRuleList", PageSize="0") == (400, "ParameterInvalid")
    assert program.refused("DescribeEventRuleList", IsEnable="maybe") == (400, "ParameterInvalid")


def test_rules_are_enabled_disabled_and_deleted_all_or_none(program: Program) -> None:
    put_rule(program, "a1")
    for action in ("EnableEventRules", "DisableEventRules", "DeleteEventRules"):
        assert program.refused(action, RuleNames_1="a1", RuleNames_2="none") == (404, "ResourceNotFound")
        assert program.refused(action) == (400, "MissingParameter")
    program.fine("DisableEventRules", RuleNames_1="a1")
    assert result(program, "a1")["State"] == "DISABLED"
    program.fine("EnableEventRules", RuleNames_1="a1")
    assert result(program, "a1")["State"] == "ENABLED"
    program.fine("DeleteEventRules", RuleNames_1="a1")
    assert program.refused("DescribeEventRuleAttribute", RuleName="a1") == (404, "ResourceNotFound")


EVERY = {
    "ContactParameters_1_Id": "1", "ContactParameters_1_ContactGroupName": "g1", "ContactParameters_1_Level": "2",
    "MnsParameters_1_Id": "2", "MnsParameters_1_Queue": "q", "MnsParameters_1_Region": "cn-hangzhou",
    "FcParameters_1_Id": "3", "FcParameters_1_FunctionName": "f", "FcParameters_1_ServiceName": "s",
    "FcParameters_1_Region": "cn-hangzhou",
    "WebhookParameters_1_Id": "4", "WebhookParameters_1_Method": "POST", "WebhookParameters_1_Protocol": "http",
    "WebhookParameters_1_Url": URL,
    "SlsParameters_1_Id": "5", "SlsParameters_1_Project": "proj", "SlsParameters_1_LogStore": "logs",
    "SlsParameters_1_Region": "cn-hangzhou",
}  # fmt: skip


def test_targets_of_every_kind_are_read_as_they_were_put(program: Program) -> None:
    put_rule(program)
    put_contact(program)
    answer = program.fine("PutEventRuleTargets", RuleName=RULE, **EVERY)
    assert (answer["FailedParameterCount"], answer["Success"]) == ("0", True)
    found = targets(program)
    arn = "acs:{}:cn-hangzhou:1000000000000001:"
    assert {name: value for name, value in found.items() if name.endswith("Parameters")} == {
        "ContactParameters": {"ContactParameter": [{"Id": "1", "ContactGroupName": "g1", "Level": "2"}]},
        "MnsParameters": {"MnsParameter": [
            {"Id": "2", "Queue": "q", "Topic": "", "Region": "cn-hangzhou", "Arn": arn.format("mns")}]},
        "FcParameters": {"FCParameter": [
            {"Id": "3", "FunctionName": "f", "ServiceName": "s", "Region": "cn-hangzhou", "Arn": arn.format("fc")}]},
        "WebhookParameters": {"WebhookParameter": [{"Id": "4", "Protocol": "http", "Method": "POST", "Url": URL}]},
        "SlsParameters": {"SlsParameter": [
            {"Id": "5", "Project": "proj", "LogStore": "logs", "Region": "cn-hangzhou", "Arn": arn.format("log")}]},
        "OpenApiParameters": {"OpenApiParameters": []},
    }  # fmt: skip
    assert "Success" not in found


def test_a_target_of_the_same_id_is_replaced_and_others_are_added(program: Program) -> None:
    put_rule(program)
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="x", WebhookParameters_1_Url=URL)
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="y", WebhookParameters_1_Url=URL + "2")
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="x", WebhookParameters_1_Url=URL + "3")
    found = targets(program)["WebhookParameters"]["WebhookParameter"]
    assert [(each["Id"], each["Url"]) for each in found] == [("x", URL + "3"), ("y", URL + "2")]
    program.fine("DeleteEventRuleTargets", RuleName=RULE, Ids_1="x")
    assert [each["Id"] for each in targets(program)["WebhookParameters"]["WebhookParameter"]] == ["y"]


def test_a_callback_that_is_put_again_keeps_the_secret_that_signs_it(program: Program) -> None:
    put_rule(program)
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="1", WebhookParameters_1_Url=URL)
    target, secret = RuleTarget.objects.get(), "whsec_" + "A" * 32
    target.address = json.dumps({**target.fields, "secret": secret})
    target.save()
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="1", WebhookParameters_1_Url=URL + "n")
    assert RuleTarget.objects.get().fields == {"url": URL + "n", "method": "POST", "secret": secret}
    assert "whsec" not in json.dumps(targets(program))


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({}, 400, "MissingParameter"),
        ({"ContactParameters_1_ContactGroupName": "g1"}, 400, "MissingParameter"),
        ({"ContactParameters_1_Id": "1", "ContactParameters_1_ContactGroupName": "none"}, 400, "ParameterInvalid"),
        ({"ContactParameters_1_Id": "1", "ContactParameters_1_ContactGroupName": "g1",
          "ContactParameters_1_Level": "9"}, 400, "ParameterInvalid"),
        ({"WebhookParameters_1_Id": "1"}, 400, "MissingParameter"),
        ({"WebhookParameters_1_Id": "1", "WebhookParameters_1_Url": "ftp://x"}, 400, "ParameterInvalid"),
        ({"WebhookParameters_1_Id": "1", "WebhookParameters_1_Url": URL, "WebhookParameters_1_Method": "PUT"},
         400, "ParameterInvalid"),
        ({"WebhookParameters_1_Id": "1", "WebhookParameters_1_Url": URL, "WebhookParameters_1_Protocol": "ping"},
         400, "ParameterInvalid"),
        ({"MnsParameters_1_Id": "1", "MnsParameters_1_Queue": "q"}, 400, "MissingParameter"),
        ({"MnsParameters_1_Id": "1", "MnsParameters_1_Region": "cn-hangzhou"}, 400, "MissingParameter"),
        ({"MnsParameters_1_Id": "1", "MnsParameters_1_Region": "x", "MnsParameters_1_Queue": "q"},
         400, "ParameterInvalid"),
        ({"FcParameters_1_Id": "1"}, 400, "MissingParameter"),
        ({"SlsParameters_1_Id": "1"}, 400, "MissingParameter"),
        ({"OpenApiParameters_1_Id": "1", "OpenApiParameters_1_Action": "RotateSecret"}, 400, "ParameterInvalid"),
        ({f"WebhookParameters_{n}_{name}": f"{value}{n}" for n in range(1, 7)
          for name, value in (("Id", ""), ("Url", URL))}, 400, "ParameterInvalid"),
        ({"WebhookParameters_1_Id": "1", "WebhookParameters_1_Url": URL, "WebhookParameters_2_Id": "1",
          "WebhookParameters_2_Url": URL + "2"}, 400, "ParameterInvalid"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_are_refused(program: Program, given: dict[str, str], status: int, code: str) -> None:
    put_rule(program)
    put_contact(program)
    answer = program.call("PutEventRuleTargets", RuleName=RULE, **given)
    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    assert "canary" not in answer.content.decode()
    assert not RuleTarget.objects.exists()


def test_a_rule_has_five_targets_of_a_kind_at_most_however_many_calls_put_them(program: Program) -> None:
    put_rule(program)
    for number in range(5):
        url = {"WebhookParameters_1_Id": number, "WebhookParameters_1_Url": f"{URL}{number}"}
        program.fine("PutEventRuleTargets", RuleName=RULE, **url)
    answer = program.call("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id=6, WebhookParameters_1_Url=URL)
    assert (answer.status_code, answer.json()["Code"]) == (400, "ParameterInvalid")
    assert '"WebhookParameters"' in answer.json()["Message"]


def test_targets_of_no_rule_and_ids_of_no_target_are_not_found(program: Program) -> None:
    assert program.refused("PutEventRuleTargets", RuleName="none", **EVERY) == (404, "ResourceNotFound")
    assert program.refused("DescribeEventRuleTargetList", RuleName="none") == (404, "ResourceNotFound")
    put_rule(program)
    assert program.refused("DeleteEventRuleTargets", RuleName=RULE, Ids_1="1") == (404, "ResourceNotFound")
    assert program.refused("DeleteEventRuleTargets", RuleName=RULE) == (400, "MissingParameter")


def test_only_an_administrators_key_reads_urls_in_full(program: Program) -> None:
    put_rule(program)
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="1", WebhookParameters_1_Url=URL)
    assert "canary" not in json.dumps(targets(a_program(role="operator")))
    assert "canary" in json.dumps(targets(program))


def test_a_rule_of_a_program_is_edited_in_the_console_and_back(program: Program) -> None:
    put_rule(program, SilenceTime=777)
    put_contact(program)
    program.fine("PutEventRuleTargets", RuleName=RULE, **EVERY)
    rule = AlertRule.objects.get()
    browser = Client()
    browser.force_login(a_user("editor"))
    page = browser.get(reverse("cloudmonitor:alert_rule_modify", args=[rule.pk]))
    assert page.status_code == 200
    assert '<option value="777" selected>' in page.content.decode()
    document = document_of(rule, secrets=True) | {"description": "edited", "urls": []}
    form = form_of(document, account=rule.account, rule=rule)
    assert mistakes_of(document, form) == []
    save_rule(form.wanted(), targets=form.targets(), now=NOW, by="editor")
    assert (result(program)["Description"], result(program)["SilenceTime"]) == ("edited", 777)
    found = targets(program)
    assert found["WebhookParameters"]["WebhookParameter"] == []
    assert [each["Id"] for each in found["SlsParameters"]["SlsParameter"]] == ["5"]
    program.fine("PutEventRuleTargets", RuleName=RULE, WebhookParameters_1_Id="4", WebhookParameters_1_Url=URL)
    assert [each["Id"] for each in targets(program)["WebhookParameters"]["WebhookParameter"]] == ["4"]
