"""Files of contacts, groups and rules: out and in again, masks, mistakes, and all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from alerts.contacts.models import Contact
from alerts.rules.document import document_of
from alerts.rules.files.load import Plan, load, planned
from alerts.rules.files.write import exported
from alerts.rules.models import AlertRule, ResourceGroup, RuleVersion
from tests.builders import NOW, OTHER_UID, a_contact, a_contact_group, a_rule, an_account

pytestmark = pytest.mark.django_db

HOOK = "https://hooks.example.com/services/canary-7f3a"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the standard's own example


def an_estate() -> AlertRule:
    """Return a rule with everything that a rule can have, and what it needs."""
    hook = {"url": HOOK, "method": "GET", "secret": SECRET, "previous_secret": SECRET}
    contact = a_contact("Ann", email="canary@example.com", phone={"phone": "+8613800000000"}, webhook=HOOK,
                        dingtalk={"url": HOOK, "secret": "SECcanary"})  # fmt: skip
    group = a_contact_group(contact, name="night shift")
    resources = ResourceGroup.objects.create(
        account=an_account(), name="secrets", patterns=["acs:kms:*:secret/*"], created_at=NOW
    )
    rule = a_rule(name="whole", group=group, url=HOOK, resource_group=resources, levels=["CRITICAL"],
                  keywords=["no", "22:00", "密钥"], sql_filter="level = 'CRITICAL'\nand rds", time_zone="Asia/Shanghai",
                  effective_start="22:00", effective_end="06:00", weekdays=[1, 5])  # fmt: skip
    rule.targets.create(kind="webhook", address=json.dumps(hook))
    rule.targets.create(kind="queue", address='{"region": "cn-hangzhou", "queue": "alerts"}')
    a_rule(name="trial", state="TRIAL", group=group)
    rule.refresh_from_db()
    return rule


def bring_in(text: str, uid: str = "") -> Plan:
    """Bring a file in."""
    return load(an_account(uid) if uid else an_account(), text, now=NOW, by="me")


def names(plan: Plan) -> list[tuple[str, str, bool]]:
    """Return what a plan does."""
    return [(step.section, step.name, step.new) for step in plan.steps]


@pytest.mark.parametrize("secrets", [True, False])
def test_a_file_brought_in_again_changes_nothing(secrets: bool) -> None:  # noqa: FBT001
    an_estate()
    text = exported(an_account(), secrets=secrets)
    assert ("canary" in text, SECRET in text, "13800000000" in text) == (secrets, secrets, secrets)
    assert "trial" not in text
    for _again in range(2):
        plan = bring_in(text)
        assert (plan.mistakes, plan.steps) == ([], [])
    assert not RuleVersion.objects.exists()


def test_a_file_makes_the_same_in_another_account() -> None:
    rule = an_estate()
    plan = bring_in(exported(an_account(), secrets=True), OTHER_UID)
    assert plan.mistakes == []
    assert names(plan) == [
        ("contacts", "Ann", True),
        ("contact_groups", "night shift", True),
        ("resource_groups", "secrets", True),
        ("rules", "whole", True),
    ]
    made = AlertRule.objects.get(account=OTHER_UID)
    assert document_of(made, secrets=True) == document_of(rule, secrets=True)
    assert RuleVersion.objects.get(rule=made).change == "import"
    kinds = {each.kind: each.fields for each in Contact.objects.get(account=OTHER_UID).addresses.all()}
    assert kinds["phone"] == {"phone": "+8613800000000"}
    assert exported(an_account(OTHER_UID), secrets=True) == exported(an_account(), secrets=True)


def test_masks_without_anything_stored_are_refused() -> None:
    an_estate()
    plan = bring_in(exported(an_account(), secrets=False), OTHER_UID)
    assert any("is masked, and nothing is stored" in str(each) for each in plan.mistakes)
    assert any("Export with secrets" in str(each) for each in plan.mistakes)
    assert not Contact.objects.filter(account=OTHER_UID).exists()


def test_a_mask_of_something_else_is_no_sign_for_what_is_stored() -> None:
    a_contact("Ann", webhook=HOOK)
    text = exported(an_account(), secrets=False)
    assert bring_in(text).mistakes == []
    plan = bring_in(text.replace("hooks.example.com", "other.example.com"))
    assert any("is masked, and nothing is stored" in str(each) for each in plan.mistakes)
    assert "other" not in str(Contact.objects.get(name="Ann").addresses.get(kind="webhook").fields)


def test_a_change_beside_masks_keeps_what_they_stand_for() -> None:
    rule = an_estate()
    text = exported(an_account(), secrets=False).replace("- CRITICAL", "- WARN").replace("Asia/Shanghai", "Europe/Rome")
    plan = planned(an_account(), text, now=NOW)
    assert AlertRule.objects.get(pk=rule.pk).levels == ["CRITICAL"]
    done = bring_in(text)
    assert names(done) == names(plan) == [("rules", "whole", False)]
    assert [(each.label, each.before, each.after) for each in done.steps[0].changes] == [
        ("Event level", "CRITICAL", "WARN"),
        ("Time zone", "Asia/Shanghai", "Europe/Rome"),
    ]
    after = document_of(AlertRule.objects.get(pk=rule.pk), secrets=True)
    assert after == document_of(rule, secrets=True) | {"levels": ["WARN"], "time_zone": "Europe/Rome"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n- name: x\n", "Line 2: Alert rule “x”: Choose at least one way"),
        ("rules:\n- name: x\n  groups: [{group: ghost}]\n", "There is no contact group “ghost”."),
        ("rules:\n- name: x\n  resource_group: ghost\n", "There is no resource group “ghost”."),
        ("rules:\n- name: x\n  state: TRIAL\n", "The state is ENABLED or DISABLED."),
        ("rules:\n- name: x\n  mute_for: soon\n", "Mute for: "),
        ("rules:\n- name: x\n  sql_filter: 'level ='\n", "SQL filter: Column"),
        ("rules:\n- name: x\n  weekdays: [9]\n", "Weekdays: "),
        ("rules:\n- name: x\n  urls: [{url: 'ftp://x'}]\n", "must start with http:// or https://"),
        ("rules:\n- name: x\n  urls: [{secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}]\n", "URL 1: Write the URL"),
        ("rules:\n- name: x\n  queues: [{region: cn-hangzhou}]\n", "Write the name of a queue"),
        ("contacts:\n- name: Bob\n", "Give at least one address"),
        ("contacts:\n- name: Bob\n  email: nobody\n", "E-mail: "),
        ("contacts:\n- name: Bob\n  phone: soon\n", "Phone: "),
        (
            "contacts:\n- name: Bob\n  slack: {url: 'https://a.example.com/x', secret: x}\n",
            "Slack webhook has no secret.",
        ),
        ("contacts:\n- name: Bob\n  email: bob@example.com\n  webhook: {method: GET}\n", "Webhook has no URL."),
        ("contact_groups:\n- name: g\n  contacts: [Ghost]\n", "There is no contact “Ghost”."),
        ("contact_groups:\n- name: g\n", "Choose at least one contact."),
        ("resource_groups:\n- name: g\n  patterns: [nonsense]\n", "Line 1 is neither a resource"),
    ],
)
def test_one_mistake_keeps_everything_out(text: str, said: str) -> None:
    good = "contacts:\n- {name: Good, email: good@example.com}\n"
    plan = bring_in(text if text.startswith("contacts") else text + good)
    assert any(said in str(each) for each in plan.mistakes), plan.mistakes
    assert not Contact.objects.exists()
    assert not AlertRule.objects.exists()


def test_a_file_that_was_looked_at_does_what_was_seen_or_nothing() -> None:
    text = "resource_groups:\n- {name: g, patterns: ['*']}\n"
    digest = planned(an_account(), text, now=NOW).digest
    assert not ResourceGroup.objects.exists()
    assert load(an_account(), text, now=NOW, by="me", digest=digest).steps
    with pytest.raises(Exception, match="Somebody changed something meanwhile"):
        load(an_account(), text, now=NOW, by="me", digest=digest)


def test_the_commands_export_compare_and_import(tmp_path: Path, capsys: Any) -> None:
    an_estate()
    place = tmp_path / "rules.yaml"
    call_command("rules", "export", "--secrets", "--output", str(place))
    assert place.stat().st_mode & 0o777 == 0o600
    call_command("rules", "diff", str(place))
    assert "Nothing is different." in capsys.readouterr().out
    place.write_text(place.read_text().replace("- CRITICAL", "- INFO"))
    with pytest.raises(SystemExit) as ended:
        call_command("rules", "diff", str(place))
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "~ Alert rule “whole”\n    Event level: CRITICAL → INFO" in out
    assert "canary" not in out
    call_command("rules", "import", str(place))
    assert AlertRule.objects.get(name="whole").levels == ["INFO"]
    place.write_text("rules: 5")
    with pytest.raises(CommandError, match="Line 1: A list is wanted here"):
        call_command("rules", "import", str(place))
    with pytest.raises(CommandError, match="no such account"):
        call_command("rules", "export", "--account", "7")
    an_account(OTHER_UID)
    with pytest.raises(CommandError, match="Say which account"):
        call_command("rules", "export")
