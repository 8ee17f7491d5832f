"""The targets of a rule, each with the id that a program chose for it.

A target has no id of its own in the console. So the ids stand apart, by what the target is: they stay when the rule is
edited there, and a target from the console is given the first free number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.accounts.encryption import fingerprint
from alerts.openapi.cms.said import fine
from alerts.openapi.cms.target_kinds import KINDS, MOST, Entry, read_entries
from alerts.openapi.cms.writing import found_rule, held_rule, not_found, write
from alerts.openapi.errors import missing
from alerts.openapi.models import TargetId
from alerts.rules.document import document_of
from alerts.rules.targets import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.openapi.call import Call
    from alerts.rules.models import AlertRule, RuleTarget


def destination_of(target: RuleTarget) -> str:
    """Return a digest by which a target is known again, whatever row it is in."""
    return fingerprint(repr((str(target.kind), key_of(target))))


def with_ids(rule: AlertRule) -> dict[str, RuleTarget]:
    """Return the targets of a rule by their ids, in the order of the rule."""
    chosen = dict(TargetId.objects.filter(rule=rule).values_list("destination", "target_id"))
    targets = list(rule.targets.select_related("group").order_by("pk"))
    taken = {chosen[each] for target in targets if (each := destination_of(target)) in chosen}
    free = (str(number) for number in range(1, len(targets) + len(taken) + 1) if str(number) not in taken)
    return {chosen.get(destination_of(target)) or next(free): target for target in targets}


def put(call: Call) -> dict[str, object]:
    """PutEventRuleTargets: add these targets, or change those of the same id. All of them, or none."""
    rule, entries = held_rule(call), read_entries(call)
    if not entries:
        raise missing("ContactParameters")
    keep = {name: entry_of(target) for name, target in with_ids(rule).items()}
    _store(call, rule, keep | {entry.name: _signing(entry, keep.get(entry.name)) for entry in entries})
    return fine(FailedParameterCount="0")


def _signing(entry: Entry, before: Entry | None) -> Entry:
    """Return a changed target with the secrets that signed its calls: the API has no field for them."""
    if before is None or before.kind is not entry.kind:
        return entry
    kept = {name: value for name, value in before.document.items() if name.endswith("secret")}
    return Entry(entry.name, entry.kind, {**kept, **entry.document})


def delete(call: Call) -> dict[str, object]:
    """DeleteEventRuleTargets: take the targets of these ids away."""
    rule, ids = held_rule(call), call.parameters.texts("Ids")
    if not all(ids or [""]):
        raise missing("Ids")
    known = with_ids(rule)
    if set(ids) - set(known):
        raise not_found("target")
    _store(call, rule, {name: entry_of(target) for name, target in known.items() if name not in ids})
    return fine()


def entry_of(target: RuleTarget) -> Entry:
    """Return a stored target as an entry of a rule's document."""
    kind = next(kind for kind in KINDS if kind.target == target.kind)
    if target.group:
        return Entry("", kind, {"group": target.group.name, "method": target.method})
    return Entry("", kind, dict(target.fields))


def _store(call: Call, rule: AlertRule, wanted: Mapping[str, Entry]) -> None:
    """Store the rule with these targets, and their ids."""
    document = document_of(rule, secrets=True)
    for kind in KINDS:
        documents = [entry.document for entry in wanted.values() if entry.kind is kind]
        if len(documents) > MOST:
            raise call.parameters.invalid(kind.parameter, f"A rule has at most {MOST} targets of a kind.")
        document[kind.section] = documents
    names = [name for kind in KINDS for name, entry in wanted.items() if entry.kind is kind]
    stored = write(call, document, rule=rule, state=rule.state)
    _name(stored, names, _in_order(stored.targets.select_related("group").order_by("pk")))


def _in_order(targets: Iterable[RuleTarget]) -> list[RuleTarget]:
    """Return targets in the order of the kinds, as a document lists them."""
    known = list(targets)
    return [target for kind in KINDS for target in known if target.kind == kind.target]


def _name(rule: AlertRule, names: Iterable[str], targets: Iterable[RuleTarget]) -> None:
    TargetId.objects.filter(rule=rule).delete()
    TargetId.objects.bulk_create(
        TargetId(rule=rule, target_id=name, destination=destination_of(target))
        for name, target in zip(names, targets, strict=True)
    )


def target_list(call: Call) -> dict[str, object]:
    """DescribeEventRuleTargetList: where a rule goes. URLs in full only for administrators, as in exports."""
    known = with_ids(found_rule(call))
    found: dict[str, object] = {}
    for kind in KINDS:
        rows = [kind.wire(name, target, call) for name, target in known.items() if target.kind == kind.target]
        found[kind.parameter] = {kind.wrapper: rows}
    body = fine(**found, OpenApiParameters={"OpenApiParameters": []})
    del body["Success"]
    return body
