"""The kinds of targets: what the API calls them and their fields, and what the document of a rule does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.channels.webhook import METHODS
from alerts.rules.document import masked
from alerts.rules.models import RuleTarget

if TYPE_CHECKING:
    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

LEVELS = {"2": RuleTarget.Method.CRITICAL, "3": RuleTarget.Method.WARN, "4": RuleTarget.Method.INFO}
LEVEL_OF = {method.value: level for level, method in LEVELS.items()}
MOST, LONGEST_ID = 5, 64
Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its parameter and the wrapper of its list, the section of a document, how it is read and written."""

    parameter: str
    wrapper: str
    section: str
    target: str
    read: Callable[[Parameters], Fields]
    written: Callable[[RuleTarget, Mapping[str, str]], dict[str, object]]
    service: str = ""

    def wire(self, name: str, target: RuleTarget, call: Call) -> dict[str, object]:
        """Return a target as it is answered."""
        fields = dict(target.fields) if call.sees_addresses else masked(target.kind, target.fields)
        arn = {"Arn": f"acs:{self.service}:{fields.get('region', '')}:{call.account.pk}:"} if self.service else {}
        return {"Id": name, **self.written(target, fields), **arn}


@dataclass(frozen=True, slots=True)
class Entry:
    """One target: its id, its kind, and its entry in the document of a rule."""

    name: str
    kind: Kind
    document: Fields


def read_entries(call: Call) -> list[Entry]:
    """Return the targets that a call names. Raises Fault."""
    given, found = call.parameters, list[Entry]()
    if given.objects("OpenApiParameters"):
        raise given.invalid("OpenApiParameters", "Calling an API is no target here: use a URL callback or a function.")
    for kind in KINDS:
        each = given.objects(kind.parameter)
        if len(each) > MOST:
            raise given.invalid(kind.parameter, f"At most {MOST} targets of a kind.")
        found += [Entry(_id(one), kind, kind.read(one)) for one in each]
    if len({entry.name for entry in found}) < len(found):
        raise given.invalid("Id", "Two targets have the same id.")
    return found


def _id(one: Parameters) -> str:
    name = one.required("Id")
    if len(name) > LONGEST_ID:
        raise one.invalid("Id", f"It may have {LONGEST_ID} characters at most.")
    return name


def _contact(one: Parameters) -> Fields:
    level = one.text("Level", "3") or "3"
    if level not in LEVELS:
        raise one.invalid("Level", "It must be 2 (critical), 3 (warning) or 4 (info).")
    return {"group": one.required("ContactGroupName"), "method": LEVELS[level].value}


def _webhook(one: Parameters) -> Fields:
    if one.text("Protocol", "http").lower() not in {"", "http", "https"}:
        raise one.invalid("Protocol", "Callbacks go by http.")
    method = one.text("Method").upper() or METHODS[0]
    if method not in METHODS:
        raise one.invalid("Method", "It must be GET or POST.")
    return {"url": one.required("Url"), "method": method}


def _queue(one: Parameters) -> Fields:
    if not one.text("Topic"):
        one.required("Queue")
    return _typed(one, "Region", region="Region", queue="Queue", topic="Topic")


def _function(one: Parameters) -> Fields:
    return _typed(one, "Region", "FunctionName", region="Region", service="ServiceName", function="FunctionName")


def _log(one: Parameters) -> Fields:
    return _typed(one, "Region", "Project", "LogStore", region="Region", project="Project", logstore="LogStore")


def _typed(one: Parameters, *needed: str, **names: str) -> Fields:
    for wire in needed:
        one.required(wire)
    return {ours: text for ours, wire in names.items() if (text := one.text(wire))}


KINDS = (
    Kind(
        "ContactParameters", "ContactParameter", "groups", RuleTarget.Kind.CONTACT_GROUP, _contact,
        lambda target, _fields: {"ContactGroupName": target.group.name if target.group else "",
                                 "Level": LEVEL_OF[target.method]},
    ),
    Kind(
        "MnsParameters", "MnsParameter", "queues", RuleTarget.Kind.QUEUE, _queue,
        lambda _target, of: {"Region": of.get("region", ""), "Queue": of.get("queue", ""),
                             "Topic": of.get("topic", "")},
        service="mns",
    ),
    Kind(
        "FcParameters", "FCParameter", "functions", RuleTarget.Kind.FUNCTION, _function,
        lambda _target, of: {"Region": of.get("region", ""), "ServiceName": of.get("service", ""),
                             "FunctionName": of.get("function", "")},
        service="fc",
    ),
    Kind(
        "WebhookParameters", "WebhookParameter", "urls", RuleTarget.Kind.WEBHOOK, _webhook,
        lambda _target, of: {"Protocol": "http", "Method": of.get("method", METHODS[0]), "Url": of.get("url", "")},
    ),
    Kind(
        "SlsParameters", "SlsParameter", "logs", RuleTarget.Kind.LOG, _log,
        lambda _target, of: {"Region": of.get("region", ""), "Project": of.get("project", ""),
                             "LogStore": of.get("logstore", "")},
        service="log",
    ),
)  # fmt: skip
