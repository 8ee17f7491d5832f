"""Load: bring a file in, all or nothing, through the forms that the panels have.

What the file names is created or changed; what it does not name stays. The same file twice changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.refusal import Refused
from alerts.rules.differences import Difference, differences
from alerts.rules.document import document_of, form_of, mistakes_of
from alerts.rules.files.mistaken import Mistaken
from alerts.rules.files.people import load_contact, load_contact_group, load_resource_group
from alerts.rules.files.shape import entries
from alerts.rules.files.text import FileMistake, Unreadable, read
from alerts.rules.models import AlertRule
from alerts.rules.save import Change, save_rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.accounts.models import CloudAccount
    from alerts.rules.files.shape import Entry, Section

Loader = Callable[..., "tuple[bool, list[Difference]]"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a file creates or changes."""

    section: str
    name: str
    new: bool
    changes: tuple[Difference, ...]
    title: str
    """What kind of thing it is."""


@dataclass(slots=True)
class Plan:
    """What a file does, or everything that keeps it from being brought in."""

    steps: list[Step] = field(default_factory=list)
    mistakes: list[FileMistake] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """By which a plan that was shown is known again."""
        told = [(step.section, step.name, step.new, *step.changes) for step in self.steps]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def planned(account: CloudAccount, text: str, *, now: datetime, more: Sequence[Section] = ()) -> Plan:
    """Return what a file would change, and change nothing: everything is done and taken back."""
    with transaction.atomic():
        plan = _load(account, text, now=now, by="", more=more)
        transaction.set_rollback(True)
    return plan


def load(
    account: CloudAccount, text: str, *, now: datetime, by: str, digest: str = "", more: Sequence[Section] = ()
) -> Plan:
    """Bring a file in and return what it changed; with mistakes nothing is. `more` are sections of later stages.

    Raises Refused when `digest` is given and the file would do something else than the plan that it is of.
    """
    with transaction.atomic():
        plan = _load(account, text, now=now, by=by, more=more)
        if digest and not plan.mistakes and plan.digest != digest:
            raise Refused(_("Somebody changed something meanwhile: look again at what this file would change."))
        if plan.mistakes:
            transaction.set_rollback(True)
    return plan


def _load(account: CloudAccount, text: str, *, now: datetime, by: str, more: Sequence[Section]) -> Plan:
    plan, loaders = Plan(), _LOADERS | {each.name: (each.title, each.load) for each in more}
    try:
        found, plan.mistakes = entries(read(text), more)
    except Unreadable as error:
        plan.mistakes = [error.mistake]
    if plan.mistakes:
        return plan
    for section, each in found.items():
        for entry in each:
            _one(plan, section, entry, loaders[section], account=account, now=now, by=by)
    return plan


def _one(
    plan: Plan, section: str, entry: Entry, loader: tuple[Any, Loader], *, account: CloudAccount, now: datetime, by: str
) -> None:
    name, (title, bring_in) = str(entry.document["name"]), loader
    try:
        new, changes = bring_in(account, entry.document, now=now, by=by)
    except (Mistaken, Refused) as error:
        said = error.sentences if isinstance(error, Mistaken) else (error.message,)
        plan.mistakes += [FileMistake(entry.line, f"{title} “{name}”: {each}") for each in said]
        return
    if new or changes:
        plan.steps.append(Step(section, name, new, tuple(changes), str(title)))


def load_rule(
    account: CloudAccount, document: dict[str, Any], *, now: datetime, by: str
) -> tuple[bool, list[Difference]]:
    """Create or change an alert rule; return whether it is new, and what is different. Raises Mistaken and Refused."""
    rule = AlertRule.objects.saved().filter(account=account, name=document["name"]).first()
    before = document_of(rule, secrets=True) if rule else {}
    if rule and document in (before, document_of(rule)):
        return False, []
    states = {AlertRule.State.ENABLED.value, AlertRule.State.DISABLED.value}
    wrong = [] if document["state"] in states else [_("The state is ENABLED or DISABLED.")]
    form = form_of(document, account=account, rule=rule)
    found = mistakes_of(document, form)
    wrong += [f"{each.field}: {each.sentence}" if each.field else each.sentence for each in found]
    if wrong:
        raise Mistaken(*wrong)
    wanted, targets = form.wanted(), form.targets()
    wanted.state = document["state"]
    after = document_of(wanted, targets=targets, secrets=True)
    save_rule(wanted, targets=targets, now=now, by=by, change=Change.IMPORT)
    return not before, differences(before, after) if before else []


_LOADERS: dict[str, tuple[Any, Loader]] = {
    "contacts": (gettext_lazy("Alert contact"), load_contact),
    "contact_groups": (gettext_lazy("Contact group"), load_contact_group),
    "resource_groups": (gettext_lazy("Resource group"), load_resource_group),
    "rules": (gettext_lazy("Alert rule"), load_rule),
}
