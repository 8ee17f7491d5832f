"""Who depends on a contact or a contact group: neither goes while somebody would be left without anybody to tell.

Only what reaches somebody counts: an address that is confirmed where it must be, told by a method that uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from alerts.contacts.models import DEFAULT_GROUP, Contact, ContactGroup
from alerts.estate.refusal import Refused
from alerts.rules.models import AlertRule
from alerts.rules.reach import reaches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from alerts.rules.models import RuleTarget


def rules_of(group: ContactGroup) -> list[AlertRule]:
    """Return the alert rules that tell this group, by name."""
    rules = AlertRule.objects.saved().filter(account=group.account_id, targets__group=group)
    return list(rules.distinct().order_by("name"))


def left_empty(contact: Contact) -> list[ContactGroup]:
    """Return the groups in which nobody else is, by name."""
    groups = contact.groups.prefetch_related("contacts").order_by("name")
    return [group for group in groups if all(each == contact for each in group.contacts.all())]


def left_silent(contact: Contact) -> list[AlertRule]:
    """Return the alert rules that tell this contact and would have nobody to tell without it, by name."""
    return [rule for rule in told_by(contact) if reaches_anybody(rule) and not reaches_anybody(rule, but=contact)]


def told_by(contact: Contact) -> list[AlertRule]:
    """Return the alert rules that tell a group with this contact in it, by name, with all that they reach."""
    rules = AlertRule.objects.saved().filter(targets__group__contacts=contact).distinct().order_by("name")
    return list(rules.prefetch_related("targets__group__contacts__addresses"))


def reached_by(rules: Iterable[AlertRule], contact: Contact) -> bool:
    """Tell whether one of these rules, which all tell the contact, does so by a method that reaches it."""
    targets = (target for rule in rules for target in rule.targets.all())
    mine = (target for target in targets if target.group and contact in target.group.contacts.all())
    return any(reaches(contact, method=target.method) for target in mine)


def reaches_anybody(rule: AlertRule, *, but: Contact | None = None) -> bool:
    """Tell whether a rule reaches a system, or somebody else than this contact."""
    return any(_tells(target, but) for target in rule.targets.all())


def _tells(target: RuleTarget, but: Contact | None) -> bool:
    if target.group is None:
        return True
    return any(each != but and reaches(each, method=target.method) for each in target.group.contacts.all())


@transaction.atomic
def delete_contact(contact: Contact, *, further: Iterable[str] = ()) -> None:
    """Delete a contact; what it was told stays in the history. `further`: what else speaks against it, in sentences.

    Raises:
        Refused: a group would be empty (the default group may be), or an alert rule would have nobody to tell.
    """
    # Two people who each delete one of two contacts must not both see the other one left.
    list(contact.groups.select_for_update().order_by("pk"))
    sentences = []
    if groups := [group.name for group in left_empty(contact) if group.name != DEFAULT_GROUP]:
        sentences.append(_("No contact would be left in the contact group %(names)s.") % {"names": quoted(groups)})
    if rules := [rule.name for rule in left_silent(contact)]:
        sentences.append(_("Nobody would be left to tell for the alert rule %(names)s.") % {"names": quoted(rules)})
    sentences.extend(further)
    if sentences:
        raise Refused(" ".join(sentences))
    contact.delete()


@transaction.atomic
def delete_group(group: ContactGroup) -> None:
    """Delete a contact group; its contacts stay. One that somebody else has just deleted is gone, which is enough.

    Raises:
        Refused: an alert rule tells this group, or it is the default group.
    """
    if not ContactGroup.objects.select_for_update().filter(pk=group.pk):
        return
    if group.name == DEFAULT_GROUP:
        raise Refused(_("The default group stays: new alert rules begin with it."))
    if rules := rules_of(group):
        names = quoted([rule.name for rule in rules])
        raise Refused(_("This contact group is told by the alert rule %(names)s.") % {"names": names})
    AlertRule.objects.filter(state=AlertRule.State.TRIAL, targets__group=group).delete()
    group.delete()


def quoted(names: Collection[str]) -> str:
    """Return names as a list that is read: “a”, “b” and “c”."""
    return get_text_list([f"“{name}”" for name in names], _("and"))
