"""Save: the verbs that change alert rules. Each writes a rule, where it goes and its new version in one transaction."""

from __future__ import annotations

import json
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.contacts.models import ContactGroup
from alerts.estate.refusal import Refused
from alerts.rules.document import document_of
from alerts.rules.models import AlertRule, ResourceGroup, RuleTarget, RuleVersion
from alerts.rules.shelf import new_edition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from alerts.rules.document import Document

TRIALS_LIVE = timedelta(days=1)


class Change(StrEnum):
    """What a version came about by."""

    CREATE = "create"
    MODIFY = "modify"
    ENABLE = "enable"
    DISABLE = "disable"
    ROLL_BACK = "roll-back"
    IMPORT = "import"


@transaction.atomic
def save_rule(
    rule: AlertRule, *, targets: Sequence[RuleTarget], now: datetime, by: str = "", change: str = "",
    opened: int | None = None,
) -> AlertRule:  # fmt: skip
    """Create or modify the rule, and put these targets in the place of those that it had.

    `by` is who does it, `change` what it is called (create or modify unless told), `opened` the version that was looked
    at. What changes nothing makes no version. A trial has no versions.

    Raises Refused at `name` when another rule of the account took the name in the meantime, at `opened` when somebody
    else changed the rule since it was looked at, or deleted it, and when a group that it names was deleted.
    """
    stored = _locked(rule, opened=opened)
    _hold_groups(rule, targets)
    before = document_of(stored, secrets=True) if stored else {}
    after = document_of(rule, targets=targets, secrets=True)
    if stored and before == after:
        return rule
    if stored:
        _remember(stored, before)
    rule.changed_at, rule.version = now, stored.version + 1 if stored else 1
    if not stored:
        rule.created_at = now
    _write(rule, targets, replace=stored is not None)
    _note(rule, after, change=change or (Change.MODIFY if stored else Change.CREATE), by=by, now=now)
    return rule


def _locked(rule: AlertRule, *, opened: int | None) -> AlertRule | None:
    """Return the rule as it is stored, locked so that versions follow each other; None for a new one."""
    if not rule.pk:
        return None
    stored = AlertRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
    if stored is None:
        raise Refused(_("Somebody deleted this alert rule since you opened it. Copy what you need."), field="opened")
    if opened is not None and opened != stored.version:
        raise Refused(_("Somebody changed this alert rule since you opened it; nothing was saved."), field="opened")
    return stored


def _hold_groups(rule: AlertRule, targets: Sequence[RuleTarget]) -> None:
    """Keep the groups that a rule names from being deleted before it is stored."""
    wanted = {target.group_id for target in targets if target.group_id}
    held = ContactGroup.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    if len(held) < len(wanted):
        raise Refused(_("Somebody deleted a contact group that this alert rule tells: choose another."))
    looked_at = ResourceGroup.objects.select_for_update(no_key=True)
    if rule.resource_group_id and not looked_at.filter(pk=rule.resource_group_id):
        said = _("There is no such resource group any more: choose another.")
        raise Refused(said, field="resource_group")


def _write(rule: AlertRule, targets: Sequence[RuleTarget], *, replace: bool) -> None:
    try:
        rule.save()
    except IntegrityError as error:
        raise Refused(_("There is an alert rule of this name already."), field="name") from error
    new_edition([rule.account_id])
    # A target that stays keeps its key, by which the pages that other people have open know it.
    there = set(rule.targets.values_list("pk", flat=True)) if replace else set()
    kept = [target for target in targets if target.pk in there]
    rule.targets.exclude(pk__in=[target.pk for target in kept]).delete()
    for target in targets:
        target.rule = rule
    RuleTarget.objects.bulk_update(kept, ["kind", "group", "method", "address"])
    added = [target for target in targets if target not in kept]
    for target in added:
        target.pk = None
    RuleTarget.objects.bulk_create(added)


def _note(rule: AlertRule, document: Document, *, change: str, by: str, now: datetime) -> None:
    if rule.state == AlertRule.State.TRIAL:
        return
    RuleVersion.objects.create(
        account_id=rule.account_id, rule=rule, rule_name=rule.name, number=rule.version, change=change, made_at=now,
        made_by=by, document=json.dumps(document),
    )  # fmt: skip


def _remember(stored: AlertRule, document: Document) -> None:
    """Keep what the rule was, if it came about without a version: one must be able to go back to it."""
    if not RuleVersion.objects.filter(rule=stored, number=stored.version).exists():
        _note(stored, document, change=Change.CREATE, by="", now=stored.changed_at)


@transaction.atomic
def set_state(rule: AlertRule, *, state: str, now: datetime, by: str = "") -> None:
    """Enable or disable the rule; what it decided before stays."""
    stored = _locked(rule, opened=None)
    if stored is None or stored.state == state:
        return
    document = document_of(stored, secrets=True)
    _remember(stored, document)
    rule.state, rule.changed_at, rule.version = state, now, stored.version + 1
    rule.save(update_fields=["state", "changed_at", "version"])
    new_edition([rule.account_id])
    change = Change.ENABLE if state == AlertRule.State.ENABLED else Change.DISABLE
    _note(rule, {**document, "state": state}, change=change, by=by, now=now)


@transaction.atomic
def delete_rule(rule: AlertRule) -> None:
    """Delete the rule and its targets. Its decisions, their messages and its versions stay, under its name."""
    # Who is saving it just now ends first: a version that comes while the others are taken off it would be in the way.
    AlertRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
    rule.delete()
    new_edition([rule.account_id])


def set_states(rules: Iterable[AlertRule], *, state: str, now: datetime, by: str = "") -> None:
    """Enable or disable several rules; in one order, so that two who do it at once do not wait for each other."""
    for rule in sorted(rules, key=lambda rule: rule.pk):
        set_state(rule, state=state, now=now, by=by)


def forget_trials(*, now: datetime) -> int:
    """Delete the trials that were made longer than a day ago; return how many."""
    old = AlertRule.objects.filter(state=AlertRule.State.TRIAL, created_at__lt=now - TRIALS_LIVE)
    return old.delete()[1].get(AlertRule._meta.label, 0)
