"""Writing a rule: what a call says becomes the document of the rule, which goes through the panel's form.

So a program is told by the same sentences what is wrong, and what it wrote can be edited in the console and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.openapi.cms.patterns import WIRE
from alerts.openapi.errors import Fault
from alerts.rules.document import Document, form_of, mistakes_of
from alerts.rules.models import AlertRule
from alerts.rules.save import save_rule

if TYPE_CHECKING:
    from alerts.openapi.call import Call
    from alerts.rules.models import AlertRuleQuerySet

FIELDS = {
    **{label: f"EventPattern.1.{name}" for label, name in WIRE.items()},
    "Alert rule name": "RuleName", "Description": "Description", "Mute for": "SilenceTime", "Resource range": "GroupId",
    "Contact group": "ContactGroupName", "URL": "Url", "Region": "Region", "Queue": "Queue", "or topic": "Topic",
    "Function": "FunctionName", "Service, if it is in one": "ServiceName", "Project": "Project", "Logstore": "LogStore",
}  # fmt: skip


def found_rule(call: Call) -> AlertRule:
    """Return the rule that RuleName names. Raises Fault when there is none."""
    return _the_rule(call, rules_of(call))


def held_rule(call: Call) -> AlertRule:
    """Return the rule that RuleName names, which nobody else changes until this call has. Raises Fault."""
    return _the_rule(call, held(rules_of(call)))


def held(rules: AlertRuleQuerySet) -> AlertRuleQuerySet:
    """Lock these rules: what a call leaves out stays, also what a person is just saving."""
    return rules.select_for_update(of=("self",))


def _the_rule(call: Call, rules: AlertRuleQuerySet) -> AlertRule:
    name = call.parameters.required("RuleName")
    rule = rules.filter(name=name).select_related("resource_group").first()
    if rule is None:
        raise not_found("alert rule")
    return rule


def rules_of(call: Call) -> AlertRuleQuerySet:
    """Return the rules of the account that somebody saved."""
    return AlertRule.objects.saved().filter(account=call.account)


def not_found(what: str) -> Fault:
    """Return the fault of a name that nothing has."""
    return Fault(404, "ResourceNotFound", f"The specified resource is not found: there is no such {what}.")


def write(call: Call, document: Document, *, rule: AlertRule | None, state: str) -> AlertRule:
    """Store a rule as a document says. Raises Fault with everything that is wrong with it."""
    form = form_of(document, account=call.account, rule=rule)
    form.tells_somebody = False
    if mistakes := mistakes_of(document, form):
        said = " ".join(f"{_wire(each.field)}: {each.sentence}" for each in mistakes)
        raise call.parameters.invalid(_wire(mistakes[0].field), said)
    wanted = form.wanted()
    wanted.state = state
    return save_rule(wanted, targets=form.targets(), now=call.now, by=call.actor)


def _wire(label: str) -> str:
    """Return what the API calls a control of the panel; those of targets are numbered."""
    plain = label.rstrip("0123456789 ")
    return FIELDS.get(label) or FIELDS.get(plain) or plain or "RuleName"
