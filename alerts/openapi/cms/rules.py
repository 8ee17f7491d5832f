"""Event-triggered alert rules: put, deleted, switched on and off, described."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.openapi.cms.patterns import detailed, listed, pattern_document
from alerts.openapi.cms.said import fine, pages
from alerts.openapi.cms.writing import found_rule, held, not_found, rules_of, write
from alerts.openapi.errors import missing
from alerts.rules.document import document_of
from alerts.rules.models import DEFAULT_MUTE, AlertRule, ResourceGroup
from alerts.rules.save import delete_rule, set_states

if TYPE_CHECKING:
    from alerts.openapi.call import Call

NO_GROUP = "0"
MOST_NAMES = 50
LONGEST_SILENCE = 30 * 24 * 3600
STATES = {AlertRule.State.ENABLED.value, AlertRule.State.DISABLED.value}


def put(call: Call) -> dict[str, object]:
    """PutEventRule: create the rule of this name or change it. What the call leaves out stays as it was."""
    given, name = call.parameters, call.parameters.required("RuleName")
    if given.text("EventType", "SYSTEM") not in {"SYSTEM", ""}:
        raise given.invalid("EventType", "Rules are about system events here: it must be SYSTEM.")
    rule = held(rules_of(call)).filter(name=name).first()
    stored = document_of(rule, secrets=True) if rule else {"name": name, "time_zone": "UTC", "mute_for": DEFAULT_MUTE}
    document = {**stored, **pattern_document(given), **_rest(call)}
    state = given.text("State").upper() or str(stored.get("state", AlertRule.State.ENABLED.value))
    if state not in STATES:
        raise given.invalid("State", "It must be ENABLED or DISABLED.")
    write(call, document, rule=rule, state=state)
    return fine(success=True, Data="1")


def _rest(call: Call) -> dict[str, object]:
    """Return what a call says of a rule besides its pattern."""
    given, found = call.parameters, dict[str, object]()
    if "Description" in given:
        found["description"] = given.text("Description")
    if given.text("SilenceTime"):
        found["mute_for"] = given.integer("SilenceTime", default=DEFAULT_MUTE, least=0, most=LONGEST_SILENCE)
    if group := given.text("GroupId"):
        found["resource_group"] = "" if group == NO_GROUP else _group(call, group)
    return found


def _group(call: Call, group: str) -> str:
    """Return the name of the resource group that GroupId means, by its number or its name."""
    groups = ResourceGroup.objects.filter(account=call.account)
    number = int(group) if group.isascii() and group.isdigit() and len(group) < 18 else 0
    found = groups.filter(pk=number).first() or groups.filter(name=group).first()
    if found is None:
        raise not_found("resource group")
    return found.name


def named(call: Call) -> list[AlertRule]:
    """Return the rules that RuleNames names, all of them, locked in one order. Raises Fault."""
    names = list(dict.fromkeys(call.parameters.texts("RuleNames")))
    if not all(names or [""]):
        raise missing("RuleNames")
    if len(names) > MOST_NAMES:
        raise call.parameters.invalid("RuleNames", f"At most {MOST_NAMES} rules at once.")
    found = list(held(rules_of(call)).filter(name__in=names).order_by("pk"))
    if len(found) < len(names):
        raise not_found("alert rule")
    return found


def delete(call: Call) -> dict[str, object]:
    """DeleteEventRules: delete all of these rules, or none."""
    for rule in named(call):
        delete_rule(rule)
    return fine()


def enable(call: Call) -> dict[str, object]:
    """EnableEventRules: switch them on."""
    set_states(named(call), state=AlertRule.State.ENABLED, now=call.now, by=call.actor)
    return fine()


def disable(call: Call) -> dict[str, object]:
    """DisableEventRules: switch them off."""
    set_states(named(call), state=AlertRule.State.DISABLED, now=call.now, by=call.actor)
    return fine()


def attribute(call: Call) -> dict[str, object]:
    """DescribeEventRuleAttribute: one rule."""
    rule = found_rule(call)
    return fine(Result={**_about(rule), "EventPattern": detailed(rule)})


def rule_list(call: Call) -> dict[str, object]:
    """DescribeEventRuleList: rules by the beginning of their name, their state and their group, by name."""
    given = call.parameters
    number, size = pages(given)
    found = rules_of(call).filter(name__startswith=given.text("NamePrefix")).select_related("resource_group")
    enabled = given.boolean("IsEnable")
    if enabled is not None:
        found = found.filter(state=AlertRule.State.ENABLED if enabled else AlertRule.State.DISABLED)
    if group := given.text("GroupId"):
        found = (
            found.filter(resource_group=None)
            if group == NO_GROUP
            else found.filter(resource_group__name=_group(call, group))
        )
    rows = found.order_by("name", "pk")[(number - 1) * size : number * size]
    listing = [{**_about(rule), "EventPattern": {"EventPattern": [listed(rule)]}} for rule in rows]
    return fine(Total=found.count(), EventRules={"EventRule": listing})


def _about(rule: AlertRule) -> dict[str, object]:
    return {
        "Name": rule.name, "Description": rule.description, "EventType": "SYSTEM", "State": rule.state,
        "GroupId": str(rule.resource_group_id or NO_GROUP), "SilenceTime": rule.mute_for,
    }  # fmt: skip
