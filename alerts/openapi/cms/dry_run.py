"""SendDryRunSystemEvent: a test event for each enabled alert rule that would select it, through its real targets.

Such an event is marked as a test in messages and consoles, and no list of the API has it: a program could not tell it
from what happened.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alerts import tasks
from alerts.accounts.refusal import Refused
from alerts.notifications import sample
from alerts.notifications.trial import send_test_event, trial_draft
from alerts.openapi.cms.said import fine
from alerts.openapi.errors import Fault
from alerts.rules.models import AlertRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.openapi.call import Call

TOP = ("regionId", "resourceId", "instanceName", "level", "status", "eventType", "groupId")


def send(call: Call) -> dict[str, object]:
    """Send them; the answer says by `Success` that the event was taken, not that somebody was told."""
    fields = fields_of(call)
    rules = AlertRule.objects.filter(account=call.account, state=AlertRule.State.ENABLED)
    rules = rules.select_related("resource_group").order_by("pk")
    for rule in rules:
        if rule.matches(trial_draft(rule, fields, now=call.now)):  # type: ignore[arg-type]
            try:
                send_test_event(rule, fields, now=call.now)
            except Refused as refused:
                raise Fault(429, "Throttling.User", refused.message) from refused
    tasks.ring(tasks.dispatch)
    return fine(success="true")


def fields_of(call: Call) -> dict[str, Any]:
    """Return the fields of the event: those of its type, over them what EventContent says."""
    product, name = call.parameters.required("Product"), call.parameters.required("EventName")
    content = call.parameters.json("EventContent")
    if content is not None and not isinstance(content, dict):
        raise call.parameters.invalid("EventContent", "It must be a JSON object.")
    document = sample.sample_of(name, account=call.account.pk, region=call.region) | {"product": product}
    if call.parameters.text("GroupId"):
        document["groupId"] = call.parameters.text("GroupId")
    return _read(call, document | _said(content or {}))


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what EventContent says: either the content alone, or a whole event with the content in it."""
    about = {name: content[name] for name in TOP if isinstance(content.get(name), str) and content[name]}
    inner = content.get("content")
    if isinstance(inner, dict):
        return about | {"content": inner}
    rest = {name: value for name, value in content.items() if name not in {*TOP, "product", "name"}}
    return about | ({"content": rest} if rest else {})


def _read(call: Call, document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return sample.read(json.dumps(document))
    except sample.Unreadable as error:
        raise call.parameters.invalid("EventContent", error.message) from error
