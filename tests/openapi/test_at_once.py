"""Programs that write at the same moment, each on a connection of its own: nothing is lost, and nothing breaks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

import pytest

from alerts import tasks
from alerts.accounts.models import AuditEntry
from alerts.contacts.models import Contact, ContactGroup
from alerts.rules.models import AlertRule
from tests.at_once import at_once
from tests.builders import a_contact, a_contact_group, a_rule
from tests.openapi.signing import Program, a_program

pytestmark = pytest.mark.django_db(transaction=True)
PATTERN = {"EventPattern.1.Product": "KMS"}


@pytest.fixture(autouse=True)
def nobody_hears_the_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no broker."""
    monkeypatch.setattr(tasks, "_ring_now", lambda bells, times: None)


def statuses(program: Program, calls: Sequence[tuple[str, dict[str, str]]]) -> Counter[int]:
    """Make these calls together and count the statuses of their answers."""
    works = [lambda action=action, given=given: program.by_header(action, given) for action, given in calls]
    return Counter(answer.status_code for answer in at_once(works))


def webhook(rule: str, number: int) -> dict[str, str]:
    """Return the parameters of a URL as the target of this number."""
    given = {"Id": str(number), "Protocol": "http", "Method": "POST", "Url": f"http://127.0.0.1:9/{number}"}
    return {"RuleName": rule, **{f"WebhookParameters.1.{name}": value for name, value in given.items()}}


def test_a_new_name_that_several_put_becomes_one_and_all_of_them_succeed() -> None:
    program, name = a_program(), f"n{uuid.uuid4().hex[:8]}"
    contact = {"ContactName": name, "Describe": "d", "Channels.Mail": "ann@example.com"}
    group = {"ContactGroupName": name, "ContactNames.1": name}
    for action, given in (("PutEventRule", {"RuleName": name, **PATTERN}), ("PutContact", contact)):
        assert statuses(program, [(action, given)] * 6) == {200: 6}, action
    assert statuses(program, [("PutContactGroup", group)] * 6) == {200: 6}
    assert [AlertRule.objects.count(), Contact.objects.count(), ContactGroup.objects.count()] == [1, 1, 1]
    assert AuditEntry.objects.filter(verb="cms:PutEventRule").count() == 6


def test_targets_that_several_add_to_one_rule_all_stay() -> None:
    program, rule = a_program(), a_rule(group=a_contact_group(a_contact())).name
    assert statuses(program, [("PutEventRuleTargets", webhook(rule, number)) for number in range(2, 7)]) == {200: 5}
    listed = program.fine("DescribeEventRuleTargetList", RuleName=rule)
    assert {each["Id"] for each in listed["WebhookParameters"]["WebhookParameter"]} == {"2", "3", "4", "5", "6"}
    assert len(listed["ContactParameters"]["ContactParameter"]) == 1


def test_what_is_deleted_several_times_is_gone_once() -> None:
    program, group = a_program(), a_contact_group(a_contact())
    given = {"ContactGroupName": group.name}
    assert statuses(program, [("DeleteContactGroup", given)] * 6) == {200: 1, 404: 5}
    [contact] = Contact.objects.all()
    assert statuses(program, [("DeleteContact", {"ContactName": contact.name})] * 6) == {200: 1, 404: 5}


def test_writes_that_cross_each_other_end_in_an_answer() -> None:
    program, group = a_program(), a_contact_group(a_contact(), a_contact())
    rules = [a_rule(group=group).name for _ in range(4)]
    names = {f"RuleNames.{number}": name for number, name in enumerate(rules, 1)}
    backwards = {f"RuleNames.{number}": name for number, name in enumerate(reversed(rules), 1)}
    calls = [
        ("EnableEventRules", names), ("DisableEventRules", backwards), ("DeleteEventRules", names),
        ("PutEventRule", {"RuleName": rules[3], "Description": "x", **PATTERN}),
        ("PutEventRuleTargets", webhook(rules[2], 1)), ("DeleteContactGroup", {"ContactGroupName": group.name}),
        ("DeleteContact", {"ContactName": group.contacts.all()[0].name}),
        ("PutContactGroup", {"ContactGroupName": group.name, "ContactNames.1": group.contacts.all()[0].name}),
    ]  # fmt: skip
    for _ in range(3):
        assert set(statuses(program, calls)) <= {200, 400, 404}
